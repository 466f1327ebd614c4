"""Every text that a person reads in a report or a recommendation: catalogues, one per language.

A catalogue is a gettext file beside this module. ``pgx.pot`` holds the English texts and is the
template of the others; ``de.po`` is German. Records of results carry codes and arguments; texts are
looked up here when a table or a report is written.
"""
