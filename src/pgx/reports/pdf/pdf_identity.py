"""Identity block of page one: whose sample, the order, the patient file, the release."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from pgx.reports.content.document import ReportDocument
from pgx.reports.pdf.pdf_entries import lines_of

__all__ = ["identity_data", "identity_lines"]

Words = Mapping[str, Any]
Pairs = tuple[tuple[str, str], ...]
_COLUMNS: Final = 3
_ORDER: Final = (
    ("birth_date", "sex", "mrn", "accession"),
    ("specimen", "collected", "received", "reported"),
    ("clinician", "indication"),
)
"""Groups of the order's fields; the name is above them."""
_LETTERS: Final = 41
"""Characters of a line of one column: its longest label, then the values."""
_DIVIDED: Final = 0.9
"""Lines that a column may be longer if it does not divide a group in return."""


def identity_data(document: ReportDocument, day: str, words: Words) -> dict[str, Any]:
    """Return the patient's name and three columns of label and value, about equally long.

    Parameters
    ----------
    document
        The report; its order, patient file and release are listed, in this sequence.
    day
        Date of the report in words, empty if unknown.
    words
        The catalogue of the report's language.
    """
    header, patient = words["header"], words["patient"]
    order = document.header.identity
    name = dict(order).get(header["name"], "")
    is_dated = header["reported"] in dict(order)
    dated: Pairs = () if is_dated or not day else ((words["label"]["date"], day),)
    # what the order already states, and a date that is that of the report, are not repeated
    stated = {*order, *((patient["as_of"], value) for _, value in dated)}
    told = document.patient.facts if document.patient else ()
    facts = tuple(pair for pair in told if pair not in stated)
    ordered = (
        tuple((label, value) for label, value in order if label in {header[f] for f in fields})
        for fields in _ORDER
    )
    groups = (*ordered, facts, (*dated, *document.identity))
    return {"name": name, "columns": _columns([group for group in groups if group])}


def identity_lines(identity: Mapping[str, Any]) -> int:
    """Estimate the lines of the block."""
    columns = identity["columns"]
    return max(map(_height, columns), default=0) + (2 if identity["name"] else 0)


def _columns(groups: Sequence[Pairs]) -> list[Pairs]:
    """Divide the pairs of all groups, in order, into columns of about the same height."""
    pairs = tuple(itertools.chain.from_iterable(groups))
    ends = set(itertools.accumulate(map(len, groups)))

    def cost(cuts: Sequence[int]) -> float:
        longest = max(map(_height, _parted(pairs, cuts)))
        return longest + _DIVIDED * sum(cut not in ends for cut in cuts)

    places = itertools.combinations(range(1, len(pairs)), _COLUMNS - 1)
    cuts = min(places, key=cost, default=())
    return _parted(pairs, cuts)


def _parted(pairs: Pairs, cuts: Iterable[int]) -> list[Pairs]:
    places = (0, *cuts, len(pairs))
    return [pairs[start:end] for start, end in itertools.pairwise(places)]


def _height(pairs: Pairs) -> int:
    letters = _LETTERS - max(len(label) for label, _ in pairs)
    return sum(max(lines_of(value, max(letters, 1)), 1) for _, value in pairs)
