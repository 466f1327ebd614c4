"""A second reading of every guideline sentence, held against the readings of the knowledge base.

The second reading was made from the texts and the lookups by `codebook.md`, without our tables, and
holds the primary action and the dose factor (``cpic.tsv``, ``dpwg.tsv``, ``fda.tsv``; several
actions joined by ``|`` stand as equals); ``first/`` is an earlier round by other readers.
``settled.tsv`` says how a difference was settled, ``restated.tsv`` which rows rest on a rule of the
code book that was changed afterwards. The page ``docs/second-reading.md`` is written by
``python -m validation.second_reading --write``; it needs no validation data.
"""

from __future__ import annotations

from validation.second_reading.compare import (
    compared,
    lookups,
    read_once,
    restated,
    second_rows,
    settled,
)
from validation.second_reading.page import PAGE, page

__all__ = ["PAGE", "compared", "lookups", "page", "read_once", "restated", "second_rows", "settled"]
