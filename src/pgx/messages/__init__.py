"""All texts of reports and recommendations: message catalogues, one per language.

A catalogue is a gettext file in this folder. ``pgx.pot`` holds the English texts and is the
template of the others; ``de.po`` is German. Result records hold codes and arguments; their texts
are looked up when a table or a report is written.
"""
