"""No critical advice is certain where reads, likelihoods or imputation contradict or fail GT."""

from __future__ import annotations

import pytest

from cases import one_test
from validation import read_support as support


@pytest.fixture(scope="module")
def positions():
    """DPYD *2A and TPMT *3C, alone."""
    found = support.core_positions(["DPYD", "TPMT"], tier=1)
    return [p for p in found if p.position in (97450058, 18130687) and p.alt in ("T", "C")]


@pytest.fixture(scope="module")
def swept(positions):
    return support.swept(positions)


def test_the_likelihood_is_that_of_the_formula():
    assert support.log10_ratio(30, 0, "0/0") == 0
    assert support.log10_ratio(18, 12, "0/0") == pytest.approx(-5.48, abs=0.01)
    assert support.log10_ratio(27, 3, "0/1") == pytest.approx(-2.01, abs=0.01)


def test_no_contradicted_genotype_gives_certain_advice(positions, swept):
    against, _ = swept
    assert {row.position for row in against} == set(positions)
    assert [row for row in against if row.certain] == []


def test_clean_genotypes_stay_certain(positions):
    for position in positions:
        cells = [
            support.Cell("GT:AD", f"{written}:{reads}")
            for written, several in (
                ("0/0", ("30,0", "29,1", "28,2", "27,3")),
                ("0/1", ("15,15", "9,21", "21,9", "24,6", "6,24")),
                ("1/1", ("0,30", "1,29", "2,28", "3,27")),
            )
            for reads in several
        ]
        rows = support.advice_rows(position, cells)
        assert rows
        assert all(row.certain for row in rows)


@one_test(sample=2)
@pytest.mark.parametrize("kind", support.KINDS)
def test_unsupported_genotypes_give_no_certain_advice(kind, positions):
    rows = support.generated(kind, 6, positions)
    assert rows
    assert [row for row in rows if row.certain] == []
