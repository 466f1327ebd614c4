"""What a report says and draws of doses, and of a model in use."""
