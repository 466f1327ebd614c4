"""A refined dose on the screen and as JSON."""

from __future__ import annotations

import json

import msgspec
import pytest

from dosing.feedback.courses import refined, tree
from pgx.cli.main import main
from pgx_dosing.report.text import refinement_json, refinement_text


def test_the_text_gives_dose_prior_and_what_each_inr_did():
    found = refined()
    lines = refinement_text(found).splitlines()
    assert lines[0] == "Maintenance dose for INR 2-3 (aimed at 2.5), mg/week"
    assert lines[1].split() == [
        "refined", f"{found.refined.dose:.1f}", "90%", "interval",
        f"{found.refined.lower:.1f}-{found.refined.upper:.1f}",
    ]  # fmt: skip
    assert [line.split()[0] for line in lines if line.startswith("2026")] == [
        o.date for o in found.observations
    ]
    assert "PMID 20410877" in lines[-1]


def test_doubts_stand_first_and_notes_last():
    text = refinement_text(refined(inr=[{"date": "2026-01-20", "value": 9.0}]))
    assert text.startswith("DOUBT  ")
    assert text.index("DOUBT") < text.index("refined") < text.index("note ")


def test_simulation_is_said_before_anything_else():
    reports = [{"date": "2026-01-09", "kind": "unwell", "value": "severe"}]
    text = refinement_text(refined(reports=reports, use_simulated_reports=True))
    assert text.startswith("SIMULATION: not for care\nDOUBT")
    assert "unwell: severe (probability 0.0" in text
    assert "(not weighed)" in refinement_text(refined(reports=reports))


def test_json_holds_the_whole_record():
    found = refined()
    tree = json.loads(refinement_json(found))
    assert tree["unit"] == "mg/week"
    assert tree["doubtful"] is False
    assert set(msgspec.to_builtins(found)) <= set(tree)
    assert tree["refined"]["dose"] == round(found.refined.dose, 3)
    assert tree["observations"][1]["moved"] == round(found.observations[1].moved, 2)


def test_the_command_refines_the_dose_that_it_predicts(tmp_path, capsys):
    path = tmp_path / "course.json"
    path.write_text(json.dumps(tree()))
    words = ["dose", "warfarin", "--course", str(path)]
    for value in ("age_years=62", "weight_kg=80", "height_cm=175", "vkorc1=A/G", "cyp2c9=*1/*3"):
        words += ["--set", value]
    assert main(words) == 0
    assert capsys.readouterr().out.startswith("Maintenance dose for INR 2-3")
    assert main([*words, "--json-lines"]) == 0
    answer, refinement = map(json.loads, capsys.readouterr().out.splitlines())
    first = answer["models"][0]
    assert refinement["prior_model"] == first["model"]
    assert refinement["prior"]["dose"] == round(first["dose"], 3)
    assert refinement["level"] == first["level"]
    assert "speed_unknown" not in {c["code"] for c in refinement["cautions"]}
    assert refinement["refined"]["dose"] > first["dose"]


def test_a_gene_without_a_value_is_unknown_to_the_course_alone(tmp_path, capsys):
    path = tmp_path / "course.json"
    path.write_text(json.dumps(tree()))
    words = ["dose", "warfarin", "--course", str(path), "--json-lines"]
    for value in ("age_years=62", "weight_kg=80", "height_cm=175", "vkorc1=A/G"):
        words += ["--set", value]
    assert main(words) == 0
    refinement = json.loads(capsys.readouterr().out.splitlines()[1])
    assert "speed_unknown" in {c["code"] for c in refinement["cautions"]}
    assert refinement["model_dose"] is None


@pytest.mark.parametrize(
    ("drug", "text", "status", "said"),
    [
        ("siponimod", json.dumps(tree()), 2, "for warfarin only"),
        ("warfarin", "{", 3, "PGX-MOD-007"),
        ("warfarin", json.dumps(tree(inr=[{"date": "2026-01-05", "value": 99}])), 3, "PGX-MOD-003"),
    ],
)
def test_a_course_that_cannot_be_used_is_refused(drug, text, status, said, tmp_path, capsys):
    path = tmp_path / "course.json"
    path.write_text(text)
    values = ["age_years=62", "weight_kg=80", "height_cm=175", "vkorc1=A/G", "cyp2c9=*1/*3"]
    own = [word for v in values for word in ("--set", v)] if drug == "warfarin" else []
    words = ["dose", drug, "--course", str(path), *own]
    if drug != "warfarin":
        words += ["--set", "genotype=*1/*1"]
    assert main(words) == status
    assert said in capsys.readouterr().err
