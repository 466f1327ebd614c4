"""Reports of one result or run, from their content to the files written.

=====================  ==========================================================================
``content``            content of a report, in its language and independent of format
``figures``            figures of the page and of the printed report, as SVG
``html_page``          the page for clinicians (templates: ``page_template``)
``pdf``                the printed report, the page for patients, the wallet card
``fhir``               a bundle of HL7's Genomics Reporting guide, written and read
``result_json``        the complete result of one sample, written and read
``tables``             TSV, polars frames, Excel, and files with one line per sample
``explain_text``       the text of ``pgx explain``
``files``              formats by name, and the output folder
``safe_text``          untrusted strings, made safe for each of these
=====================  ==========================================================================
"""
