"""Which files a cohort run writes, and that a folder with any of them is not written into."""

from __future__ import annotations

import hashlib
import io
import json

import polars as pl
import pytest

from cases import one_test
from cli.support import COHORT, EXAMPLES, pgx, refused
from pgx.engine.results import MULTIQC_FILE, SUMMARY_FILE
from pgx.engine.tables import SUMMARY_TABLES, Table, write_parquet
from pgx.records.tables import CALL_COLUMNS, EVIDENCE
from pgx.reports.files.output_folder import check_folder
from pgx.reports.tables.polars_frames import CALL_SCHEMA, call_frame

TABLES = ("calls", "recommendations", *SUMMARY_TABLES)
INFO = ("--sample-info", EXAMPLES / "sample-info.tsv")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("cohort") / "out"
    done = pgx("cohort", COHORT, "-o", out, "--format", "tsv", *INFO)
    assert done.returncode == 0, done.stderr
    return out


def test_every_table_is_there_in_both_forms(folder):
    expected = {f"{name}.{form}" for name in TABLES for form in ("parquet", "tsv")}
    assert {path.name for path in folder.iterdir()} == expected | {MULTIQC_FILE, SUMMARY_FILE}


@one_test
@pytest.mark.parametrize("name", TABLES)
def test_both_forms_say_the_same(folder, name):
    frame = pl.read_parquet(folder / f"{name}.parquet")
    header, *lines = (folder / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    assert header.split("\t") == [name for name in frame.columns if name != EVIDENCE]
    assert len(lines) == frame.height > 0
    cells = [line.split("\t") for line in lines]
    for place, (column, kind) in enumerate(frame.drop(EVIDENCE, strict=False).schema.items()):
        values = frame[column].to_list()
        texts = [own[place] for own in cells]
        if kind == pl.Float64:
            numbers = [float(text) if text else -1e9 for text in texts]
            assert numbers == pytest.approx([-1e9 if v is None else v for v in values], rel=1e-5)
        elif kind.is_integer():
            assert [int(text) if text else None for text in texts] == values


def test_a_folder_with_any_of_them_is_refused(folder, tmp_path):
    for path in folder.iterdir():
        own = tmp_path / path.stem / path.suffix[1:]
        own.mkdir(parents=True)
        (own / path.name).touch()
        with pytest.raises(Exception, match="already holds results"):
            check_folder(own)
    refused(5, "cohort", COHORT, "-o", folder)


def test_runs_of_the_same_content_give_the_same_bytes(folder, tmp_path):
    again = tmp_path / "again"
    words = ("--format", "tsv", "--threads", "1", *INFO)
    assert pgx("cohort", COHORT, "-o", again, *words).returncode == 0
    for path in folder.iterdir():
        assert (again / path.name).read_bytes() == path.read_bytes(), path.name


def test_the_summary_names_inputs_and_no_sample(folder):
    text = (folder / SUMMARY_FILE).read_text(encoding="utf-8")
    tree = json.loads(text)
    assert [item["name"] for item in tree["input"]] == [COHORT.name]
    assert tree["n_samples"] == tree["quality"]["n_samples"] == 3
    info = (EXAMPLES / "sample-info.tsv").read_bytes()
    assert tree["sample_info"] == hashlib.sha256(info).hexdigest()
    assert tree["outside_calls"] is tree["overlay"] is None
    assert not tree["chosen_samples"]
    for name in pl.read_parquet(folder / "calls.parquet")["sample"].unique():
        assert name not in text


@pytest.mark.parametrize(
    "words",
    [("--format", "html"), ("--patient", "x.json"), ("--genes", "NOSUCH"), ("--ancestry", "XXX")],
)
def test_what_a_cohort_does_not_know_is_refused(tmp_path, words):
    refused(2, "cohort", COHORT, "-o", tmp_path / "out", *words)
    assert not (tmp_path / "out").exists()


def test_a_fault_of_ours_is_not_taken_for_a_full_disk():
    def rows(first, last):
        raise KeyError("ours")

    table = Table(["S1"], CALL_COLUMNS, CALL_SCHEMA, 1, [], rows, call_frame, lambda _: None)
    with pytest.raises(KeyError, match="ours"):
        write_parquet(io.BytesIO(), table)
