"""Two records of one site: alleles add up, contradictions are conflicts, half calls stay."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import one_test
from pgx.genotypes.matrix import ABSENT, MISSING, UNPHASED
from pgx.genotypes.merge import SampleGenotype, merge

REF, A, B = 0, 1, 2


@one_test
@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        ((REF, A, 0), (REF, REF, 0), (REF, A, 0)),
        ((REF, A, 0), (B, REF, 0), (B, A, 0)),
        ((A, REF, 0), (B, REF, 0), None),  # two alternatives on one haplotype
        ((REF, A, UNPHASED), (REF, B, UNPHASED), (A, B, UNPHASED)),
        ((REF, A, UNPHASED), (B, REF, 0), (B, A, 0)),
        ((A, A, 0), (REF, B, 0), None),  # three alternatives
        ((REF, A, 0), (A, A, 0), None),
        ((REF, A, 0), (A, REF, 0), (REF, A, UNPHASED)),  # phases contradict each other
        ((MISSING, A, 0), (REF, REF, 0), (MISSING, A, 0)),
        ((MISSING, A, 0), (MISSING, REF, 0), (MISSING, A, 0)),
        ((MISSING, A, UNPHASED), (REF, REF, UNPHASED), (A, MISSING, UNPHASED)),
        ((MISSING, REF, UNPHASED), (REF, A, UNPHASED), (A, MISSING, UNPHASED)),
        ((MISSING, A, UNPHASED), (REF, B, UNPHASED), (A, B, UNPHASED)),
        ((MISSING, A, UNPHASED), (A, A, UNPHASED), (A, MISSING, UNPHASED)),
        ((MISSING, MISSING, 0), (REF, A, 0), (MISSING, MISSING, UNPHASED)),
        ((A, ABSENT, 0), (REF, ABSENT, 0), (A, ABSENT, 0)),
        ((A, ABSENT, 0), (B, ABSENT, 0), None),
        ((A, ABSENT, 0), (REF, REF, 0), None),  # one haplotype here, two there
        ((REF, ABSENT, 0), (REF, A, 0), None),
    ],
)
def test_examples(one, two, expected):
    assert merge(SampleGenotype(*one), SampleGenotype(*two), REF) == expected


codes = st.sampled_from([MISSING, REF, A, B])
haplotypes = st.builds(SampleGenotype, codes, codes, st.sampled_from([UNPHASED, 0, 7]))


@given(haplotypes, haplotypes)
def test_the_order_of_records_does_not_matter(one, two):
    forward, backward = merge(one, two, REF), merge(two, one, REF)
    assert (forward is None) == (backward is None)
    if forward is not None:
        assert sorted(forward[:2]) == sorted(backward[:2])


@given(haplotypes, haplotypes)
def test_the_truth_stays_possible(one, two):
    """Whatever genotype both records allow, the merged one allows."""
    merged = merge(one, two, REF)
    for truth in itertools.product((REF, A, B), repeat=2):
        if merged is not None and allows(one, truth) and allows(two, truth):
            assert allows(merged, truth)


def allows(genotype, truth):
    """Whether an unphased reading of a record fits a true genotype."""
    return any(
        all(known in (MISSING, actual) for known, actual in zip(genotype[:2], order, strict=True))
        for order in (truth, truth[::-1])
    )
