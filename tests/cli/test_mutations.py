"""Small files, damaged in many ways: read, or refused in one line by an error of ours."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from cases import one_test
from cli.mutations import mutations, some
from cli.support import COHORT, EXAMPLES, PATIENT, ROOT, pgx
from pgx.errors import PgxError
from pgx.inputs.laboratory_file import read_laboratory
from pgx.inputs.side_files import read_outside_calls, read_overrides, read_sample_info, read_untyped
from pgx.patients.read import read_patient
from pgx.simulator.vcf import read_samples
from pgx_dosing.feedback.course import read_course
from pgx_dosing.registry.change_plan import parse_plan
from pgx_dosing.registry.files import parse_json
from pgx_dosing.registry.history import read_protocol
from pgx_dosing.shipped import parse_recipe
from pgx_dosing.tables import parse_schema

pytestmark = pytest.mark.torture

MOST: Final = 700
MODELS: Final = ROOT / "data" / "models"
UNTYPED: Final = b"contig\tpos\nchr10\t94775106\nchr19\t41006936\n"


def read_change_plan(path: Path) -> Any:
    return parse_plan(parse_json(path.read_bytes(), path.name), path.name)


def overrides_as_json() -> bytes:
    header, *rows = (EXAMPLES / "overrides.tsv").read_text("utf-8").splitlines()
    names = header.split("\t")
    return json.dumps([dict(zip(names, row.split("\t"), strict=True)) for row in rows]).encode()


def example(name: str) -> bytes:
    return (EXAMPLES / name).read_bytes()


def shipped(kind: str) -> bytes:
    return next(iter(sorted((MODELS / kind).glob("*.json")))).read_bytes()


READERS: Final[dict[str, tuple[bytes, Callable[[Path], Any]]]] = {
    "patient.json": (example("patient.json"), read_patient),
    "outside-calls.tsv": (example("outside-calls.tsv"), read_outside_calls),
    "overrides.tsv": (example("overrides.tsv"), read_overrides),
    "overrides.json": (overrides_as_json(), read_overrides),
    "laboratory.toml": (example("laboratory.toml"), read_laboratory),
    "sample-info.tsv": (example("sample-info.tsv"), read_sample_info),
    "untyped.tsv": (UNTYPED, read_untyped),
    "warfarin-course.json": (example("warfarin-course.json"), read_course),
    "validation-protocol.json": (example("validation-protocol.json"), read_protocol),
    "change-plan.json": (example("change-plan.json"), read_change_plan),
    "patients.tsv": (example("patients.tsv"), read_samples),
    "schema.json": (shipped("schemas"), lambda path: parse_schema(path.read_bytes())),
    "recipe.json": (shipped("recipes"), lambda path: parse_recipe(path.read_bytes())),
}


def refusal_of(read: Callable[[Path], Any], path: Path) -> PgxError | None:
    try:
        read(path)
    except PgxError as error:
        return error
    return None


@one_test
@pytest.mark.parametrize("name", READERS)
def test_a_damaged_file_is_read_or_refused(name, tmp_path):
    data, read = READERS[name]
    shutil.copy(EXAMPLES / "laboratory.svg", tmp_path)
    path = tmp_path / name
    path.write_bytes(data)
    read(path)
    n_refused = 0
    for damaged in some(mutations(name, data), MOST):
        path.write_bytes(damaged)
        refusal = refusal_of(read, path)
        if refusal is not None:
            n_refused += 1
            assert refusal.exit_status in (2, 3)
            assert len(refusal.line().splitlines()) == 1
    assert n_refused > 20


@pytest.fixture(scope="module")
def saved(tmp_path_factory) -> bytes:
    """A saved result of a few calls and rows, so that most damages hit what is looked at."""
    folder = tmp_path_factory.mktemp("saved")
    words = ("--genes", "CYP2C19", "--drugs", "clopidogrel", "--patient", EXAMPLES / "patient.json")
    assert pgx("annotate", PATIENT, "-o", folder / "out", *words).returncode == 0
    return next((folder / "out").glob("*.pgx.json")).read_bytes()


def hold(path: Path, data: bytes, words: tuple[object, ...], status: int, most: int) -> None:
    """Expect results, or one line of refusal, for damaged copies of a file."""
    path.write_bytes(data)
    assert pgx(*words).returncode == 0
    statuses = set()
    for seed, damaged in enumerate(some(mutations(path.name, data), most)):
        path.write_bytes(damaged)
        shutil.rmtree("out", ignore_errors=True)
        done = pgx(*words)
        statuses.add(done.returncode)
        said = [line for line in done.stderr.splitlines() if line.startswith("[PGX-")]
        assert done.returncode in (0, status), (seed, done.stderr)
        assert len(said) == (done.returncode != 0), (seed, done.stderr)
    assert status in statuses


RESULT: Final = "a.pgx.json"
ANSWERS: Final = {
    "report": ("report", RESULT, "-o", "a.html", "--force"),
    "fhir": ("report", RESULT, "-o", "a.fhir.json", "--force"),
    "explain": ("explain", RESULT, "--gene", "CYP2C19"),
    "reinterpret": ("reinterpret", RESULT, "-o", "out"),
}


@pytest.mark.parametrize("command", ANSWERS)
def test_a_damaged_result(command, saved, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    hold(Path(RESULT), saved, ANSWERS[command], 3, 40)


BESIDE: Final = {
    "--patient": (PATIENT, "patient.json"),
    "--outside-calls": (PATIENT, "outside-calls.tsv"),
    "--sample-info": (COHORT, "sample-info.tsv"),
}


@pytest.mark.parametrize("option", BESIDE)
def test_a_damaged_file_beside_an_input(option, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    given, name = BESIDE[option]
    words = ("annotate", given, "-o", "out", "--genes", "CYP2C19,HLA-B", option, name)
    hold(Path(name), example(name), words, 3, 15)


@one_test
@pytest.mark.parametrize("file", sorted(p.name for p in (EXAMPLES / "local-rules").iterdir()))
def test_a_damaged_overlay(file, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(EXAMPLES / "local-rules", "local")
    data = (EXAMPLES / "local-rules" / file).read_bytes()
    hold(Path("local") / file, data, ("kb", "verify", "--kb-overlay", "local"), 4, 5)


@pytest.mark.parametrize("value", ["9" * 5_000, "[" * 20_000])
def test_an_overlay_of_odd_numbers(value, tmp_path):
    shutil.copytree(EXAMPLES / "local-rules", tmp_path / "local")
    (tmp_path / "local" / "overlay.toml").write_text(f"laboratory = {value}\n")
    done = pgx("kb", "verify", "--kb-overlay", tmp_path / "local")
    assert done.returncode == 4
    assert "[PGX-KB-003] overlay.toml: no TOML" in done.stderr


def test_half_a_surrogate_pair_is_no_text(tmp_path):
    path = tmp_path / "calls.json"
    path.write_text('{"sample": "\\ud800", "phenotypeVersion": "x"}')
    with pytest.raises(PgxError, match="PGX-OUT-001"):
        read_outside_calls(path)
