"""Changes by date: what the table says, and what a release of an earlier month lacks."""

from __future__ import annotations

from pathlib import Path

import pytest

from cases import one_test
from pgx.errors import SnapshotSchemaError, UsageError
from pgx.inputs.release_check import verify_release
from pgx.knowledge.importers.guideline_rows import AUTHORITIES, SourceRow
from pgx.knowledge.importers.source_folders import known_counts, known_genes
from pgx.knowledge.later import ChangeState, Until, read_changes, until_month
from pgx.knowledge.snapshot import KnowledgeBase

DATA = Path(__file__).resolve().parents[2] / "data"
NAMES = {authority.name for authority in AUTHORITIES} | {"PharmVar", "ClinPGx"}


@pytest.fixture(scope="module")
def now() -> KnowledgeBase:
    return KnowledgeBase(DATA / "knowledgebase")


@pytest.fixture(scope="module")
def older() -> KnowledgeBase:
    return KnowledgeBase(DATA / "releases" / "2024.05.1")


def change(**cells) -> dict[str, str]:
    usual = {
        "date": "2025-06-16", "authority": "CPIC", "genes": "AAA", "drugs": "", "what": "named",
        "state": "applied", "facts": "a file", "brought": "allele AAA *2", "source": "s",
    }  # fmt: skip
    return {**usual, **cells}


@one_test
@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("state", "done"),
        ("date", "June"),
        ("brought", "allele *2"),
        ("brought", "gene AAA *2"),
        ("brought", "luck AAA"),
    ],
)
def test_a_row_that_cannot_be_read_is_refused(cell, value):
    with pytest.raises(SnapshotSchemaError):
        read_changes([change(**{cell: value})])


def test_only_what_came_later_is_left_out():
    rows = [change(), change(date="2024-05-31", brought="allele AAA *3"), change(brought="gene B")]
    until = until_month("2024-05", rows)
    assert until == Until(
        month="2024-05", genes=frozenset({"B"}), alleles=frozenset({("AAA", "*2")})
    )
    assert until_month("", rows).has_gene("B")
    with pytest.raises(UsageError):
        until_month("2024-5", rows)


def test_names_that_hold_a_later_allele_are_later():
    until = until_month("2024-05", [change(brought="allele AAA *2;gene B")])
    gone = ["*2", "*2.001", "[*1 + *2]", "[*2 + g.5A>T]"]
    assert not any(until.has_allele("AAA", name) for name in gone)
    assert all(until.has_allele("AAA", name) for name in ["*1", "*20", "[*1 + *20]", ""])
    assert not until.has_allele("B", "*1")


def test_positions_of_later_alleles_alone_go_with_them():
    def allele(name, definition):
        return {"gene": "AAA", "allele": name, "definition": definition}

    tables = {
        "alleles": [allele("*1", ""), allele("*2", "7=T;9=G"), allele("*3", "9=G")],
        "variants": [{"gene": "AAA", "position_grch38": p} for p in ("7", "8", "9")],
    }
    until = until_month("2024-05", [change()])
    left = known_genes(tables, until)
    assert [a["allele"] for a in left["alleles"]] == ["*1", "*3"]
    assert [v["position_grch38"] for v in left["variants"]] == ["8", "9"]
    counts = [
        {"gene": "AAA", "haplotype": "7=T", "allele": "[*1 + g.7A>T]"},
        {"gene": "AAA", "haplotype": "8=T;9=G", "allele": "[*3 + g.8A>T]"},
        {"gene": "AAA", "haplotype": "9=G", "allele": "[*2 + *3]"},
    ]
    assert known_counts(counts, left["variants"], until) == [counts[1]]


def row(source: str, version: str = "") -> SourceRow:
    return SourceRow(
        guideline_id="", drug="", population="", keys=(), sentence="", implications=(),
        classification="", flags=(), pmids=(), years=(), version=version, source=source,
    )  # fmt: skip


@one_test
@pytest.mark.parametrize(
    ("it", "date"),
    [
        (row("cpic-2024-05"), "2024-05"),
        (row("fda-table-2025", "version 2"), "2025"),
        (row("fda-label-2025", "annotation v5; NDA1/SUPPL-2, 05/17/2023; NDA2, 11/02/2018"),
         "2023-05-17"),
        (row("fda-label-2025", "annotation v4; Arikayce NDA207356, 2023"), "2023"),
        (row("fda-label-2025", "annotation v30; Imuran NDA016324"), "2025"),
    ],
)  # fmt: skip
def test_a_row_is_as_old_as_the_label_that_it_cites(it, date):
    assert it.date == date


def test_the_table_of_the_release_can_be_read(now):
    found = now.later_changes
    assert {c.state for c in found} == {ChangeState.APPLIED, ChangeState.PENDING}
    assert [c.date[:4] for c in found] == sorted(c.date[:4] for c in found)
    assert {c.authority for c in found} <= NAMES
    for it in found:
        assert it.facts
        assert it.genes or it.drugs
        assert set(it.genes) <= set(now.genes)


def test_what_was_brought_is_in_this_release_and_in_none_before(now, older):
    things = [thing.split(" ", 2) for c in now.later_changes for thing in c.brought]
    assert things
    for kind, one, *two in things:
        if kind == "gene":
            assert one in now.genes
            assert one not in older.genes
        elif kind == "drug":
            assert [d.authority for d in now.drugs if d.drug == two[0] and d.authority == one]
            assert not [d for d in older.drugs if d.drug == two[0] and d.authority == one]
        else:
            assert two[0] not in {a.name for a in older.genes[one].alleles}
            assert two[0] in {a.name for a in now.genes[one].alleles}


def test_pending_changes_are_in_no_table(now):
    pending = {c.what: c for c in now.later_changes if c.state is ChangeState.PENDING}
    assert "*42" not in {a.name for a in now.genes["CYP2C19"].alleles}
    assert any("methadone" in what for what in pending)
    advised = {(s.drug, s.authority) for s in now.statements}
    assert "methadone" not in {drug for drug, _ in advised}


def test_partly_means_that_the_drug_is_read_in_part(now):
    for it in now.later_changes:
        if it.state is ChangeState.PARTLY and it.drugs:
            drugs = [d for d in now.drugs if d.drug in it.drugs and d.authority == it.authority]
            assert len(drugs) == len(it.drugs)
            assert {d.reason for d in drugs} == {"partial_lookups"}


def test_the_older_release_is_whole_and_ends_in_its_month(older):
    verify_release(older)
    assert {s.source for s in older.statements} == {
        "cpic-2024-05",
        "dpwg-2024-05",
        "fda-label-2025",
    }
    assert not older.later_changes
    assert "930" not in {str(v.position) for v in older.genes["MT-RNR1"].variants}
