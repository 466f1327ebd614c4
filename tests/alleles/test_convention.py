"""Names of unphased variant lists with a prior: one name, its own meaning, nothing lost."""

import pytest

from pgx.haplotypes.diplotypes import follow_convention
from pgx.haplotypes.outcomes import DiplotypeSet, FunctionPair, Haplotype

NORMAL, POOR = Haplotype("R", "normal", "1"), Haplotype("v", "poor", "0")
OTHER, THIRD = Haplotype("w", "poor", "0"), Haplotype("x", "odd", None)


def weighed(*shares):
    """Return a set of candidates, most probable first: (haplotypes, probability)."""
    names = ["/".join(s.name for s in haplotypes) for haplotypes, _ in shares]
    found = DiplotypeSet(n_candidates=len(shares), names=names, diplotype=names[0], rest=0.0)
    found.probabilities = [share for _, share in shares]
    kinds = {}
    for haplotypes, share in shares:
        key = tuple(sorted(s.function for s in haplotypes))
        kinds[key] = kinds.get(key, 0.0) + share
    found.outcomes = [FunctionPair(*key, found.diplotype, share) for key, share in kinds.items()]
    candidates = [(n, share, s) for n, (s, share) in zip(names, shares, strict=True)]
    plain = DiplotypeSet(best=(NORMAL, POOR), diplotype="R/v")
    follow_convention(found, plain, candidates)
    return found


def test_candidates_that_mean_the_same_are_one():
    found = weighed(((NORMAL, POOR), 0.7), ((NORMAL, OTHER), 0.2), ((POOR, THIRD), 0.1))
    assert (found.names, found.probabilities) == (["R/v", "v/x"], [0.9, 0.1])
    assert (found.n_candidates, found.rest) == (2, 0.0)


def test_the_best_outcome_is_the_named_diplotypes():
    """The one most probable pair means something else than the pairs that share a name."""
    found = weighed(((POOR, THIRD), 0.4), ((NORMAL, POOR), 0.3), ((NORMAL, OTHER), 0.3))
    assert found.diplotype == "R/v"
    assert {found.outcomes[0].first, found.outcomes[0].second} == {"normal", "poor"}
    assert [o.probability for o in found.outcomes] == [pytest.approx(0.6), pytest.approx(0.4)]


def test_what_is_listed_stays_listed_and_the_rest_adds_up():
    rare = [((NORMAL, POOR), 1e-5)] * 20
    found = weighed(((NORMAL, POOR), 0.99), ((POOR, THIRD), 0.0098), *rare)
    assert found.names == ["R/v", "v/x"]
    assert sum(found.probabilities) + found.rest == pytest.approx(1)


def test_one_is_exactly_one():
    found = weighed(*[((NORMAL, POOR), 0.1)] * 10)
    assert (found.probabilities, found.n_candidates, found.rest) == ([1.0], 1, 0.0)


def test_no_probability_is_above_one():
    """Each is rounded; together they may be more, and a result that says so is not read again."""
    found = weighed(((NORMAL, POOR), 0.7), ((NORMAL, OTHER), 0.200000000001), ((NORMAL, POOR), 0.1))
    assert (found.probabilities, found.rest) == ([1.0], 0.0)
