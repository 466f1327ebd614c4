"""What changed between releases: nothing for one and the same, and each change in its place."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from cases import one_test
from cli.support import pgx
from pgx.knowledge.build import replace_tables
from pgx.knowledge.changes import ChangeKind, Effect, changes, summary
from pgx.knowledge.release_folder import default_release
from pgx.knowledge.snapshot import KnowledgeBase

RELEASE = default_release()
OLDER = Path(__file__).resolve().parents[2] / "data" / "releases" / "2024.05.1"


@pytest.fixture(scope="module")
def now() -> KnowledgeBase:
    return KnowledgeBase(RELEASE)


def changed(folder: Path, table: str, change) -> KnowledgeBase:
    """Return a copy of the release in which rows of one table were changed."""
    shutil.copytree(RELEASE, folder, ignore=shutil.ignore_patterns("curated", "readings"))
    rows = KnowledgeBase(folder).table(table)
    replace_tables(folder, {table: [r for r in map(change, rows) if r is not None]})
    return KnowledgeBase(folder)


def where(row, **cells):
    return all(row[name] == value for name, value in cells.items())


def test_a_release_against_itself_changes_nothing(now):
    assert changes(now, KnowledgeBase(RELEASE)) == []


def test_a_function_changes_phenotypes(now, tmp_path):
    def edit(row):
        is_it = where(row, gene="CYP2C19", allele="*9")
        return {**row, "function": "No function"} if is_it else row

    [found] = changes(now, changed(tmp_path / "kb", "alleles", edit))
    assert (found.effect, found.subject, found.where) == (Effect.PHENOTYPES, "CYP2C19", "allele *9")
    assert (found.before, found.after) == ("Decreased function", "No function")


def test_a_definition_changes_calls(now, tmp_path):
    def edit(row):
        return None if where(row, gene="TPMT", allele="*2") else row

    less = changed(tmp_path / "kb", "alleles", edit)
    [call] = changes(now, less)
    assert (call.effect, call.kind, call.where) == (
        Effect.CALLS,
        ChangeKind.ALLELE_GONE,
        "allele *2",
    )
    assert (call.before, call.after) == ("18143724=G (No function)", "")
    assert [c.kind for c in changes(less, now)] == [ChangeKind.ALLELE_NEW]


def test_a_dose_changes_advice_and_a_grade_strength(now, tmp_path):
    def edit(row):
        if not where(row, drug="clopidogrel", authority="CPIC"):
            return row
        graded = {**row, "classification": "Optional" if row["classification"] else ""}
        return {**graded, "reason": "toxicity"} if row["action"].startswith("avoid") else graded

    found = changes(now, changed(tmp_path / "kb", "statements", edit))
    assert {c.effect for c in found} == {Effect.ADVICE, Effect.STRENGTH}
    assert {c.subject for c in found} == {"clopidogrel"}
    assert all("reason=toxicity" in c.after for c in found if c.effect is Effect.ADVICE)
    assert {c.after for c in found if c.effect is Effect.STRENGTH} == {"Optional"}


def test_what_is_new_and_what_is_gone_mirror_each_other(now, tmp_path):
    def edit(row):
        return None if where(row, drug="codeine", authority="DPWG") else row

    less = changed(tmp_path / "kb", "statements", edit)
    gone, new = changes(now, less), changes(less, now)
    assert gone
    assert [(c.where, c.before, c.after) for c in gone] == [
        (c.where, c.after, c.before) for c in new
    ]


@one_test
@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ({"action": "avoid"}, ChangeKind.ACTION),
        ({"action": "avoid", "maximum_dose": "1 mg"}, ChangeKind.ACTION),
        ({"maximum_dose": "1 mg"}, ChangeKind.DOSE),
        ({"titration": "slow"}, ChangeKind.DOSE),
        ({"monitoring": "levels"}, ChangeKind.DETAILS),
        ({"notes": "likely_phenotype"}, None),  # a remark that changes nothing
        ({"implications": "CYP2C19:toxicity_risk_increased"}, ChangeKind.IMPLICATIONS),
        ({"classification": "Optional"}, ChangeKind.STRENGTH),
        ({"reading": "0"}, ChangeKind.WORDING),
        ({"pmids": "1"}, ChangeKind.REFERENCES),
    ],
)
def test_a_kind_for_each_fact(now, tmp_path, cells, kind):
    [one, *_] = [s for s in now.statements if s.drug == "voriconazole" and s.authority == "DPWG"]
    other = changed(
        tmp_path / "kb", "statements", lambda r: {**r, **cells} if r["id"] == one.id else r
    )
    found = changes(now, other)
    assert {c.kind for c in found} == ({kind} if kind else set())
    assert {c.ids for c in found} <= {(one.id, one.id)}
    names = {name for c in found for name, _, _ in c.differs}
    advised = kind in (ChangeKind.ACTION, ChangeKind.DOSE, ChangeKind.DETAILS)
    assert names == (set(cells) if advised else set())


def test_an_action_and_a_grade_are_two_changes(now, tmp_path):
    def edit(row):
        is_it = where(row, drug="abacavir", authority="CPIC", action="avoid")
        return {**row, "action": "caution", "classification": "Optional"} if is_it else row

    kinds = {c.kind for c in changes(now, changed(tmp_path / "kb", "statements", edit))}
    assert kinds == {ChangeKind.ACTION, ChangeKind.STRENGTH}


def test_the_summary_counts_every_change_once(now):
    found = changes(KnowledgeBase(OLDER), now)
    counts = {c.kind: c for c in summary(found)}
    assert tuple(counts) == tuple(ChangeKind)
    assert sum(c.count for c in counts.values()) == len(found)
    assert {"carbamazepine", "venlafaxine", "azathioprine"} <= set(
        counts[ChangeKind.ACTION].subjects
    )
    assert {"amitriptyline", "phenytoin", "thioguanine"} <= set(counts[ChangeKind.DOSE].subjects)
    assert counts[ChangeKind.GENE_NEW].subjects == ("F2", "NAT2")
    assert set(counts[ChangeKind.RULE].subjects) <= {"NUDT15", "TPMT"}
    assert (
        "hydralazine"
        in counts[ChangeKind.SOURCE_NEW].subjects + counts[ChangeKind.DRUG_NEW].subjects
    )


def test_the_command_on_both_releases(now):
    done = pgx("kb", "diff", OLDER, RELEASE)
    assert done.returncode == 0, done.stderr
    assert "  advice: another action: amitriptyline" in done.stdout
    assert "      now: Avoid carbamazepine." in done.stdout
    assert "  SLCO1B1: *50, *51, *52, *53, *54, *55, *56, *57, *58\n" in done.stdout
    assert "2024.05.1 to " in done.stderr
    short = pgx("kb", "diff", OLDER, "--summary").stdout
    assert done.stdout.startswith(short)
    assert short.count("\n") < 40
    assert "now: " not in short
    counts, lines = (
        [json.loads(line) for line in pgx("kb", "diff", OLDER, *words).stdout.splitlines()]
        for words in (["--summary", "--json-lines"], ["--json-lines"])
    )
    assert sum(c["count"] for c in counts) == len(lines) == len(changes(KnowledgeBase(OLDER), now))
    known = {s.id for s in now.statements} | {""}
    assert {line["statement_after"] for line in lines} <= known


def test_where_nothing_that_was_said_changes_that_is_said(tmp_path):
    changed(tmp_path / "kb", "alleles", lambda r: None if where(r, gene="TPMT", allele="*2") else r)
    text = pgx("kb", "diff", tmp_path / "kb").stdout
    assert text.startswith("No advice that was given says anything else.\n")
    assert "TPMT: *2\n" in text


def test_the_command(tmp_path):
    assert pgx("kb", "diff", RELEASE, RELEASE).stdout.strip() == ""
    changed(tmp_path / "kb", "alleles", lambda r: None if where(r, gene="TPMT", allele="*2") else r)
    done = pgx("kb", "diff", RELEASE, tmp_path / "kb", "--json-lines")
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 1
    assert "1 changes" in done.stderr
    assert pgx("kb", "diff", tmp_path / "nothing").returncode == 4
