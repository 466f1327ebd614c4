"""Readings: the reviewed meaning of guideline sentences, as facts keyed by sentence digest.

A person reviews each sentence of a release once. The sentence itself is not stored: its SHA-256 is
the key, the facts are the row. A sentence that changed in the next release has no reading, and
gives no advice until it is reviewed.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from pgx.errors import SnapshotSchemaError
from pgx.knowledge.tables import Row, read_text
from pgx.records.advice import ACTIONS, ADVICE_FIELDS

__all__ = [
    "IMPLICATION_COLUMNS",
    "KEY_COLUMNS",
    "PENDING_COLUMNS",
    "POPULATION_COLUMNS",
    "READING_COLUMNS",
    "RESULT_COLUMNS",
    "WITHDRAWN_COLUMNS",
    "Readings",
    "load_readings",
    "normalise_sentence",
    "number_gaps",
    "numbers_in",
    "sentence_digest",
]


READING_COLUMNS: Final = ("digest", "drug", "when", "seen", *ADVICE_FIELDS, "note")
IMPLICATION_COLUMNS: Final = ("digest", "seen", "implications", "note")
POPULATION_COLUMNS: Final = ("label", "drug", "population")
PENDING_COLUMNS: Final = ("drug", "genes", "guideline_id", "reason")
KEY_COLUMNS: Final = ("gene", "key", "ours", "note")
RESULT_COLUMNS: Final = ("guideline_id", "drug", "gene", "key", "also", "reason")
WITHDRAWN_COLUMNS: Final = ("guideline_id", "drug", "lookup", "since", "reason")

GENERAL: Final = "general"
"""The population of advice for everyone."""
_WORDS: Final = {"two": "2", "three": "3", "thrice": "3"}
_IN_WORDS: Final = frozenset({"half", "by_titration"})
"""Fractions that a sentence gives in words."""
_NOT_QUANTITIES: Final = (
    r"\(?PMIDs?:?\s*[\d\s,+J]+\)?",  # citations
    r"\b(?:Figure|Table) \d+",
    r"https?://\S+",
    r"\(\d\) ",  # enumerations
    r"\*\d+(?::\d+)?(?:x≥?\d+)?",  # alleles
    r"\bc\.\d+[ACGT]>[ACGT]",  # variants
    r"\brs\d+",
    r"\b[56]-(?:fluorouracil|FU|mercaptopurine)\b",
    r"\b[A-Za-z]+\d+\w*\b",  # genes and other names with digits
)
_MARKUP: Final = re.compile(r"</?[A-Za-z][^<>]*>")
"""A tag, never a comparison: "<40 kg … >" is text that decides a dose."""
_SKIP: Final = re.compile("|".join(_NOT_QUANTITIES), re.IGNORECASE)
_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")


class Readings(msgspec.Struct, frozen=True, kw_only=True):
    """All reviewed texts: sentences, implications, population labels, pending drugs.

    ``sentences`` holds the readings by digest and drug ("" for all drugs). ``keys`` gives our
    lookup keys, none or several, for a gene and a key of the source. ``results`` are results that
    a sentence covers but its lookups do not: ``also`` is read as ``key``, unless a reading names
    it. ``withdrawn`` are rows that an authority withdrew: those of a guideline and drug from
    releases before ``since``, for the keys of ``lookup`` or, if empty, all.
    """

    sentences: dict[tuple[str, str], list[Row]]
    implications: dict[str, tuple[str, ...]]
    populations: dict[tuple[str, str], str]
    pending: tuple[Row, ...] = ()
    keys: dict[tuple[str, str], tuple[str, ...]] = {}
    results: tuple[Row, ...] = ()
    withdrawn: tuple[Row, ...] = ()

    def reading_of(self, digest: str, drug: str, keys: Iterable[tuple[str, str]]) -> Row | None:
        """Return the facts of a sentence for a drug and a combination of lookup keys.

        A drug's own reading comes first, then one whose ``when`` names one of the keys.
        """
        known = self.sentences.get((digest, drug)) or self.sentences.get((digest, ""), [])
        said = {f"{gene}={key}" for gene, key in keys}
        # one sentence may give different doses for two results: `when` selects
        special = [row for row in known if said & set(_list(row["when"]))]
        return next(iter([*special, *(row for row in known if not row["when"])]), None)


def normalise_sentence(sentence: str | None) -> str:
    """Return a sentence without markup and with single spaces.

    >>> normalise_sentence("Avoid <b>use</b>.  <h4>Other</h4>")
    'Avoid use . Other'
    >>> normalise_sentence("children <40 kg: 1 mg; > 40 kg: 2 mg")
    'children <40 kg: 1 mg; > 40 kg: 2 mg'
    """
    return " ".join(html.unescape(_MARKUP.sub(" ", sentence or "")).split())


def sentence_digest(sentence: str | None) -> str:
    """Return the SHA-256 of the normalised sentence, in hexadecimal digits."""
    return hashlib.sha256(normalise_sentence(sentence).encode()).hexdigest()


def _read_rows(path: Path, columns: tuple[str, ...]) -> list[Row]:
    lines = read_text(path).split("\n")
    if tuple(lines[0].split("\t")) != columns or lines[-1]:
        raise SnapshotSchemaError("not the columns of this kind of reading", where=path.name)
    try:
        cells = (line.split("\t") for line in lines[1:-1])
        return [dict(zip(columns, row, strict=True)) for row in cells]
    except ValueError as error:
        raise SnapshotSchemaError("a row has too few or too many cells", where=path.name) from error


def _check_actions(rows: list[Row], where: str) -> None:
    for row in rows:
        wrong = set(row["action"].split(";")) - set(ACTIONS)
        if wrong:
            raise SnapshotSchemaError(f"reading {row['digest'][:12]}: action {wrong}", where=where)


def load_readings(folder: Path, name: str = "cpic") -> Readings:
    """Read one authority's tables of readings; ``name`` is the prefix of their file names.

    ``NAME.tsv`` (sentences) is required; ``NAME_implications.tsv``, ``NAME_populations.tsv``,
    ``NAME_pending.tsv``, ``NAME_keys.tsv``, ``NAME_results.tsv`` and ``NAME_withdrawn.tsv`` are
    optional. The label ``general`` means everyone unless the table of populations says
    otherwise.

    Raises
    ------
    SnapshotSchemaError
        Other columns, a short row, an unknown action, or one sentence read twice.
    """
    rows = _read_rows(folder / f"{name}.tsv", READING_COLUMNS)
    _check_actions(rows, f"{name}.tsv")
    sentences: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        sentences.setdefault((row["digest"], row["drug"]), []).append(row)
    # the choice between two readings must not depend on the order of rows
    if any(_overlap(own) for own in sentences.values()):
        raise SnapshotSchemaError("one sentence has two readings", where=f"{name}.tsv")
    implied = _read_optional(folder / f"{name}_implications.tsv", IMPLICATION_COLUMNS)
    labels = _read_optional(folder / f"{name}_populations.tsv", POPULATION_COLUMNS)
    keys = _read_optional(folder / f"{name}_keys.tsv", KEY_COLUMNS)
    return Readings(
        sentences=sentences,
        implications={r["digest"]: _list(r["implications"]) for r in implied},
        populations={
            (GENERAL, ""): GENERAL,
            **{(r["label"], r["drug"]): r["population"] for r in labels},
        },
        pending=tuple(_read_optional(folder / f"{name}_pending.tsv", PENDING_COLUMNS)),
        keys={(r["gene"], r["key"]): _list(r["ours"]) for r in keys},
        results=tuple(_read_optional(folder / f"{name}_results.tsv", RESULT_COLUMNS)),
        withdrawn=tuple(_read_optional(folder / f"{name}_withdrawn.tsv", WITHDRAWN_COLUMNS)),
    )


def _overlap(rows: Sequence[Row]) -> bool:
    """Whether two readings of one sentence are for the same drug and keys."""
    cells = [key for row in rows for key in _list(row["when"]) or ("",)]
    return len(cells) != len(set(cells))


def _list(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split(";")))


def _read_optional(path: Path, columns: tuple[str, ...]) -> list[Row]:
    return _read_rows(path, columns) if path.exists() else []


def numbers_in(text: str) -> set[float]:
    """Return the quantities in a text; names, alleles and citations are not quantities.

    >>> sorted(numbers_in("CYP2C19*2: 0.5-2 mg for three days (PMID 12)"))
    [0.5, 2.0, 3.0]
    """
    plain = re.sub(r"m[2²]", "m", text)
    plain = re.sub(r"\b\w+\b", lambda m: _WORDS.get(m[0].lower(), m[0]), plain)
    plain = re.sub(r"(?<=\d)(?=(?:mg|h)\b)", " ", plain).replace("x8 ", "8 ")
    return {float(n) for n in _NUMBER.findall(_SKIP.sub(" ", plain))}


def _factor_numbers(row: Mapping[str, str]) -> set[float]:
    convert = {
        "reduce_by": lambda f: 100 * (1 - f),
        "reduce_by_about": lambda f: 100 * (1 - f),
        "increase_by": lambda f: 100 * (f - 1),
        "to_percent": lambda f: 100 * f,
        "at_most": lambda f: 100 * f,
        "times": lambda f: f,
        "fold_lower": lambda f: 1 / f,
    }
    if row["dose_as"] in _IN_WORDS:
        return set()
    factors = (row["dose_factor_min"], row["dose_factor_max"])
    return {round(convert[row["dose_as"]](float(f)), 6) for f in factors if f}


def number_gaps(sentence: str | None, row: Mapping[str, str]) -> tuple[set[float], set[float]]:
    """Compare the quantities of a sentence with those of its reading, in both directions.

    Returns
    -------
    tuple of set of float
        Quantities missing from the reading, and quantities missing from the sentence.
    """
    said = numbers_in(normalise_sentence(sentence))
    skipped = {"action", "dose_factor_min", "dose_factor_max", "dose_of", "dose_as"}
    facts = (row[name] for name in ADVICE_FIELDS if name not in skipped)
    read = _factor_numbers(row) | numbers_in(" ; ".join(facts).replace("|", " ").replace("=", " "))
    return said - read, read - said
