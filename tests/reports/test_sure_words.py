"""What a report says of sureness: agreement of candidates, and residuals that were accepted."""

from __future__ import annotations

import pytest

from cases import one_test
from pgx.messages.catalogue import ENGLISH
from pgx.records.calls import CallStatus, Candidate, Certainty, KeyEvidence
from pgx.reports.content.document import build_document
from pgx.reports.content.gene_entries import build_gene
from pgx.reports.html_page import render_html
from reports import factory

KEY = "Intermediate Metabolizer"


def gene(*shares: float | None):
    """Return what is said of a call of two candidates, the key's posterior being known or not."""
    evidence = tuple(KeyEvidence(lookup_key=KEY, probability=share) for share in shares)
    call = factory.called(
        status=CallStatus.CALLED, n_candidates=2, lookup_keys=(KEY,), key_evidence=evidence,
        candidates=(Candidate("*1/*2", 0.99), Candidate("*1/*3", 0.01)),
        phenotype=KEY, phenotypes=(KEY,),
    )  # fmt: skip
    return build_gene(call, ENGLISH)


@one_test
@pytest.mark.parametrize(
    ("shares", "said"),
    [
        ((), ""),
        ((1.0,), ""),
        ((1.0 - 1e-11,), ""),
        ((0.99995,), "phenotype posterior >99.9%"),
        ((0.97,), "phenotype posterior 97.0%"),
    ],
)
def test_agreement_is_said_only_where_it_is_true_of_all(shares, said):
    assert gene(*shares).others == said


def test_an_accepted_residual_is_a_footnote_and_no_question():
    row = factory.advice(residual=0.004, depends_on=("chr10:94781859",))
    result = factory.result(recommendations=(row,))
    [shown] = build_document(result).groups[0].drugs[0].rows
    assert shown.settle == ()
    assert shown.footnote == (
        "Posterior probability that another recommendation applies: 0.4% "
        "(within the accepted limit)"
    )
    assert shown.footnote.replace(">", "&gt;") in render_html(result)


@pytest.mark.parametrize("residual", [None, 0.0])
def test_without_a_residual_there_is_no_footnote(residual):
    result = factory.result(recommendations=(factory.advice(residual=residual),))
    assert build_document(result).groups[0].drugs[0].rows[0].footnote == ""


def test_provisional_advice_has_questions_and_no_footnote():
    row = factory.advice(residual=0.3, depends_on=("chr10:94781859",), certainty=Certainty.DEPENDS)
    [shown] = build_document(factory.result(recommendations=(row,))).groups[0].drugs[0].rows
    assert shown.settle
    assert shown.footnote == ""
