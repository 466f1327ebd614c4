"""Golden outputs: what counts as a difference, and what is told of it."""

from __future__ import annotations

import json

import polars as pl
from validation.golden import SETS, differences, read, written
from validation.golden.parts import digests

from pgx.base.shipped import code_digest


def of(path, text):
    path.write_text(text, encoding="utf-8")
    return dict(digests(path))


def test_numbers_are_compared_to_nine_digits(tmp_path):
    one = of(tmp_path / "a.json", '{"calls": [0.1234567890123], "x": 1}')
    assert one == of(tmp_path / "b.json", '{"x": 1, "calls": [0.1234567890199]}')
    other = of(tmp_path / "c.json", '{"calls": [0.123456788], "x": 1}')
    assert {part for part in one if one[part] != other[part]} == {"calls"}


def test_the_digest_of_the_program_is_no_difference(tmp_path):
    one = of(tmp_path / "a.json", json.dumps({"provenance": {"code_digest": code_digest()}}))
    assert one == of(tmp_path / "b.json", '{"provenance": {"code_digest": ""}}')


def test_of_a_page_its_text_counts(tmp_path):
    one = of(tmp_path / "a.html", "<style>x</style><p class=a>Avoid <b>codeine</b></p>")
    assert one == of(tmp_path / "b.html", "<p>Avoid\n<i>codeine</i></p><script>y</script>")
    assert one != of(tmp_path / "c.html", "<p>Avoid codein</p>")


def test_rows_and_types_of_parquet_count(tmp_path):
    found = []
    for name, frame in (
        ("a", pl.DataFrame({"n": [1, 2]}, schema={"n": pl.Int32})),
        ("b", pl.DataFrame({"n": [1, 2]}, schema={"n": pl.Int64})),
        ("c", pl.DataFrame({"n": [2, 1]}, schema={"n": pl.Int32})),
    ):
        frame.write_parquet(tmp_path / f"{name}.parquet")
        found.append(dict(digests(tmp_path / f"{name}.parquet"))["rows"])
    assert len(set(found)) == 3


def test_differences_are_told_by_set_file_and_part():
    kept = {("s", "f", "a"): "1", ("s", "f", "b"): "1", ("t", "f", "a"): "1"}
    found = {("s", "f", "a"): "2", ("s", "f", "c"): "1"}
    assert differences(kept, found, ["s"]) == ["changed: s f a", "gone: s f b", "new: s f c"]


def test_the_kept_table_is_as_it_is_written_and_of_all_sets():
    kept = read()
    assert {key[0] for key in kept} == set(SETS)
    assert written(kept).count("\n") == len(kept) + 1
