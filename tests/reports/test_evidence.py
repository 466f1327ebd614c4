"""The evidence of a call in words: what matched, what excludes, and how sure that is."""

from __future__ import annotations

import msgspec
import pytest

from cases import one_test
from pgx.messages.catalogue import ENGLISH
from pgx.records.calls import (
    AlternativeAdvice,
    AlternativeDiplotype,
    CallEvidence,
    Candidate,
    Contradiction,
    HaplotypeEvidence,
    VariantMatch,
)
from pgx.reports.content.gene_entries import build_evidence
from pgx.reports.content.phrases import percent
from pgx.reports.explain_text import explain_call, site_rows
from pgx.reports.html_page import render_html
from reports import factory
from reports.test_render_html import Page, plain_text


def variant(state="matched", **changes):
    values = {"position": "chr10:94781859", "rsid": "rs4244285", "needs": ("A",), "state": state}
    return VariantMatch(**{**values, **changes})


def haplotype(*variants, **changes):
    values = {"name": "*2", "function": "No function", "n_named": 2, "n_answered": 2}
    return HaplotypeEvidence(**{**values, **changes}, variants=variants)


def contradiction(**changes):
    values = {
        "position": "chr10:94780653", "rsid": "rs4986893", "observed": ("G", "G"),
        "needs": (("G",), ("A",)), "kind": "allele", "phased": False,
    }  # fmt: skip
    return Contradiction(**{**values, **changes})


def alternative(**changes):
    values = {"diplotype": "*1/*3", "functions": ("Normal function", "0.5"), "why": "nearest"}
    return AlternativeDiplotype(**{**values, **changes})


def words_of(*haplotypes, alternatives=(), **changes):
    evidence = CallEvidence(haplotypes=haplotypes, alternatives=tuple(alternatives))
    return build_evidence(factory.called(evidence=evidence, **changes), ENGLISH)


def only_alternative(**changes):
    [entry] = words_of(alternatives=[alternative(**changes)]).alternatives
    return entry


def test_no_evidence_is_none():
    assert build_evidence(factory.called(), ENGLISH) is None


def test_variants_are_told_apart_by_what_was_seen():
    [line] = words_of(haplotype(variant(), variant("unknown", position="chr10:1", rsid=""))).matched
    assert line == (
        "*2: 1 of 2 variants detected: A at chr10:94781859 (rs4244285); no genotype: A at chr10:1"
    )
    [line] = words_of(haplotype(variant("contradicted", needs=("A", "C")))).matched
    assert line == (
        "*2: 0 of 1 variants detected; differs from the definition: "
        "A or C at chr10:94781859 (rs4244285)"
    )


def test_equal_haplotypes_are_said_once():
    assert len(words_of(haplotype(name="*1"), haplotype(name="*1")).matched) == 1


def test_a_long_list_is_cut_and_counted():
    [line] = words_of(haplotype(*(variant(position=f"chr1:{i}") for i in range(11)))).matched
    assert line.endswith(" and 3 more")
    entry = only_alternative(contradictions=tuple(contradiction() for _ in range(11)))
    assert entry.reasons[-1] == "and at 3 more positions"


def test_what_excludes_a_alternative():
    entry = only_alternative(contradictions=(contradiction(),))
    assert entry.title == "Excluded: *1/*3 (normal function, activity value 0.5)"
    assert entry.reasons == ("chr10:94780653 (rs4986893): G/G observed, G/A required",)


def test_phase_is_named():
    phase = contradiction(observed=("G", "A"), needs=(("A",), ("G",)), kind="phase", phased=True)
    [line] = only_alternative(contradictions=(phase,)).reasons
    assert "G|A observed, A|G required; the alleles are on the opposite haplotypes" in line


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (2, "One other diplotype has equally few mismatches."),
        (4, "3 other diplotypes have equally few mismatches."),
    ],
)
def test_how_many_are_as_near(count, said):
    assert only_alternative(contradictions=(contradiction(),), n_alike=count).reasons[-1] == said


def test_a_candidate_says_what_would_tell_it():
    entry = only_alternative(
        why="fits", probability=0.0321, open_sites=("chr1:5",), open_phase=("chr1:6", "chr1:7")
    )
    assert entry.title.endswith(", posterior 3.2%")
    assert entry.reasons == (
        "Resolved by the genotype at chr1:5",
        "Resolved by the phase (cis or trans) of the variants at chr1:6, chr1:7",
    )
    assert only_alternative(why="fits").reasons == (ENGLISH["why"]["cannot_tell"],)


def test_without_a_prior_no_number_is_shown():
    text = plain_text(render_html(factory.result()))
    assert "of people with such data" not in text
    assert "%" not in only_alternative(why="fits").title


@one_test
@pytest.mark.parametrize("share", [0.0, 1e-9, 0.0009, 0.004, 0.05, 0.5, 0.95, 0.996, 0.9999, 1.0])
def test_percentages_have_few_digits_and_are_no_certainty(share):
    text = percent(share)
    assert text not in ("0%", "100%")
    assert len([c for c in text if c.isdigit()]) <= 3
    number = float(text.strip("<> %")) / 100
    assert abs(number - share) <= 0.005


def test_the_report_shows_it_folded():
    evidence = CallEvidence(haplotypes=(haplotype(variant()),), alternatives=(alternative(),))
    call = factory.called(evidence=evidence)
    page = render_html(factory.result(calls=(call,)))
    folded = page.split("<summary>Evidence for this call</summary>")[1].split("</details>")[0]
    assert "*2: 1 of 1 variants detected" in folded
    assert "Excluded: *1/*3" in folded
    assert "<details open" not in page


@one_test
@pytest.mark.parametrize("name", factory.HOSTILE)
def test_hostile_evidence_adds_no_element(name):
    def shape(text):
        evidence = CallEvidence(
            haplotypes=(
                haplotype(variant(text, position=text, rsid=text, needs=(text,)), name=text),
                haplotype(name=text),
            ),
            alternatives=(
                alternative(
                    diplotype=text, functions=(text,), why=text,
                    contradictions=(contradiction(observed=(text,), needs=((text,),), kind=text),),
                ),
            ),
        )  # fmt: skip
        return Page(render_html(factory.result(calls=(factory.called(evidence=evidence),)))).shape()

    assert shape(name) == shape("S1")


def test_an_unknown_state_of_a_saved_result_is_survived():
    [line] = words_of(haplotype(variant("nonsense"))).matched
    assert "0 of 1 variants detected" in line


# -- probabilities where they stand in the report -----------------------------------------


def test_an_ambiguous_call_shows_its_candidates_with_probabilities():
    weighed = (Candidate("*1/*6", 0.6), Candidate("*4/*9", 0.4))
    call = factory.ambiguous(candidates=weighed, probability=0.6)
    text = plain_text(render_html(factory.result(calls=(call,))))
    assert "most likely of 2 diplotypes (posterior 60%); next most likely *4/*9 (40%)" in text
    assert "*1/*6 (60%), *4/*9 (40%)" in text


def test_unsettled_advice_says_how_probable_the_other_is_and_what_would_settle_it():
    row = factory.depending(
        alternatives=(
            AlternativeAdvice(
                lookup="CYP2B6=Poor Metabolizer", action=("avoid",), text="", probability=0.03
            ),
        ),
        depends_on=("phase:chr19:41006936+chr19:41009358", "CYP2D6:copy_number"),
    )
    text = plain_text(render_html(factory.result(recommendations=(row,))))
    assert "Avoid if CYP2B6 Poor Metabolizer (posterior 3.0%)" in text
    assert (
        "CYP2B6: phase (cis or trans) of the variants at chr19:41006936 and chr19:41009358" in text
    )
    assert "CYP2D6: copy number" in text


def test_many_phases_are_counted():
    code = "phase:" + "+".join(f"chr19:{i}" for i in range(4))
    row = factory.depending(depends_on=(code,))
    text = plain_text(render_html(factory.result(recommendations=(row,))))
    assert "phase (cis or trans) of the variants at 4 positions" in text


# -- in a terminal ---------------------------------------------------------------------------


def test_sections_stand_in_order_and_hide_nothing():
    evidence = CallEvidence(haplotypes=(haplotype(variant()),), alternatives=(alternative(),))
    call = factory.ambiguous(evidence=evidence)
    titles = [section.title for section in explain_call(call, "2025.11.1")]
    assert titles == [
        "CYP2B6 *1/*6", "Matching variants", "Alternative diplotypes",
        "Positions without a genotype",
    ]  # fmt: skip
    [title] = [s.title for s in explain_call(msgspec.structs.replace(call, gene="a\x1bb"), "")][:1]
    assert title == "a⟨U+001B⟩b *1/*6"


def test_folded_positions_are_counted_by_source():
    same = factory.site("chr1:5", alleles=("G", "G"))
    block = factory.site("chr1:6", alleles=("G", "G"), evidence="reference_block")
    call = factory.called(sites=(factory.site(), same, same, block))
    rows, folded = site_rows(call, everything=False)
    assert [row["Position (GRCh38)"] for row in rows] == ["chr10:94780653"]
    assert folded == ("3 more with the reference allele only (variant record 2, reference block 1)")
    rows, folded = site_rows(call, everything=True)
    assert (len(rows), folded) == (4, "")
