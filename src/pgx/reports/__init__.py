"""What a report says, and its renderings."""
