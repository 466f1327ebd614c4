"""``pgx_mqc.json``: custom content as MultiQC reads it, inert in the page that it makes."""

from __future__ import annotations

import io
import json
import re

import pytest

from cases import one_test
from pgx.reports.content.release_facts import NO_FACTS
from pgx.reports.files.formats import render_one
from pgx.reports.tables.run_summaries import HEADERS, write_multiqc
from reports import factory


def written(*results) -> dict:
    buffer = io.BytesIO()
    with write_multiqc(buffer, NO_FACTS) as add:
        for result in results:
            add(result)
    return json.loads(buffer.getvalue())


def test_what_multiqc_asks_for():
    tree = written(factory.result("S1"), factory.result("S2"))
    assert tree["plot_type"] == "table"
    assert tree["id"] != tree["pconfig"]["id"]
    assert re.fullmatch("[a-z_]+", tree["id"])
    assert tree["pconfig"]["namespace"] == "pgx"
    assert tree["parent_id"] == "pgx"
    assert set(tree["data"]) == {"S1", "S2"}
    assert set(tree["data"]["S1"]) == set(tree["headers"]) == set(HEADERS)
    assert {head["namespace"] for head in tree["headers"].values()} == {"pgx"}


def test_the_numbers_of_a_sample():
    row = written(factory.result())["data"]["S1"]
    assert row == {
        "call_rate": 75.0, "missing": 1, "called": 1, "ambiguous": 1, "no_call": 0,
        "not_assessed": 1, "actionable": 2, "drugs_not_assessed": 1,
        "actionable_drugs": "clopidogrel; efavirenz",
    }  # fmt: skip


def test_no_positions_are_no_call_rate():
    result = factory.result(calls=(factory.not_assessed(),))
    assert "call_rate" not in written(result)["data"]["S1"]


def test_a_run_without_samples_is_read_too():
    assert written()["data"] == {}


@one_test
@pytest.mark.parametrize("name", factory.HOSTILE)
def test_a_hostile_name_acts_neither_in_a_page_nor_in_a_spreadsheet(name):
    data = render_one("multiqc", factory.result(name), NO_FACTS).decode("utf-8")
    [shown] = json.loads(data)["data"]
    assert shown == shown.strip()
    assert not re.search(r"[/<>&\"'`{}\x00-\x1f\x7f-\x9f\u202a-\u202e]", shown)
    assert not shown.startswith(tuple("=+-@\uff1d"))


def test_no_sample_is_lost_to_a_name_that_looks_alike():
    tree = written(factory.result("a b"), factory.result("a\tb"), factory.result("a\nb"))
    assert len(tree["data"]) == 3
    hostile = [factory.result(name) for name in factory.HOSTILE]
    assert len(written(*hostile)["data"]) == len(factory.HOSTILE)
