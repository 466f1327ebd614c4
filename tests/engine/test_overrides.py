"""A laboratory's decisions are whole, about something that is there, and change nothing."""

from __future__ import annotations

import json

import msgspec
import pytest

import pgx
from cases import one_test
from cli.support import COHORT, PATIENT
from pgx.engine.reinterpret import Reinterpreter
from pgx.errors import (
    InputError,
    OverrideFileError,
    SampleNotFoundError,
    UnknownDrugError,
    UnknownGeneError,
)
from pgx.inputs.side_files import read_overrides
from pgx.records.calls import Override
from pgx.reports.result_json import parse_result, render_json

GOOD = {
    "sample": "EXAMPLE_1", "drug": "codeine", "says": "May be given", "by": "Dr. A. Example",
    "date": "2025-10-21", "reason": "Tolerated before",
}  # fmt: skip
ON_GENE = {k: v for k, v in GOOD.items() if k != "drug"} | {"gene": "CYP2D6"}


def tsv(path, *rows):
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = [names, *([row.get(n, "") for n in names] for row in rows)]
    path.write_text("".join("\t".join(cells) + "\n" for cells in lines), encoding="utf-8")
    return path


def as_json(path, *rows):
    path.write_text(json.dumps(rows), encoding="utf-8")
    return path


FORMS = pytest.mark.parametrize(("name", "write"), [("o.tsv", tsv), ("o.json", as_json)])


@FORMS
def test_both_forms_are_read_alike(tmp_path, name, write):
    found = read_overrides(write(tmp_path / name, GOOD, ON_GENE))
    assert found == [Override(**GOOD), Override(**ON_GENE)]


@one_test
@FORMS
@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"sample": ""}, "no sample"),
        ({"says": ""}, "no says"),
        ({"by": " "}, "no by"),
        ({"date": ""}, "no date"),
        ({"reason": ""}, "no reason"),
        ({"drug": ""}, "name a gene or a drug"),
        ({"gene": "CYP2D6"}, "name a gene or a drug"),
        ({"date": "21.10.2025"}, "date is no day"),
        ({"date": "2025-02-30"}, "date is no day"),
        ({"says": "x" * 1001}, "over 1000 characters|longer than 1000"),
        ({"says": "a\u202eb"}, "cannot be seen"),
        ({"says": "a\x1b[31m"}, "cannot be seen"),
        (
            {"until": "2026"},
            r"column \d is unknown|an unknown field; known are",
        ),
    ],
)
def test_what_is_not_whole_is_refused(tmp_path, name, write, cells, said):
    path = write(tmp_path / name, GOOD | cells)
    with pytest.raises(OverrideFileError, match=said) as error:
        read_overrides(path)
    assert error.value.exit_status == 3
    assert name in error.value.line()
    assert error.value.line().isprintable()


@FORMS
def test_two_on_one_thing_are_refused(tmp_path, name, write):
    path = write(tmp_path / name, GOOD, GOOD | {"drug": "Codeine", "says": "No"})
    with pytest.raises(OverrideFileError, match="a second override"):
        read_overrides(path)


@one_test
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no JSON list"),
        (b"{}", "no JSON list"),
        (b'[{"sample": 1}]', "no JSON list"),
        (b"[" * 100_000, "no JSON list"),
        (b"\xff\xfe", "no JSON list"),
        (b'["\xff"]', "no JSON list"),
    ],
)
def test_a_file_that_is_no_list_is_refused(tmp_path, content, said):
    path = tmp_path / "o.json"
    path.write_bytes(content)
    with pytest.raises(OverrideFileError, match=said):
        read_overrides(path)


@pytest.mark.parametrize("name", ["o.tsv", "o.json"])
def test_a_file_that_is_not_there_is_refused(tmp_path, name):
    with pytest.raises(InputError, match="cannot be read"):
        read_overrides(tmp_path / name)


def test_a_table_without_a_column_is_refused(tmp_path):
    row = dict(GOOD)
    del row["reason"]
    with pytest.raises(OverrideFileError, match="column reason is missing"):
        read_overrides(tsv(tmp_path / "o.tsv", row))


def test_they_are_recorded_and_nothing_else_changes(tmp_path):
    path = tsv(tmp_path / "o.tsv", GOOD | {"drug": "CODEINE"}, ON_GENE)
    [plain] = pgx.annotate(PATIENT)
    [result] = pgx.annotate(PATIENT, overrides=path)
    assert result.overrides == (Override(**ON_GENE), Override(**GOOD))
    assert msgspec.structs.replace(result, overrides=()) == plain
    saved = parse_result(render_json(result))
    assert Reinterpreter(pgx.KnowledgeBase()).again(saved) == saved


def test_each_sample_has_its_own(tmp_path):
    rows = [Override(**(GOOD | {"sample": f"EXAMPLE_{n}"})) for n in (3, 1)]
    found = pgx.annotate(COHORT, overrides=rows, genes=["CYP2D6"], drugs=["codeine"])
    assert [[o.sample for o in r.overrides] for r in found] == [["EXAMPLE_1"], [], ["EXAMPLE_3"]]
    [one] = pgx.annotate(COHORT, overrides=rows, samples=["EXAMPLE_2"], genes=["CYP2D6"])
    assert one.overrides == ()


def test_one_may_be_about_what_this_run_leaves_out():
    [result] = pgx.annotate(PATIENT, genes=["TPMT"], drugs=["azathioprine"],
                            overrides=[Override(**GOOD)])  # fmt: skip
    assert [o.drug for o in result.overrides] == ["codeine"]


@one_test
@pytest.mark.parametrize(
    ("cells", "kind", "status"),
    [
        ({"drug": "", "gene": "CYP9Z9"}, UnknownGeneError, 2),
        ({"drug": "", "gene": "cyp2d6"}, UnknownGeneError, 2),
        ({"drug": "unobtainium"}, UnknownDrugError, 2),
        ({"sample": "NOBODY"}, SampleNotFoundError, 3),
        ({"by": ""}, OverrideFileError, 3),
        ({"gene": "CYP2D6"}, OverrideFileError, 3),
    ],
)
def test_what_is_about_nothing_is_refused(cells, kind, status):
    with pytest.raises(kind) as error:
        pgx.annotate(PATIENT, overrides=[Override(**(GOOD | cells))])
    assert error.value.exit_status == status
    assert "NOBODY" not in error.value.line()


def test_brands_and_codes_name_drugs_too():
    rows = [Override(**(GOOD | {"drug": word})) for word in ("Plavix", "2670")]
    [result] = pgx.annotate(PATIENT, overrides=rows)
    assert [o.drug for o in result.overrides] == ["clopidogrel", "codeine"]
    with pytest.raises(OverrideFileError, match="two overrides of one"):
        pgx.annotate(PATIENT, overrides=[*rows, Override(**GOOD)])
