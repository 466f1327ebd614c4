"""Reports of one result or run, from what they say to the files they are written to.

=====================  ==========================================================================
``content``            what a report says, in its language and before any format
``figures``            figures of the page and of the printed report, as SVG
``html_page``          the page for clinicians (templates: ``page_template``)
``pdf``                the printed report, the page for patients, the card for the wallet
``fhir``               a bundle of HL7's Genomics Reporting guide, written and read
``result_json``        everything about one sample, written and read
``tables``             TSV, polars frames, Excel, and files with one line a sample
``explain_text``       the text of ``pgx explain``
``files``              formats by name, and the output folder
``safe_text``          strings of unknown origin, made safe for each of these
=====================  ==========================================================================
"""
