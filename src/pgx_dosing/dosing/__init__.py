"""A dose for one person: from calls and a patient file to a prediction with its reasons."""
