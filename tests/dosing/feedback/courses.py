"""Courses for tests."""

from __future__ import annotations

import msgspec

from pgx_dosing.feedback.course import parse_course
from pgx_dosing.feedback.update import refine

GENOTYPE = {"CYP2C9": {"*1": 2}, "VKORC1": {"G": 1, "A": 1}}


def tree(**changes):
    """A course of three weeks of 5 mg with INRs as expected at 35 mg/week."""
    plain = {
        "doses": [{"date": "2026-01-01", "until": "2026-01-21", "mg": 5}],
        "inr": [
            {"date": "2026-01-05", "value": 1.8},
            {"date": "2026-01-10", "value": 2.2},
            {"date": "2026-01-21", "value": 2.5},
        ],
        "target_inr": [2, 3],
    }
    return plain | changes


def course(**changes):
    """The same as a record."""
    return parse_course(msgspec.json.encode(tree(**changes)))


def refined(prior=35.0, interval=(21.0, 57.0), **changes):
    """The refinement of a course; other settings by name."""
    names = {"age_years", "genotype", "level", "use_simulated_reports"}
    own = {name: changes.pop(name) for name in names & set(changes)}
    given = {"age_years": 65, "genotype": GENOTYPE} | own
    level = given.pop("level", 0.9)
    return refine(prior, interval, level, course=course(**changes), **given)
