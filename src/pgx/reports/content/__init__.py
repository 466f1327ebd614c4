"""Report content independent of format: drugs, genes, patient, laboratory, release."""
