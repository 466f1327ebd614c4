"""Rule files say what they are, fit the knowledge base, and are refused if they do not hold."""

import shutil

import msgspec
import pytest

from cases import one_test
from pgx.base import shipped
from pgx.errors import ModelFolderError, SnapshotIntegrityError
from pgx.knowledge.snapshot import KnowledgeBase
from pgx_dosing.folders import shipped_folder
from pgx_dosing.rules.reading import parse_rule, read_rule, shipped_rules
from pgx_dosing.rules.specification import TableRule

NAMES = {
    "clopidogrel-abcd-gene",
    "eliglustat-us",
    "mavacamten-eu",
    "mavacamten-us",
    "simvastatin-search",
    "siponimod-eu",
    "siponimod-us",
    "tacrolimus-cpic-start",
    "warfarin-cpic-flow",
    "warfarin-eu-pact-loading",
    "warfarin-lenzini-2010",
}
RULES = shipped_rules().values()


def test_what_is_shipped():
    assert set(shipped_rules()) == NAMES


@one_test
@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.name)
def test_a_rule_says_where_it_comes_from(rule):
    assert rule.jurisdiction in ("US", "EU", "international")
    assert all(c.text for c in rule.citations)
    assert all(c.pmid == "" or c.pmid.isdigit() for c in rule.citations)
    # a paper has its identifiers; a label has none
    assert any(c.pmid and c.doi for c in rule.citations) or "label" in rule.title
    assert rule.limits


@one_test
@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.name)
def test_genes_alleles_and_positions_are_the_knowledge_bases(rule):
    genes = KnowledgeBase().genes
    for item in rule.inputs:
        how = item.observe
        assert set(how.genes) <= set(genes)
        if not how.genes or how.kind in ("inhibitor", "inducer"):
            continue
        gene = genes[how.genes[0]]
        names = {a.name.partition(".")[0] for a in gene.alleles}
        assert set(how.alleles) | set(how.unsure) <= names, item.name
        places = {f"{gene.contig}:{v.position}" for v in gene.variants}
        assert set(how.positions) <= places, item.name
        if how.kind == "phenotype":
            assert {r.phenotype for r in gene.rules} <= set(item.levels), item.name


def test_loss_of_function_alleles_are_those_of_the_knowledge_base():
    gene = KnowledgeBase().genes["CYP2C19"]
    item = shipped_rules()["clopidogrel-abcd-gene"].input("lof_alleles")
    by_function = {}
    for allele in gene.alleles:
        by_function.setdefault(allele.function or "", set()).add(allele.name)
    assert set(item.observe.alleles) == by_function["No function"]
    normal = by_function["Normal function"] | by_function["Increased function"]
    everything = set.union(*by_function.values())
    assert set(item.observe.unsure) == everything - by_function["No function"] - normal


def test_carriers_of_a_variant_are_those_of_the_knowledge_base():
    for rule in RULES:
        for item in rule.inputs:
            how = item.observe
            if how.kind != "variant_count":
                continue
            gene = KnowledgeBase().genes[how.genes[0]]
            place = int(how.positions[0].partition(":")[2])
            carriers = {
                a.name.partition(".")[0] for a in gene.alleles if a.defining.get(place) == how.base
            }
            assert carriers == {*how.alleles, *how.unsure}, (rule.name, item.name)


def raw(name="siponimod-us"):
    return msgspec.json.decode((shipped_folder() / name / "rules.json").read_bytes())


def refused(tree, match=None):
    with pytest.raises(ModelFolderError, match=match) as error:
        parse_rule(msgspec.json.encode(tree), "rules.json")
    assert error.value.code == "PGX-MOD-004"


def test_a_copy_is_read_as_it_is():
    assert isinstance(parse_rule(msgspec.json.encode(raw()), "x"), TableRule)


@one_test
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"kind": "macro"}',
        b"\xff\xfe",
        b"[" * 100_000,
        b" " * (2 << 20),
    ],
)
def test_what_is_no_rule_is_refused(data):
    with pytest.raises(ModelFolderError):
        parse_rule(data, "rules.json")


def test_unknown_fields_and_versions_are_refused():
    refused({**raw(), "formula": "1"})
    refused({**raw(), "schema_version": "9"}, "schema version")
    refused({**raw(), "citations": []}, "citations")


def test_conditions_have_to_fit_the_inputs():
    tree = raw()
    tree["rows"][0]["when"][0]["among"] = ["*3/*4"]
    refused(tree, "level")
    tree = raw()
    tree["rows"][0]["when"][0]["input"] = "weight"
    refused(tree, "no input")
    tree = raw()
    tree["rows"][0]["when"][0] = {"input": "genotype", "above": 1}
    refused(tree, "bounds")
    tree = raw()
    tree["rows"][0]["when"][0] = {"input": "genotype", "state": "untested"}
    refused(tree, "flow")


def test_numbers_have_limits_and_say_whose():
    tree = raw()
    tree["inputs"][1]["high"] = None
    refused(tree, "limits")
    tree = raw()
    tree["inputs"][1]["low"] = 200
    refused(tree, "wrong way")
    tree = raw()
    del tree["inputs"][1]["limits"]
    refused(tree, "whose")


def test_scores_flows_and_equations_hold_together():
    tree = raw("clopidogrel-abcd-gene")
    tree["bands"] = tree["bands"][:1]
    refused(tree, "bands")
    tree = raw("warfarin-cpic-flow")
    tree["adjustments"][0]["factors"].pop()
    refused(tree, "span")
    tree = raw("warfarin-cpic-flow")
    tree["adjustments"][0]["factors"][1] = {"low": 0.9, "high": 0.7}
    refused(tree, "lower")
    tree = raw("warfarin-cpic-flow")
    tree["bases"].pop()
    refused(tree, "last equation")
    tree = raw("warfarin-lenzini-2010")
    tree["terms"][0]["input"] = "length"
    refused(tree, "no input")
    tree = raw("warfarin-lenzini-2010")
    next(i for i in tree["inputs"] if i["name"] == "inr")["low"] = 0
    refused(tree, "logarithm")
    tree = raw("warfarin-eu-pact-loading")
    tree["rates"]["*1/*1"] = 0
    refused(tree, "positive")


def test_a_folder_without_a_rule_or_with_anothers_name(tmp_path):
    with pytest.raises(ModelFolderError):
        read_rule(tmp_path)
    (tmp_path / "rules.json").write_bytes(msgspec.json.encode(raw()))
    with pytest.raises(ModelFolderError, match="name"):
        read_rule(tmp_path)


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """A copy of the shipped data, in which rules are looked for."""
    shutil.copytree(shipped.data_folder(), tmp_path / "data")
    package = tmp_path / "src" / "pgx"
    monkeypatch.setattr(shipped, "_PACKAGE", package)
    shipped_rules.cache_clear()
    yield tmp_path / "data" / "models"
    shipped_rules.cache_clear()


def test_a_changed_dose_is_refused(copied):
    assert set(shipped_rules()) == NAMES
    shipped_rules.cache_clear()
    path = copied / "siponimod-us" / "rules.json"
    path.write_bytes(path.read_bytes().replace(b"0.25", b"2.25", 1))
    with pytest.raises(SnapshotIntegrityError, match="released"):
        shipped_rules()


def test_an_added_rule_is_none_and_a_lost_one_is_refused(copied):
    (copied / "other").mkdir()
    (copied / "other" / "rules.json").write_bytes(msgspec.json.encode(raw()))
    assert set(shipped_rules()) == NAMES
    shipped_rules.cache_clear()
    shutil.rmtree(copied / "siponimod-us")
    with pytest.raises(SnapshotIntegrityError):
        shipped_rules()
