"""A refined dose on the screen and as JSON."""

from __future__ import annotations

import json

import msgspec

from models.feedback.courses import refined
from pgx.cli.dose_course import refinement_json, refinement_text


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
