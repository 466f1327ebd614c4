"""Texts that nobody has read: kept, listed, filled in, taken in; nothing is lost on the way."""

from __future__ import annotations

import csv
import io

import msgspec
import pytest

from languages import GERMAN_PHRASES as GERMAN
from pgx.errors import SnapshotSchemaError
from pgx.knowledge.importers.readings import Readings, sentence_digest
from pgx.knowledge.review import (
    REVIEW_COLUMNS,
    format_review,
    read_by_two,
    read_reviews,
    review_rows,
    with_reviews,
)
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.knowledge.tables import READING_DIGITS, TEXTS, format_table
from pgx.recommendations.wording import render_statement
from pgx.records.advice import NOT_CODED, row_from_record

TEXT = 'Start with 40% of the dose; "watch" levels | after 5 days.'
DIGEST = sentence_digest(TEXT)


@pytest.fixture(scope="module")
def shipped() -> KnowledgeBase:
    return KnowledgeBase()


@pytest.fixture
def unread(shipped, tmp_path) -> KnowledgeBase:
    """The release with one text, of nortriptyline, that nobody has read."""
    from shutil import copytree

    from pgx.knowledge.build import replace_tables

    folder = tmp_path / "kb"
    copytree(shipped.place, folder)
    [old] = [s for s in shipped.statements if s.drug == "nortriptyline" and _is_poor(s)]
    new = msgspec.structs.replace(
        _without_facts(old), action=(NOT_CODED,), reading=DIGEST[:READING_DIGITS]
    )
    rows = [row_from_record(new if s is old else s) for s in shipped.statements]
    text = {"authority": "DPWG", "digest": DIGEST, "kind": "sentence", "text": TEXT}
    text["source"] = old.source
    replace_tables(folder, {"statements": rows, TEXTS: [text]})
    return KnowledgeBase(folder)


def _is_poor(statement) -> bool:
    return statement.authority == "DPWG" and "('0.0',)" in str(statement.lookup)


def _without_facts(statement):
    bare = type(statement)(
        id="x", authority="", guideline_id="", drug="", genes=(), population="", lookup=(),
        action=(),
    )  # fmt: skip
    kept = ("id", "authority", "guideline_id", "drug", "genes", "population", "lookup",
            "classification", "flags", "pmids", "source")  # fmt: skip
    return msgspec.structs.replace(bare, **{name: getattr(statement, name) for name in kept})


def filled(row: dict[str, str], **cells: str) -> dict[str, str]:
    facts = {"dose_factor_min": "0.4", "dose_factor_max": "0.4", "duration": "steady_state=5 days"}
    return {**row, **facts, "reviewer": "A", "date": "2026-12-01", **cells}


def write(path, *rows: dict[str, str]):
    path.write_text(format_review(rows), encoding="utf-8")
    return path


def test_the_text_is_shown_and_no_action_of_ours(unread):
    [it] = [s for s in unread.statements if s.action == (NOT_CODED,)]
    assert it.words == TEXT
    for phrases, said in ((None, "not yet coded"), (GERMAN, "noch nicht kodiert")):
        text = render_statement(it, phrases) if phrases else render_statement(it)
        assert said in text
        assert TEXT in text
        assert "DPWG" in text


def test_the_list_has_the_text_its_keys_and_a_proposal(unread, shipped):
    assert review_rows(shipped) == []
    [row] = review_rows(unread)
    assert (row["authority"], row["drugs"], row["text"]) == ("DPWG", "nortriptyline", TEXT)
    assert row["digest"] == DIGEST
    assert row["lookups"] == "CYP2D6=0.0"
    assert row["flags"] == "dosing_information;other_guidance"
    assert row["action"].startswith("reduce_dose")  # that of a row that the source marks alike
    assert row["reviewer"] == row["date"] == ""
    again = list(csv.DictReader(io.StringIO(format_review([row]), newline=""), delimiter="\t"))
    assert again == [row]


def test_a_filled_row_becomes_a_reading(unread, tmp_path):
    [row] = review_rows(unread)
    open_ = write(tmp_path / "open.tsv", row)
    assert read_reviews([open_]) == []  # nobody has signed it
    [review] = read_reviews([write(tmp_path / "one.tsv", filled(row))])
    bare = Readings(sentences={}, implications={}, populations={})
    reading = with_reviews(bare, [review], "DPWG").reading_of(DIGEST, "nortriptyline", ())
    assert reading is not None
    assert (reading["action"], reading["dose_factor_min"]) == (row["action"], "0.4")
    assert not with_reviews(bare, [review], "CPIC").sentences


def test_two_readers_agree_or_are_refused(unread, tmp_path):
    [row] = review_rows(unread)
    one = write(tmp_path / "one.tsv", filled(row))
    other = write(tmp_path / "two.tsv", filled(row, reviewer="B"))
    assert read_by_two(read_reviews([one, other])) == 1
    assert read_by_two(read_reviews([one])) == 0
    against = filled(row, reviewer="B", action="avoid", note="exempt: a test")
    with pytest.raises(SnapshotSchemaError, match="A and B do not agree on action"):
        read_reviews([one, write(tmp_path / "three.tsv", against)])
    with pytest.raises(SnapshotSchemaError, match="A has read one text twice"):
        read_reviews([one, one])


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"digest": "1"}, "no digest"),
        ({"date": "1 December"}, "is no date"),
        ({"action": ""}, "no action"),
        ({"action": "guess"}, "'guess' is not known"),
        ({"action": NOT_CODED}, "is not known"),
        ({"dose_factor_min": "0.5", "dose_factor_max": "0.5"}, "numbers of the text"),
        ({"dose_as": "nonsense"}, "dose_as"),
        ({"dose_factor_min": "much"}, "no number"),
    ],
)
def test_a_row_that_cannot_be_meant_is_refused(unread, tmp_path, cells, said):
    [row] = review_rows(unread)
    with pytest.raises(SnapshotSchemaError, match=said):
        read_reviews([write(tmp_path / "review.tsv", filled(row, **cells))])


def test_another_table_is_refused(tmp_path):
    path = tmp_path / "other.tsv"
    path.write_text("a\tb\n1\t2\n", encoding="utf-8")
    with pytest.raises(SnapshotSchemaError, match="no column"):
        read_reviews([path])


def test_the_columns_of_texts_are_those_of_the_schema(unread):
    [row] = unread.table(TEXTS)
    assert format_table(TEXTS, [row]).startswith("authority\tdigest\tkind\ttext\tsource\n")
    assert set(REVIEW_COLUMNS) > {"action", "reviewer", "date", "nearest_text"}
