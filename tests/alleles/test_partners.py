"""Odds of alleles beside hybrids, in a mix of population groups."""

import numpy as np
import pytest

from cases import one_test
from pgx.copynumber.configurations import Partners
from pgx.records.structures import WHOLE
from structure.made import MODELS

TANDEM = next(h for h in MODELS.structure.haplotypes if h.units == ("*36", WHOLE))
ALONE = next(h for h in MODELS.structure.haplotypes if h.units == ("*36",))
ROW = next(p for p in MODELS.structure.partners if (p.units, p.allele) == (TANDEM.units, "*4"))


def among(*groups):
    return Partners(MODELS, np.array([float(g in groups) for g in MODELS.groups]))


@one_test
@pytest.mark.parametrize("group", MODELS.groups)
def test_a_group_has_its_own_odds(group):
    assert among(group).odds(TANDEM, "*4") == pytest.approx(ROW.of(group), abs=1e-6)


def test_groups_count_by_how_many_of_their_chromosomes_have_the_structure():
    shares = dict(TANDEM.frequencies)
    both = among("EAS", "EUR").odds(TANDEM, "*4")
    expected = sum(shares[g] * ROW.of(g) for g in ("EAS", "EUR")) / (shares["EAS"] + shares["EUR"])
    assert both == pytest.approx(expected, abs=1e-6)
    assert both < among("EUR").odds(TANDEM, "*4") / 10


def test_a_hybrid_alone_is_like_what_is_seen_beside_it_and_others_have_one_row():
    own = among("EUR")
    assert own.odds(ALONE, "*10") == own.odds(TANDEM, "*10") > 1
    assert own.odds(TANDEM, "*17") == own.odds(TANDEM, "*41") < 1
