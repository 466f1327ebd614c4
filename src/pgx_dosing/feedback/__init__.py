"""What happened to the patient so far: INRs and reports refine a dose."""
