"""What changed between releases: nothing for one and the same, and each change in its place."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cli.support import pgx
from pgx.knowledge.build import replace_tables
from pgx.knowledge.changes import Effect, changes
from pgx.knowledge.snapshot import KnowledgeBase, default_folder

RELEASE = default_folder()


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

    [call, function] = changes(now, changed(tmp_path / "kb", "alleles", edit))
    assert (call.effect, call.where, call.after) == (Effect.CALLS, "allele *2", "")
    assert function.effect is Effect.PHENOTYPES


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


def test_the_command(tmp_path):
    assert pgx("kb", "diff", RELEASE, RELEASE).stdout.strip() == ""
    changed(tmp_path / "kb", "alleles", lambda r: None if where(r, gene="TPMT", allele="*2") else r)
    done = pgx("kb", "diff", RELEASE, tmp_path / "kb", "--json-lines")
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 2
    assert "2 changes" in done.stderr
    assert pgx("kb", "diff", tmp_path / "nothing").returncode == 4
