"""What a report says, before any format: drugs, genes, the patient, the laboratory, the release."""
