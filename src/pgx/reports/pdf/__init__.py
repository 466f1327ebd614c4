"""The printed report, the page for patients and the card, typeset as PDF."""
