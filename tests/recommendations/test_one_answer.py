"""One guideline, one answer: the more specific statement holds, whatever a call leaves open."""

from __future__ import annotations

import msgspec
import pytest

from cases import one_test
from pgx.recommendations.guidance_checks import answer_set_findings
from pgx.recommendations.index import build_index
from pgx.recommendations.lookup import recommend
from pgx.recommendations.result_keys import (
    OTHER_DIPLOTYPE,
    PhenotypeKeys,
    mixed_evidence,
    pair_evidence,
)
from pgx.records.advice import FaultCode, SetRelation, StatementSet
from pgx.records.calls import PHENOCONVERTED, Candidate, Certainty, KeyEvidence
from recommendations.made import call, drug, statement
from recommendations.test_coverage import GENES as MADE

MIXED = [
    statement(1, "G1=Fast|Usual", "use_as_directed"),
    statement(2, "G1=Slow", "avoid"),
    statement(3, "G1=diplotype *1/*2", "reduce_dose"),
]
"""Fast is *1/*1, Usual *1/*2, Slow *2/*2; the guideline names one diplotype itself."""


def weighed(*candidates: tuple[str, float], **fields):
    """Return a call of G1 with candidates, and the keys that they have."""
    names = {"*1/*1": "Fast", "*1/*2": "Usual", "*2/*2": "Slow"}
    shares: dict[str, float] = {}
    for name, probability in candidates:
        key = names.get(name, "Usual")
        shares[key] = shares.get(key, 0.0) + probability
    values = {
        "diplotype": candidates[0][0],
        "candidates": tuple(Candidate(*one) for one in candidates),
        "n_candidates": len(candidates),
        "key_evidence": tuple(
            KeyEvidence(lookup_key=k, probability=p, settled_by=(f"chr1:{i}",) if i else ())
            for i, (k, p) in enumerate(shares.items())
        ),
    }
    return call("G1", *shares, **(values | fields))


def advice(result, statements=MIXED):
    [row] = recommend(build_index([drug()], statements, MADE), "S1", [result])
    return row


@pytest.mark.parametrize(
    ("diplotype", "lookup", "action"),
    [
        ("*1/*1", "G1=Fast", "use_as_directed"),
        ("*1/*2", "G1=diplotype *1/*2", "reduce_dose"),
        ("*2/*2", "G1=Slow", "avoid"),
    ],
)
def test_the_statement_on_a_diplotype_holds_and_else_that_on_its_phenotype(
    diplotype, lookup, action
):
    row = advice(weighed((diplotype, 1.0)))
    assert (row.lookup, row.action, row.certainty) == (lookup, (action,), Certainty.CERTAIN)


def test_a_phenotype_without_alleles_is_looked_up_as_a_phenotype():
    row = advice(call("G1", "Usual"))
    assert (row.lookup, row.action) == ("G1=Usual", ("use_as_directed",))


def test_each_candidate_has_its_own_key_and_probability():
    row = advice(weighed(("*1/*2", 0.7), ("*2/*2", 0.2), ("*1/*1", 0.1)))
    assert row.lookup == "G1=diplotype *1/*2"
    assert {a.lookup: a.probability for a in row.alternatives} == {
        "G1=Slow": pytest.approx(0.2),
        "G1=Fast": pytest.approx(0.1),
    }
    assert set(row.depends_on) == {"chr1:1", "chr1:2"}


def test_a_phenotype_keeps_what_candidates_without_a_statement_have_of_it():
    """An undefined combination has the same phenotype as the named diplotype, not its statement."""
    row = advice(weighed(("*1/*2", 0.8), ("*1/[*2 + *9]", 0.2)))
    assert row.action == ("reduce_dose",)
    [other] = row.alternatives
    assert (other.lookup, other.action) == ("G1=Usual", ("use_as_directed",))
    assert other.probability == pytest.approx(0.2)


def test_the_best_candidate_leads_though_no_name_translates():
    row = advice(weighed(("*1/[*2 + *9]", 0.8), ("*1/*2", 0.2)))
    assert (row.lookup, row.action) == ("G1=Usual", ("use_as_directed",))
    assert [a.probability for a in row.alternatives] == [pytest.approx(0.2)]


def test_without_a_prior_nothing_is_weighed_and_nothing_lost():
    candidates = (Candidate("*1/*2"), Candidate("*2/*2"))
    row = advice(
        call("G1", "Usual", "Slow", diplotype="*1/*2", candidates=candidates, n_candidates=2)
    )
    assert row.certainty is Certainty.DEPENDS
    assert [(a.lookup, a.probability) for a in row.alternatives] == [("G1=Slow", None)]


def test_what_the_candidate_list_leaves_out_may_have_any_key_of_the_call():
    short = weighed(("*1/*2", 0.9), n_candidates=60, rest=0.1)
    short = msgspec.structs.replace(
        short,
        lookup_keys=("Usual", "Slow"),
        key_evidence=(
            KeyEvidence(lookup_key="Usual", probability=0.94),
            KeyEvidence(lookup_key="Slow", probability=0.06),
        ),
    )
    found = mixed_evidence(short, {"diplotype *1/*2"}, PhenotypeKeys(MADE["G1"]))
    assert {key: item.probability for key, item in found.items()} == {
        "diplotype *1/*2": 0.9,
        "Usual": pytest.approx(0.04),
        "Slow": pytest.approx(0.06),
    }
    assert OTHER_DIPLOTYPE not in found


def test_the_probabilities_of_the_keys_are_those_of_the_candidates():
    result = weighed(("*1/*2", 0.5), ("*1/*1", 0.3), ("*2/*2", 0.15), ("*1/[*1 + g.1A>G]", 0.05))
    found = mixed_evidence(result, {"diplotype *1/*2"}, PhenotypeKeys(MADE["G1"]))
    assert sum(item.probability for item in found.values()) == pytest.approx(1.0)
    assert list(found) == ["diplotype *1/*2", "Fast", "Slow", "Usual"]


def test_a_converted_phenotype_is_not_looked_up_by_its_genotype():
    """A statement on *1/*2 does not know of the medicine that slows the enzyme further."""
    slowed = msgspec.structs.replace(
        weighed(("*1/*2", 1.0)), lookup_keys=("Slow",), key_evidence=(), notes=(PHENOCONVERTED,)
    )
    row = advice(slowed)
    assert (row.lookup, row.action) == ("G1=Slow", ("avoid",))


def test_a_population_without_statements_on_diplotypes_has_those_on_phenotypes():
    own = [*MIXED, statement(4, "G1=Fast|Usual|Slow", "monitor", population="children")]
    index = build_index([drug()], own, MADE)
    rows = recommend(index, "S1", [weighed(("*1/*2", 1.0))])
    assert {r.population: r.action for r in rows} == {
        "general": ("reduce_dose",),
        "children": ("monitor",),
    }


def test_of_two_genes_the_most_specific_statement_holds():
    own = [
        statement(1, "G1=Fast|Usual|Slow;G2=Fast|Usual|Slow", "use_as_directed"),
        statement(2, "G1=diplotype *1/*2;G2=Slow", "avoid"),
    ]
    index = build_index([drug("examplol", "G1", "G2")], own, MADE)
    for second, action in (("Slow", "avoid"), ("Fast", "use_as_directed")):
        [row] = recommend(index, "S1", [weighed(("*1/*2", 1.0)), call("G2", second)])
        assert row.action == (action,)


# tests of several alleles, and entries of one document

TESTS = [
    statement(1, "HLA-B=*15:02 positive", "avoid"),
    statement(2, "HLA-B=*15:11 positive", "caution"),
]


def one_answer(*guidelines: str, relation=SetRelation.ONE_ANSWER, alleles=("*15:02", "*15:11")):
    return StatementSet(
        authority="CPIC", drug="examplol", guidelines=guidelines or ("G1",), genes=("HLA-B",),
        alleles=alleles, relation=relation, reason="x",
    )  # fmt: skip


@one_test
@pytest.mark.parametrize(
    ("keys", "action", "certainty"),
    [
        (("*15:02 positive", "*15:11 negative"), "avoid", "certain"),
        (("*15:02 negative", "*15:11 positive"), "caution", "certain"),
        (("*15:02 positive", "*15:11 positive"), "avoid", "certain"),
        (("*15:02 negative", "*15:11 negative"), "no_recommendation", "certain"),
        (("*15:02 positive",), "avoid", "certain"),
        (("*15:02 negative",), "no_recommendation", "depends"),
        (("*15:11 positive",), "caution", "depends"),
        (("*57:01 negative",), "no_recommendation", "unknown"),
    ],
)
def test_the_first_allele_that_a_statement_speaks_of_answers(keys, action, certainty):
    index = build_index([drug()], TESTS, sets=[one_answer()])
    [row] = recommend(index, "S1", [call("HLA-B", *keys)])
    assert (row.action[0], row.certainty) == (action, certainty)


def test_entries_of_one_document_are_one_answer_with_their_own_numbers():
    own = [
        statement(1, "G1=Fast", "avoid", guideline_id="E1"),
        statement(2, "G1=Slow", "monitor", guideline_id="E2"),
    ]
    sets = [
        StatementSet(
            authority="CPIC", drug="examplol", guidelines=("E1", "E2"), genes=("G1",), alleles=(),
            relation=SetRelation.ONE_ANSWER, reason="x",
        )
    ]  # fmt: skip
    index = build_index([drug()], own, MADE, sets)
    for key, guideline in (("Fast", "E1"), ("Slow", "E2")):
        [row] = recommend(index, "S1", [call("G1", key)])
        assert row.guideline_id == guideline
    assert list(answer_set_findings(index, sets)) == []
    assert [f.code for f in answer_set_findings(build_index([drug()], own, MADE), [])] == [
        FaultCode.CONTRADICTION
    ]


def test_rows_that_stand_side_by_side_need_a_reason():
    apart = build_index([drug()], TESTS)
    assert [f.code for f in answer_set_findings(apart, [])] == [FaultCode.CONTRADICTION]
    assert list(answer_set_findings(apart, [one_answer(relation=SetRelation.ADDITIVE)])) == []
    together = build_index([drug()], TESTS, sets=[one_answer()])
    assert list(answer_set_findings(together, [one_answer()])) == []


def test_a_set_without_statements_is_named():
    index = build_index([drug()], TESTS, sets=[one_answer()])
    strange = one_answer("G9")
    assert [f.code for f in answer_set_findings(index, [one_answer(), strange])] == [
        FaultCode.DANGLING
    ]


# the release

SIPONIMOD = {
    "*1/*1": ("no_recommendation", None),
    "*1/*2": ("use_as_directed", None),
    "*2/*2": ("use_as_directed", None),
    "*1/*3": ("reduce_dose", 0.5),
    "*2/*3": ("reduce_dose", 0.5),
    "*3/*3": ("avoid", None),
    "*1/*5": ("reduce_dose", 0.5),
    "*2/*5": ("reduce_dose", 0.5),
    "*3/*5": ("avoid", None),
}
WARFARIN = {
    "*1/*1": ("no_recommendation", None),
    "*1/*2": ("use_as_directed", None),
    "*1/*3": ("reduce_dose", 0.65),
    "*2/*2": ("reduce_dose", 0.65),
    "*2/*3": ("reduce_dose", 0.45),
    "*3/*3": ("reduce_dose", 0.2),
    "*1/*8": ("reduce_dose", 0.65),
    "*3/*8": ("reduce_dose", 0.2),
}
PHENYTOIN = {
    "*1/*2": ("reduce_dose", 0.75),
    "*1/*3": ("reduce_dose", 0.7),
    "*2/*2": ("reduce_dose", 0.5),
    "*2/*3": ("reduce_dose", 0.5),
    "*3/*3": ("reduce_dose", 0.4),
    "*3/*5": ("reduce_dose", 0.5),
}


@pytest.mark.parametrize(
    ("name", "expected"),
    [("siponimod", SIPONIMOD), ("warfarin", WARFARIN), ("phenytoin", PHENYTOIN)],
)
def test_each_diplotype_of_cyp2c9_has_one_row_of_dpwg(index, genes, name, expected):
    phenotypes = PhenotypeKeys(genes["CYP2C9"])
    for diplotype, (action, factor) in expected.items():
        key = phenotypes.of(f"diplotype {diplotype}")
        own = call("CYP2C9", key, diplotype=diplotype, candidates=(Candidate(diplotype),))
        rows = recommend(index, "S1", [own], drugs=[name])
        [row] = [r for r in rows if (r.source, r.genes) == ("DPWG", ("CYP2C9",))]
        assert (row.action[0], row.dose_factor_max) == (action, factor), diplotype


def test_a_guideline_on_diplotypes_alone_reads_what_could_show_their_phenotypes():
    """Sites and population groups are those of the phenotype that a diplotype has."""
    result = weighed(("*1/*2", 0.9), ("*2/*2", 0.1))
    usual, slow = result.key_evidence
    result = msgspec.structs.replace(
        result,
        key_evidence=(
            msgspec.structs.replace(usual, by_group=(0.8, 0.96)),
            msgspec.structs.replace(slow, by_group=(0.2, 0.04)),
        ),
    )
    found = pair_evidence(result, PhenotypeKeys(MADE["G1"]))
    assert found["diplotype *2/*2"].settled_by == ("chr1:1",)
    assert found["diplotype *2/*2"].by_group == pytest.approx((0.2, 0.04))
    assert [item.probability for item in found.values()] == [0.9, 0.1]
    alone = [
        statement(1, "G1=diplotype *1/*2", "reduce_dose"),
        statement(2, "G1=diplotype *2/*2", "avoid"),
    ]
    row = advice(result, alone)
    assert (row.action, row.depends_on, row.residual) == (
        ("reduce_dose",), ("chr1:1",), pytest.approx(0.1),
    )  # fmt: skip
