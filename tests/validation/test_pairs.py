"""Pairs of named alleles without phase: named, and never called with another phenotype."""

import pytest

from pgx.records.calls import CallStatus
from validation import cis, pairs, tables

MOST = 25
LEAST = 0.98
"""Share of the pairs without another explanation whose name, or functions, are right."""
SEEDS = (1, 2)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_pair_is_named_and_nothing_milder_is_called(seed):
    found = pairs.measure(most=MOST, seed=seed)
    plain = [p for p in found if p.kind is pairs.Kind.PLAIN]
    assert len({p.gene for p in plain}) == len(pairs.weighed_genes())
    assert sum(p.same for p in plain) >= LEAST * len(plain)
    assert [p for p in plain if p.misled] == []
    assert all(p.listed for p in plain if p.same)


def test_the_best_outcome_is_that_of_the_named_diplotype():
    for pair in pairs.measure(["CYP2C9", "DPYD", "RYR1", "SLCO1B1"], most=MOST):
        call = pair.call
        assert call.candidates[0].diplotype == call.diplotype
        assert call.candidates[0].probability == call.probability
        assert call.phenotypes[:1] == ((call.phenotype,) if call.phenotype else ())
        others = [c.probability for c in call.candidates[1:]]
        assert others == sorted(others, reverse=True)
        sure = call.n_candidates == 1 or call.probability >= 0.95
        assert sure or call.status is CallStatus.AMBIGUOUS


@pytest.mark.exhaustive
@pytest.mark.validation
def test_the_posterior_of_cis_is_what_phase_shows():
    """Within the 95% interval of the observed share, where both variants are rare."""
    found = [f for f in cis.measure() if f.is_rare]
    low, high = tables.wilson(sum(f.cis for f in found), len(found))
    mean = sum(f.posterior for f in found) / len(found)
    assert low < mean < high
    assert max(f.posterior for f in found if f.expected > 0.1) < 0.5
