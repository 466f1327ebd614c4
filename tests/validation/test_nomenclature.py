"""Every rule of nomenclature.tsv has a source and leads to a name that can be compared."""

import itertools
import re

import numpy as np
import pytest
from validation.data import genes
from validation.published import Known, Reading, is_structural, names_of, pairs, rules, table_rows

from cases import one_test
from pgx.haplotypes.definitions import compile_gene

RULES = {
    "renamed", "letter", "suballele", "kept", "unlisted", "optional", "strand", "variant",
    "acetylator", "panel", "phase", "typed",
}  # fmt: skip
STRUCTURAL = {"*13", "*36"}
HYBRIDS = {p.hybrid for p in genes()["CYP2D6"].structure.partners}
SOURCE = re.compile(r"PMID \d{8}|pharmvar\.org|PMC\d+|doi 10\.|definitions of the knowledge base")


def test_every_rule_has_a_gene_and_a_source():
    for row in table_rows():
        assert row["rule"] in RULES
        assert row["gene"] in {*genes(), "any"}
        assert SOURCE.search(row["source"]), row


def test_no_name_has_two_rules_of_one_kind():
    keys = [(r["gene"], r["published"], r["rule"]) for r in table_rows()]
    assert len(keys) == len(set(keys))


@one_test
@pytest.mark.parametrize("rule", ["renamed", "strand", "variant", "kept", "panel"])
def test_a_rule_leads_to_a_defined_allele(rule):
    rows = [row for row in table_rows() if row["rule"] == rule]
    assert rows
    for row in rows:
        defined = {allele.name for allele in genes()[row["gene"]].alleles} | STRUCTURAL
        assert {*row["ours"].split(";")} <= defined | HYBRIDS, row


def test_pairs_of_one_phase_rule_have_the_same_alleles_at_every_position():
    rows = [row for row in table_rows() if row["rule"] == "phase"]
    for row in rows:
        compiled = compile_gene(genes()[row["gene"]])

        def genotype(text, compiled=compiled):
            one, two = (compiled.masks[compiled.names.index(n)] for n in text.split("/"))
            return np.sort(np.stack([one, two]), axis=0)

        assert (genotype(row["published"]) == genotype(row["ours"])).all(), row


@one_test
@pytest.mark.parametrize(
    ("gene", "text", "allowed"),
    [
        ("SLCO1B1", "*1A/*1B", {("*1", "*37")}),
        ("SLCO1B1", "*1b/*14", {("*14", "*37")}),
        ("SLCO1B1", "1B/(24,44)", {("*24", "*37"), ("*37", "*44")}),
        ("UGT1A1", "(*28 + *60)/*60", {("*1", "*28")}),
        ("UGT1A1", "*60/*60", {("*1", "*1")}),
        ("CYP3A4", "1/37;3/22", {("*1", "*37"), ("*22", "*3")}),
        ("CYP3A4", "*1B/*1B (*15)", {("*1B", "*1B"), ("*15", "*1B")}),
        ("CYP2C19", "*1/*2 (*2/*17)", {("*1", "*2"), ("*17", "*2")}),
        ("CYP2D6", "*2A/*41", {("*2", "*41")}),
        ("CYP2D6", "*1/(*68)+*4", {("*1", "*68+*4"), ("*1", "*4")}),
        ("VKORC1", "GA", {("rs9923231 reference (C)", "rs9923231 variant (T)")}),
        ("CYP2C9", "*1/undefined", set()),
    ],
)
def test_published_texts_allow_what_they_say(gene, text, allowed):
    assert pairs(gene, text) == allowed


def test_letters_go_but_where_they_are_names():
    assert names_of("CYP2C19", "*2A") == ("*2",)
    assert all(names_of("TPMT", name) == (name,) for name in rules("TPMT", "kept"))


def test_copies_and_hybrids_are_structural():
    told = ["*1/*5", "*1XN/*2", "*2x2/*4", "*36+*10/*10", "*1/*68"]
    assert all(is_structural("CYP2D6", text) for text in told)
    assert not is_structural("CYP2D6", "*41/*59")
    assert not is_structural("CYP2C19", "*1/*5")


def test_a_revision_stands_in_for_the_consensus_in_one_reading_only():
    known = Known(consensus="*1/*1", revised="1/4")
    assert [known.text(r) for r in Reading] == ["*1/*1", "1/4"]
    assert [Known(consensus="*1/*1").text(r) for r in Reading] == ["*1/*1"] * 2


def test_the_table_is_in_use():
    used = {(r["gene"], r["rule"]) for r in table_rows()}
    read = itertools.product(genes(), RULES)
    assert all(rules(gene, rule) or (gene, rule) not in used for gene, rule in read)
