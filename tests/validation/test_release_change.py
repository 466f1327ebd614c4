"""The release of July 2026 says what its sources say, and the page of changes is current."""

from __future__ import annotations

import shutil

import pytest
from validation.data import DATA

from pgx.knowledge.build import replace_tables
from pgx.knowledge.snapshot import KnowledgeBase
from validation import release_change

pytestmark = pytest.mark.validation


@pytest.fixture(scope="module")
def facts() -> list[release_change.Fact]:
    if not (DATA / "reference" / release_change.FOLDER).is_dir():
        pytest.skip("the validation data folder is absent")
    return release_change.facts()


def test_every_definition_function_and_rule_is_that_of_the_source(facts):
    assert len(facts) > 2900
    assert [fact for fact in facts if not fact.agrees] == []
    assert {fact.kind for fact in facts} == set(release_change.KINDS)


@pytest.mark.parametrize(
    ("name", "which", "cells"),
    [
        ("alleles", {"gene": "TPMT", "allele": "*8"}, {"function": "No function"}),
        ("alleles", {"gene": "NUDT15", "allele": "*3.002"}, {"definition": "48045719=T"}),
        ("alleles", {"gene": "RYR1", "allele": "c.1390C>A"}, {"function": "Normal function"}),
        ("phenotype_rules", {"gene": "NUDT15", "phenotype": "Poor Metabolizer"},
         {"phenotype": "Intermediate Metabolizer"}),
    ],
)  # fmt: skip
def test_another_fact_is_noticed(facts, tmp_path, name, which, cells):
    folder = tmp_path / "kb"
    shutil.copytree(KnowledgeBase().place, folder)
    rows = KnowledgeBase(folder).table(name)
    it = next(row for row in rows if which.items() <= row.items())
    replace_tables(folder, {name: [{**r, **cells} if r is it else r for r in rows]})
    wrong = [fact for fact in release_change.facts(KnowledgeBase(folder)) if not fact.agrees]
    assert {fact.gene for fact in wrong} == {which["gene"]}


def test_tandems_are_worth_the_sum_of_their_copies(facts):
    """The source's rows of whole chromosomes check the values of the alleles in them."""
    gene = KnowledgeBase().genes["CYP2D6"]
    values = {a.name: a.activity_value for a in gene.alleles}
    folder = DATA / "reference" / release_change.FOLDER / "phenotypes"
    lines = (folder / "CYP2D6.functions.tsv").read_text(encoding="utf-8").splitlines()[1:]
    tandems = [line.split("\t") for line in lines if release_change.TANDEM in line.split("\t")[0]]
    assert len(tandems) >= 9
    for name, _, value in tandems:
        parts = [values[part] for part in name.split(release_change.TANDEM)]
        assert sum(float(part) for part in parts if part) == float(value), name


def test_thiopurines_are_those_of_the_guideline(facts):
    text = release_change.thiopurines_part(KnowledgeBase())
    assert text.startswith("105 of 105 agree.")
    page = release_change.PAGE.read_text(encoding="utf-8")
    assert text.strip() in page
    assert release_change.report(facts).strip() in page
