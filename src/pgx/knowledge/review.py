"""Unreviewed texts: exported for review by a pharmacist, and imported once filled in.

The unreviewed texts of a release are written as a table, one text per row, with the most similar
reviewed text and its facts as a proposal. The filled table is read by a build as readings. A row
counts if it names its reviewer and a date; two reviewers of one text must agree.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import combinations
from pathlib import Path
from typing import Final

import msgspec

from pgx.errors import SnapshotSchemaError
from pgx.knowledge.importers.readings import Readings, number_gaps
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.knowledge.tables import READING_DIGITS, TEXTS, read_text
from pgx.records.advice import (
    ACTIONS,
    ADVICE_FIELDS,
    NOT_CODED,
    Statement,
    format_lookup,
    row_from_record,
)

__all__ = [
    "REVIEW_COLUMNS",
    "Review",
    "format_review",
    "read_by_two",
    "read_reviews",
    "review_rows",
    "with_reviews",
]

_ABOUT: Final = (
    "kind", "authority", "digest", "drugs", "guidelines", "lookups", "populations",
    "classification", "flags", "text", "nearest_text",
)  # fmt: skip
REVIEW_COLUMNS: Final = (
    *_ABOUT, *ADVICE_FIELDS, "implications", "reviewer", "date", "note",
)  # fmt: skip
"""What a text is about, then what a reviewer fills."""
_FACTS: Final = (*ADVICE_FIELDS, "implications")
_SENTENCE: Final = "sentence"
_DAY: Final = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_MOST_COMPARED: Final = 400
"""Maximum number of texts compared with one text; those of its drug come first."""


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """One text as read by one person; ``facts`` by the names of `ADVICE_FIELDS`."""

    kind: str
    authority: str
    digest: str
    text: str
    facts: Mapping[str, str]
    reviewer: str
    date: str
    note: str = ""


def review_rows(kb: KnowledgeBase) -> list[dict[str, str]]:
    """Return one row per uncoded text, by drug; facts are those of the most similar text."""
    texts = {(row["authority"], row["digest"]): row for row in kb.table(TEXTS)} if _has(kb) else {}
    # statements name a text by its first digits; the table of texts has the full digest
    by_digest = {(a, d[:READING_DIGITS]): d for a, d in texts}
    coded = [s for s in kb.statements if s.action[0] != NOT_CODED]
    groups: dict[tuple[str, str], list[Statement]] = {}
    for statement in kb.statements:
        if statement.action[0] == NOT_CODED:
            digest = by_digest.get((statement.authority, statement.reading), statement.reading)
            groups.setdefault((statement.authority, digest), []).append(statement)
    rows = [_sentence_row(key, own, coded) for key, own in groups.items()]
    rows += _implication_rows(kb.statements, texts)
    return sorted(rows, key=lambda row: (row["drugs"].casefold(), row["kind"], row["digest"]))


def _has(kb: KnowledgeBase) -> bool:
    return TEXTS in kb.table_names


def _sentence_row(
    key: tuple[str, str], own: Sequence[Statement], coded: Iterable[Statement]
) -> dict[str, str]:
    authority, digest = key
    row = _about(_SENTENCE, authority, digest, own, own[0].words)
    nearest = _nearest(own[0], coded)
    if nearest is not None:
        given = row_from_record(nearest)
        row |= {name: given[name] for name in ADVICE_FIELDS}
        row["nearest_text"] = nearest.words
    return row


def _about(
    kind: str, authority: str, digest: str, own: Sequence[Statement], text: str
) -> dict[str, str]:
    row = dict.fromkeys(REVIEW_COLUMNS, "")
    row |= {"kind": kind, "authority": authority, "digest": digest, "text": text}
    row["drugs"] = _joined(s.drug for s in own)
    row["guidelines"] = _joined(s.guideline_id for s in own)
    row["lookups"] = _joined(format_lookup(s.lookup) for s in own)
    row["populations"] = _joined(s.population for s in own)
    row["classification"] = _joined(s.classification for s in own)
    row["flags"] = _joined(flag for s in own for flag in s.flags)
    return row


def _joined(cells: Iterable[str]) -> str:
    return ";".join(dict.fromkeys(filter(None, cells)))


def _nearest(statement: Statement, coded: Iterable[Statement]) -> Statement | None:
    """Return the coded statement of the same authority with the most similar text.

    Without texts it is one of the same drug with the same mark of the source.
    """
    same = [s for s in coded if s.authority == statement.authority]
    # texts of the same drug come first: only the first `_MOST_COMPARED` are compared
    same.sort(key=lambda s: (s.drug != statement.drug, s.flags != statement.flags, s.id))
    if not any(s.words for s in same):
        return same[0] if same and same[0].drug == statement.drug else None
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(statement.words)
    best, score = None, 0.0
    for other in same[:_MOST_COMPARED]:
        matcher.set_seq1(other.words)
        if matcher.real_quick_ratio() > score and matcher.quick_ratio() > score:
            ratio = matcher.ratio()
            best, score = (other, ratio) if ratio > score else (best, score)
    return best


def _implication_rows(
    statements: Iterable[Statement], texts: Mapping[tuple[str, str], Mapping[str, str]]
) -> Iterator[dict[str, str]]:
    open_: dict[tuple[str, str], list[Statement]] = {}
    for statement in statements:
        for implication in statement.implications:
            _, _, fact = implication.partition(":")
            if fact.startswith(f"{NOT_CODED}="):
                said = fact.removeprefix(f"{NOT_CODED}=")
                open_.setdefault((statement.authority, said), []).append(statement)
    # an implication is stored among facts, where these characters are separators
    as_fact = str.maketrans(";|", ",/")
    known = {(a, row["text"].translate(as_fact)): d for (a, d), row in texts.items()}
    for (authority, said), own in open_.items():
        digest = known.get((authority, said), "")
        text = texts[authority, digest]["text"] if digest else said
        yield _about("implication", authority, digest, own, text)


def format_review(rows: Iterable[Mapping[str, str]]) -> str:
    """Return the table of a review: tab-separated, cells quoted as a spreadsheet does."""
    with io.StringIO(newline="") as text:
        table = csv.DictWriter(text, REVIEW_COLUMNS, delimiter="\t", lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
        return text.getvalue()


def read_by_two(reviews: Iterable[Review]) -> int:
    """Return the number of texts that two persons have read; `read_reviews` checks agreement."""
    readers: dict[tuple[str, str], set[str]] = {}
    for review in reviews:
        readers.setdefault((review.authority, review.digest), set()).add(review.reviewer)
    return sum(len(own) > 1 for own in readers.values())


def read_reviews(paths: Iterable[Path]) -> list[Review]:
    """Return the rows of filled tables with a reviewer and a date.

    Raises
    ------
    SnapshotSchemaError
        Other columns, no digest, an invalid date, an unknown action, numbers of the text missing
        from the facts, or two reviewers who do not agree.
    """
    reviews = [review for path in paths for review in _read(path)]
    by_text: dict[tuple[str, str], list[Review]] = {}
    for review in reviews:
        by_text.setdefault((review.authority, review.digest), []).append(review)
    for own in by_text.values():
        for one, other in combinations(own, 2):
            _check_agreement(one, other)
    return reviews


def _read(path: Path) -> Iterator[Review]:
    with io.StringIO(read_text(path), newline="") as lines:
        table = csv.DictReader(lines, delimiter="\t")
        # further columns are allowed as a reviewer's own notes
        lacking = set(REVIEW_COLUMNS) - set(table.fieldnames or ())
        if lacking:
            raise SnapshotSchemaError(
                f"no column {min(lacking)}",
                where=path.name,
                remedy="fill in the table that `pgx kb review` wrote",
            )
        for number, row in enumerate(table, 2):
            cells = {name: (row[name] or "").strip() for name in REVIEW_COLUMNS}
            if cells["reviewer"]:
                yield _review(cells, f"{path.name} line {number}")


def _review(cells: Mapping[str, str], where: str) -> Review:
    review = Review(
        kind=cells["kind"],
        authority=cells["authority"],
        digest=cells["digest"],
        text=cells["text"],
        facts={name: cells[name] for name in _FACTS},
        reviewer=cells["reviewer"],
        date=cells["date"],
        note=cells["note"],
    )
    wrong = _fault(review)
    if wrong:
        raise SnapshotSchemaError(wrong, where=where, remedy="correct the row")
    return review


def _fault(review: Review) -> str:
    """Return what is wrong with a row, empty if nothing is."""
    if not _DIGEST.fullmatch(review.digest):
        return "no digest of a text"
    if not _DAY.fullmatch(review.date):
        return f"{review.date!r} is no date like 2026-12-01"
    if review.kind != _SENTENCE:
        return ""
    actions = [a for a in review.facts["action"].split(";") if a]
    unknown = [a for a in actions if a not in ACTIONS or a == NOT_CODED]
    if not actions or unknown:
        return f"action {unknown[0]!r} is not known" if unknown else "no action"
    try:
        lacking, added = number_gaps(review.text, review.facts)
    except (KeyError, ValueError):
        return "a dose factor without dose_as, or no number"
    # a number missing from the facts is a misread dose, unless the reviewer explains it
    if (lacking or added) and not review.note.startswith("exempt"):
        return (
            f"numbers of the text that the facts lack: {sorted(lacking)}; that the text has not:"
            f" {sorted(added)} (a note that begins with “exempt” says why that is right)"
        )
    return ""


def _check_agreement(one: Review, other: Review) -> None:
    if one.reviewer == other.reviewer:
        raise SnapshotSchemaError(
            f"{one.reviewer} has read one text twice", where=f"digest {one.digest[:12]}"
        )
    for name in _FACTS:
        if one.facts[name] != other.facts[name]:
            raise SnapshotSchemaError(
                f"{one.reviewer} and {other.reviewer} do not agree on {name}:"
                f" {one.facts[name]!r}, {other.facts[name]!r}",
                where=f"digest {one.digest[:12]}",
                remedy="let both read it again",
            )


def with_reviews(readings: Readings, reviews: Iterable[Review], authority: str) -> Readings:
    """Return an authority's readings, with reviewed ones added."""
    sentences = dict(readings.sentences)
    implications = dict(readings.implications)
    for review in reviews:
        if review.authority != authority:
            continue
        if review.kind == _SENTENCE:
            row = {"digest": review.digest, "drug": "", "when": "", "seen": "", **review.facts}
            sentences[review.digest, ""] = [{**row, "note": review.note}]
        else:
            implications[review.digest] = tuple(
                filter(None, review.facts["implications"].split(";"))
            )
    return msgspec.structs.replace(readings, sentences=sentences, implications=implications)
