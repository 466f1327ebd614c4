"""Published equations that no table at hand can check: by the papers' own arithmetic."""

from __future__ import annotations

import pytest

from cases import one_test
from pgx.errors import MissingCovariateError, OutOfDomainError
from pgx_dosing.predicting import predict_dose
from pgx_dosing.rules.observed import Person
from pgx_dosing.shipped import published_model

PASSEY = published_model("tacrolimus-passey-2011")
GIVEN = {"age_years": 50.0, "days_after_transplant": "3 to 5", "cyp3a5": "*3/*3"}


def clearance(**values):
    return predict_dose(PASSEY, ("", "published"), Person(), GIVEN | values)


@one_test
@pytest.mark.parametrize(
    ("values", "factor"),
    [
        ({}, 1.0),
        ({"days_after_transplant": "6 to 10"}, 0.86),
        ({"days_after_transplant": "11 to 180"}, 0.71),
        ({"cyp3a5": "*1/*3"}, 1.69),
        ({"cyp3a5": "*3/*1"}, 1.69),
        ({"cyp3a5": "*1/*1"}, 2.0),
        ({"steroid_sparing": True}, 0.7),
        ({"calcium_channel_blocker": True}, 0.94),
        ({"age_years": 25.0}, 0.5**-0.4),
        ({"age_years": 80.0, "cyp3a5": "*1/*1", "steroid_sparing": True}, 1.6**-0.4 * 2 * 0.7),
    ],
)
def test_tacrolimus_clearance_is_the_papers_product(values, factor):
    found = clearance(**values)
    assert found.unit == "L/h"
    assert found.dose == pytest.approx(38.4 * factor, rel=1e-6)
    assert found.typical + sum(s.amount for s in found.shares) == pytest.approx(found.dose)


def test_tacrolimus_needs_genotype_and_days_and_knows_two_alleles():
    for name in ("cyp3a5", "days_after_transplant"):
        rest = {k: v for k, v in GIVEN.items() if k != name}
        with pytest.raises(MissingCovariateError, match=name):
            predict_dose(PASSEY, ("", "published"), Person(), rest)
    with pytest.raises(OutOfDomainError, match="unknown to the model"):
        clearance(cyp3a5="*1/*6")
