"""``pgx model evaluate``: one JSON object with the contract's keys."""

from __future__ import annotations

import json

import pytest

from dosing.invented import IWPC, needs_data

SCORES = {"n", "mae_mg_per_week", "within_20_percent", "interval_coverage"}
PUBLISHED = {
    "warfarin-iwpc-pharmacogenetic",
    "warfarin-iwpc-clinical",
    "warfarin-gage-pharmacogenetic",
    "warfarin-gage-clinical",
}


def no_constant(name):
    pytest.fail(f"{name} is no JSON")


def parsed(text: str) -> dict:
    return json.loads(text, parse_constant=no_constant)


def check(found: dict) -> None:
    assert set(found) >= SCORES | {"n_dropped", "by_baseline", "groups"}
    for own in (found, *found["by_baseline"].values()):
        assert set(own) >= SCORES
        assert own["n"] == found["n"]
        for values in own["groups"].values():
            assert values
            assert all(set(part) >= SCORES for part in values.values())


def test_one_object_and_nothing_else_on_stdout(run, files, trained):
    done = run("model", "evaluate", trained, "--data", files / "patients.csv")
    assert done.status == 0
    found = parsed(done.out)
    check(found)
    assert found["n"] == 120
    assert found["state"] == "draft"
    assert set(found["groups"]) == {"race", "age", "dose", "site"}
    again = run("model", "evaluate", trained, "--data", files / "patients.csv")
    assert again.out == done.out


@needs_data
def test_published_equations_stand_beside_on_the_same_rows(run):
    done = run("model", "evaluate", "warfarin-pgx", "--data", IWPC)
    assert done.status == 0
    found = parsed(done.out)
    check(found)
    assert (found["n"], found["n_dropped"]) == (3926, 469)
    assert set(found["by_baseline"]) == PUBLISHED
    assert set(found["groups"]) == {"race", "sex", "age", "dose", "site"}
    assert len(found["groups"]["site"]) == 16


def test_refusals(run, files, trained, tmp_path):
    patients = files / "patients.csv"
    cases = [
        (("evaluate", "no-such", "--data", patients), 3, "PGX-MOD-004"),
        (("evaluate", "\x1b[31m../../x", "--data", patients), 3, "PGX-MOD-004"),
        (("evaluate", "x" * 5000, "--data", patients), 3, "PGX-MOD-004"),
        (("evaluate", "x/" + "y" * 5000, "--data", patients), 3, "PGX-MOD-004"),
        (("evaluate", trained, "--data", patients, "--schema", "z" * 5000), 3, "PGX-MOD-004"),
        (("evaluate", trained, "--data", tmp_path / "none.csv"), 3, "PGX-MOD-001"),
        (("evaluate", trained, "--data", trained / "model.json"), 3, "PGX-MOD-001"),
        (("evaluate", trained), 2, "PGX-USE-001"),
        (("evaluate", "warfarin-iwpc-clinical", "--data", patients), 3, "no schema is known"),
        (("evaluate", "warfarin-iwpc-clinical", "--data", patients, "--schema",
          files / "schema.json"), 3, "does not declare 'sex'"),
        (("compare", trained, trained, "--data", patients), 2, "listed twice"),
    ]  # fmt: skip
    for words, status, said in cases:
        done = run("model", *words)
        assert done.status == status, words
        assert said in done.err
        assert done.out == ""
        assert "Traceback" not in done.err
        assert done.err.rstrip("\n").isprintable()


def test_compare_side_by_side(run, files, trained):
    data = ("--data", files / "patients.csv")
    lines = run("model", "compare", trained, *data, "--json-lines").out.splitlines()
    [only] = [json.loads(line) for line in lines]
    assert only["n"] == 120
    table = run("model", "compare", trained, *data)
    assert table.status == 0
    assert f"{only['mae_mg_per_week']:.2f}" in table.out
    assert f"{only['within_20_percent']:.1%}" in table.out
