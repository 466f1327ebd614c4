"""HL7 FHIR R4: a result as a bundle of the Genomics Reporting guide (STU3), written and read."""
