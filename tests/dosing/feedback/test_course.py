"""Course files: what they may say, and what is refused with place and reason."""

from __future__ import annotations

import json
from datetime import date

import pytest

from cases import one_test
from dosing.feedback.courses import course, tree
from pgx.errors import CourseFileError, OutOfDomainError
from pgx_dosing.feedback.course import MAX_BYTES, parse_course, read_course, timeline_of
from pgx_dosing.feedback.kpd import read_parameters

P = read_parameters()


def lay(**changes):
    return timeline_of(course(**changes), P)


def test_doses_and_inrs_stand_in_hours_from_the_first_day():
    found = lay(
        doses=[{"date": "2026-01-02", "mg": 4}, {"date": "2026-01-01T20:30", "mg": 5}],
        inr=[{"date": "2026-01-04", "value": 2}, {"date": "2026-01-03T07:15", "value": 1.5}],
    )
    assert found.start == date(2026, 1, 1)
    assert found.dose_hours.tolist() == [20.5, 42.0]
    assert found.dose_mg.tolist() == [5, 4]
    assert found.inr_hours.tolist() == [55.25, 81.0]
    assert found.inr.tolist() == [1.5, 2.0]


def test_until_repeats_a_dose_daily():
    found = lay(doses=[{"date": "2026-01-30", "until": "2026-02-02", "mg": 3}], inr=[])
    assert found.dose_hours.tolist() == [18, 42, 66, 90]


def test_days_without_an_entry_are_told():
    doses = [{"date": "2026-01-01", "mg": 5}, {"date": "2026-01-04", "mg": 5}]
    found = lay(doses=doses, inr=[{"date": "2026-01-07", "value": 2}])
    # the dose of the seventh may come after the INR
    assert [d.day for d in found.unlisted] == [2, 3, 5, 6]


def test_a_dose_of_nothing_is_an_entry():
    doses = [{"date": f"2026-01-0{d}", "mg": m} for d, m in ((1, 5), (2, 0), (3, 5))]
    assert not lay(doses=doses, inr=[{"date": "2026-01-04", "value": 2}]).unlisted


def test_what_was_taken_before_is_carried_back():
    found = lay(before_mg_per_week=35)
    assert found.lead_mg.tolist() == [5.0] * int(P.values.days_of_lead_in.value)
    assert found.lead_hours[-1] == found.dose_hours[0] - 24


@one_test
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"doses": []}, "no doses"),
        ({"doses": [{"date": "2026-13-01", "mg": 5}]}, r"doses\[0\]: no date"),
        ({"doses": [{"date": "01.02.2026", "mg": 5}]}, "no date like"),
        ({"doses": [{"date": "2026-01-01T10:00Z", "mg": 5}]}, "without a zone"),
        ({"doses": [{"date": "2026-01-02", "until": "2026-01-01", "mg": 5}]}, "until is before"),
        ({"doses": [{"date": "2026-01-02", "until": "2062-01-01", "mg": 5}]}, "years later"),
        (
            {"doses": [{"date": "2026-01-02", "mg": 5}] * 2},
            "doses: two entries of one time, the first is entry 1",
        ),
        ({"inr": [{"date": "2026-01-02", "value": 2}] * 2}, "inr: two entries"),
        ({"inr": [{"date": "2029-01-02", "value": 2}]}, "longer than 731 days"),
        ({"target_inr": [3, 2]}, "no range"),
    ],
)
def test_a_course_that_contradicts_itself_is_refused(changes, said):
    with pytest.raises(CourseFileError, match=said):
        lay(**changes)


@one_test
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"doses": [{"date": "2026-01-01", "mg": 35}]},
            r"doses\[0\].mg is outside 0 to 30.*week's dose",
        ),
        ({"doses": [{"date": "2026-01-01", "mg": -1}]}, r"mg is outside 0 to 30"),
        (
            {"inr": [{"date": "2026-01-05", "value": 25}]},
            r"inr\[0\].value is outside 0.5 to 20",
        ),
        ({"inr": [{"date": "2026-01-05", "value": 0}]}, r"inr\[0\].value is outside"),
        ({"target_inr": [0.5, 3]}, r"target_inr\[0\] is outside"),
        ({"target_inr": [2, 9]}, r"target_inr\[1\] is outside"),
        ({"baseline_inr": 3.0}, "baseline_inr is outside"),
        ({"before_mg_per_week": 700}, "before_mg_per_week is outside"),
    ],
)
def test_what_cannot_be_is_refused_with_place_and_range(changes, said):
    with pytest.raises(OutOfDomainError, match=said):
        lay(**changes)


@one_test
@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "truncated"),
        (b"[]", "Expected `object`"),
        (b"{}", "missing required field `doses`"),
        (json.dumps(tree(dose=1)).encode(), "an unknown field; known are doses, inr"),
        (json.dumps(tree(doses=[{"date": "2026-01-01"}])).encode(), r"doses\[0\]: .*`mg`"),
        (json.dumps(tree(doses=[{"date": "d", "mg": "5"}])).encode(), "Expected `float`"),
        (
            json.dumps(tree(doses=[{"date": "d", "mg": 5, "unit": "ug"}])).encode(),
            r"doses\[0\].unit: a value that is not known; known are mg",
        ),
        (json.dumps(tree(target_inr=[2])).encode(), "length 2"),
        (json.dumps(tree(schema_version="2.0")).encode(), "expected '1.0'"),
        (b'{"doses":[],"doses":[],"inr":[],"target_inr":[2,3]}', "duplicate name"),
        (json.dumps(tree()).replace("2.5", "NaN").encode(), "invalid"),
        (b"\xff\xfe", "."),
        (b" " * (MAX_BYTES + 1), "larger than 1 MiB"),
    ],
)
def test_another_form_is_refused(text, said):
    with pytest.raises(CourseFileError, match=said) as caught:
        parse_course(text, "c.json")
    assert caught.value.where == "c.json"
    assert caught.value.remedy


def test_a_file_is_read_and_checked(tmp_path):
    path = tmp_path / "course.json"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(tree()).encode())
    assert read_course(path) == course()
    path.write_text(json.dumps(tree(inr=[{"date": "2026-01-05", "value": 99}])))
    with pytest.raises(OutOfDomainError, match=r"course.json: inr\[0\].value is outside"):
        read_course(path)
    with pytest.raises(CourseFileError, match="cannot be read"):
        read_course(tmp_path / "none.json")
