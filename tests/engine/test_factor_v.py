"""Factor V Leiden: the allele bears the name that labels look it up by."""

from __future__ import annotations

from pathlib import Path

import pytest

import pgx

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "patient.g.vcf"


@pytest.mark.parametrize("drug", ["avatrombopag", "eltrombopag", "lusutrombopag"])
def test_a_carrier_gets_the_advice_of_the_label(drug):
    [result] = pgx.annotate(EXAMPLE, genes=["F5"], drugs=[drug])
    rows = [r for r in result.recommendations if r.source == "FDA_LABEL" and r.genes == ("F5",)]
    assert [row.action for row in rows] == [("caution",)]
