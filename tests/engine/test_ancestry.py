"""Whose frequencies count: choices, what a sample table adds, what other genes show."""

import math

import pytest

from cases import one_test
from hazards.edited import edited_text, removed
from pgx.engine.annotate import annotate
from pgx.engine.calling import Ancestry, check_ancestry
from pgx.errors import UsageError
from pgx.inputs.settings import AVERAGE, INFERRED, RECORDED, Prior, RunSettings, SampleInfo
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.genes import GeneFrequencies
from simulated import vcf_text

RELEASE = KnowledgeBase()
GROUPS = ("AFR", "AMR", "EAS", "EUR", "SAS")
SHOWN = {"A": {"X": -1.0, "Y": -2.0}, "B": {"X": -5.0, "Y": -1.0}, "C": None}


def test_average_weighs_all_alike():
    assert Ancestry(AVERAGE, "EUR", {}).weights("A") is None


def test_a_group_counts_alone():
    assert Ancestry("EAS", "EUR", {}).weights("A") == {"EAS": 1.0}


def test_recorded_is_the_sample_table():
    assert Ancestry(RECORDED, "EUR", {}).weights("A") == {"EUR": 1.0}


def test_inferred_leaves_the_gene_itself_out():
    weights = Ancestry(INFERRED, "", SHOWN).weights("A")
    assert weights["X"] / weights["Y"] == pytest.approx(math.exp(-4))
    weights = Ancestry(INFERRED, "", SHOWN).weights("B")
    assert weights["X"] / weights["Y"] == pytest.approx(math.exp(1))


def test_inferred_without_other_genes_weighs_all_alike():
    assert Ancestry(INFERRED, "", {"A": {"X": -1.0}}).weights("A") is None
    assert Ancestry(INFERRED, "", {"A": {"X": -1.0}, "B": None}).weights("A") is None


def test_genes_counted_in_other_groups_say_nothing():
    """A group that one gene alone has would otherwise be explained by silence."""
    shown = {"A": {"X": -1.0, "Y": -2.0}, "B": {"X": -9.0, "Y": -1.0}, "C": {"Z": -0.1}}
    assert Ancestry(INFERRED, "", shown).weights("A").keys() == {"X", "Y"}
    assert Ancestry(INFERRED, "", shown).weights("C") is None


@one_test
@pytest.mark.parametrize("choice", [AVERAGE, INFERRED, RECORDED, *GROUPS])
def test_every_choice_is_known(choice):
    check_ancestry(choice, RELEASE.frequencies.values())


def test_another_is_refused_with_what_there_is():
    with pytest.raises(UsageError) as refused:
        check_ancestry("FIN", [GeneFrequencies(gene="A", groups=("EUR",))])
    assert "EUR" in str(refused.value.remedy)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """CYP3A5 of a person without an answer at *3: common everywhere but in AFR."""
    text = edited_text(
        vcf_text({"CYP3A5": "*1/*1", "CYP2C19": "*1/*1", "NAT2": "*4/*4"}), {99672916: removed}
    )
    found = tmp_path_factory.mktemp("ancestry") / "a.vcf"
    found.write_text(text)
    return found


def chances(path, **settings):
    info = settings.pop("info", {})
    run = annotate(
        [path], RunSettings(genes=("CYP2C19", "CYP3A5", "NAT2"), **settings),
        knowledge=RELEASE, sample_info=info,
    )  # fmt: skip
    [result] = run.results()
    call = next(c for c in result.calls if c.gene == "CYP3A5")
    return {c.diplotype: c.probability for c in call.candidates}


def test_the_group_decides_what_is_common(path):
    african, european = (chances(path, ancestry=g)["*3/*3"] for g in ("AFR", "EUR"))
    assert african < chances(path)["*3/*3"] < european


def test_what_is_recorded_counts_and_what_is_not_weighs_all_alike(path):
    own = {"S1": SampleInfo(sample="S1", superpopulation="AFR")}
    assert chances(path, ancestry=RECORDED, info=own) == chances(path, ancestry="AFR")
    assert chances(path, ancestry=RECORDED) == chances(path)


def test_inferred_lies_among_the_groups(path):
    every = [chances(path, ancestry=g)["*3/*3"] for g in GROUPS]
    assert min(every) <= chances(path, ancestry=INFERRED)["*3/*3"] <= max(every)


def test_without_a_prior_no_ancestry_is_looked_at(path):
    found = chances(path, prior=Prior.NONE, ancestry="Atlantis")
    assert set(found.values()) == {None}
    with pytest.raises(UsageError):
        chances(path, ancestry="Atlantis")
