"""The printed report, the page for patients and the wallet card, typeset as PDF."""
