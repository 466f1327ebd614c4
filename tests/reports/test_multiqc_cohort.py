"""``pgx_cohort_mqc.json``: a cohort in MultiQC from plain counts."""

from __future__ import annotations

import json

import msgspec
import pytest

from pgx.errors import InvariantError
from pgx.reports.tables.run_summaries import COHORT_HEADERS, GeneCounts, multiqc_of_cohort

COUNTS = GeneCounts(called=6, ambiguous=2, no_call=1, not_assessed=1, n_positions=200, n_missing=50)


def test_the_numbers_of_a_gene():
    tree = json.loads(multiqc_of_cohort(10, {"TPMT": COUNTS}))
    assert tree["data"]["TPMT"] == {
        "call_rate": 75.0, "called": 6, "ambiguous": 2, "no_call": 1, "not_assessed": 1,
    }  # fmt: skip
    assert "10 samples" in tree["description"]


def test_what_multiqc_asks_for():
    tree = json.loads(multiqc_of_cohort(10, {"TPMT": COUNTS, "CYP2C9": COUNTS}))
    assert tree["plot_type"] == "table"
    assert tree["parent_id"] == "pgx"
    assert tree["id"] != tree["pconfig"]["id"]
    assert list(tree["data"]) == ["TPMT", "CYP2C9"]
    assert set(tree["headers"]) == set(tree["data"]["TPMT"]) == set(COHORT_HEADERS)


def test_headers_do_not_clash_with_those_of_single_samples():
    from pgx.reports.tables.run_summaries import HEADERS

    assert all(
        HEADERS[name]["description"] != h["description"] for name, h in COHORT_HEADERS.items()
    )
    tree = json.loads(multiqc_of_cohort(10, {"TPMT": COUNTS}))
    assert {head["namespace"] for head in tree["headers"].values()} == {"pgx cohort"}


def test_no_positions_are_no_call_rate():
    outside = msgspec.structs.replace(COUNTS, n_positions=0, n_missing=0)
    assert "call_rate" not in json.loads(multiqc_of_cohort(10, {"HLA-B": outside}))["data"]["HLA-B"]


def test_a_cohort_without_samples_is_read_too():
    nobody = GeneCounts(
        called=0, ambiguous=0, no_call=0, not_assessed=0, n_positions=0, n_missing=0
    )
    assert json.loads(multiqc_of_cohort(0, {"TPMT": nobody}))["data"]["TPMT"]["called"] == 0


def test_a_name_of_a_gene_acts_nowhere():
    data = multiqc_of_cohort(10, {"</script><b>": COUNTS})
    assert b"<" not in data


@pytest.mark.parametrize(("name", "value"), [("called", 7), ("n_missing", 201), ("n_missing", -1)])
def test_counts_that_do_not_add_up_are_a_bug(name, value):
    with pytest.raises(InvariantError):
        multiqc_of_cohort(10, {"TPMT": msgspec.structs.replace(COUNTS, **{name: value})})


def test_the_same_counts_give_the_same_bytes():
    assert multiqc_of_cohort(10, {"TPMT": COUNTS}) == multiqc_of_cohort(10, {"TPMT": COUNTS})
