"""pgx doctor: a line a part, exit 0, 4, 5 or 1; the self-test fails where calls are wrong."""

from __future__ import annotations

import importlib.metadata
import json
import shutil
from datetime import date

import pytest

from cli.support import KNOWLEDGE, pgx
from pgx.base import accel
from pgx.base import accel as code_cache
from pgx.cli import doctor
from pgx.cli.doctor import DoctorFinding, Health
from pgx.knowledge.snapshot import KnowledgeBase


def test_a_whole_install_is_well():
    done = pgx("doctor")
    assert done.returncode == 0, done.stdout
    lines = done.stdout.splitlines()
    assert all(line.startswith(("ok    ", "warn  ")) for line in lines)
    parts = [line[6:].partition(":")[0] for line in lines]
    for part in ("python", "numba", "compiled code", "knowledge base", "self-test"):
        assert part in parts
    assert KnowledgeBase().release in done.stdout


def test_json_lines_say_the_same():
    done = pgx("doctor", "--json-lines")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert {"part", "health", "found", "remedy"} == set(found[0])
    assert found[-1]["part"] == "self-test"
    assert {f["health"] for f in found} <= {"ok", "warn", "fail"}


def test_quiet_is_silent_where_nothing_fails():
    done = pgx("doctor", "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_damaged_knowledge_base_is_status_4(tmp_path):
    copy = shutil.copytree(KNOWLEDGE, tmp_path / "kb")
    (copy / "alleles.tsv").write_bytes((copy / "alleles.tsv").read_bytes()[:-2])
    done = pgx("doctor", PGX_KNOWLEDGE_BASE=str(copy))
    assert done.returncode == 4
    [line] = [x for x in done.stdout.splitlines() if "knowledge base:" in x]
    assert line.startswith("fail  knowledge base: [PGX-KB-001] alleles.tsv")
    assert "self-test" in done.stdout


def test_a_temporary_folder_that_cannot_be_written_is_found(monkeypatch):
    def fail(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(doctor.tempfile, "TemporaryFile", fail)
    found = doctor.check_temporary()
    assert (found.health, found.exit_status) == (Health.FAIL, 5)
    assert "TMPDIR" in found.remedy


def test_code_that_cannot_be_compiled_is_found(monkeypatch):
    def fail():
        raise OSError("no linker")

    monkeypatch.setattr(accel, "warm", fail)
    found = doctor.check_kernels()
    assert (found.health, found.exit_status) == (Health.FAIL, 1)


def test_a_cache_that_cannot_be_written_is_a_warning(monkeypatch, tmp_path):
    """The folder is there, as in a home that is mounted read-only, and nothing is in it."""
    monkeypatch.setenv(code_cache.CACHE_VARIABLE, str(tmp_path))
    found = doctor.check_kernels()
    assert found.health is Health.WARN
    assert f"compiled anew at every start: {tmp_path} cannot be written" in found.found
    assert code_cache.CACHE_VARIABLE in found.remedy


def test_no_cache_is_a_warning(monkeypatch):
    monkeypatch.setattr(code_cache, "cache_folder", lambda: None)
    assert doctor.check_kernels().health is Health.WARN


def test_old_and_absent_packages(monkeypatch):
    versions = {"needed": "1.4", "old": "0.9"}
    wanted = ["needed>=1.4", "old>=1.0", "absent>=2"]
    wanted += ["extra>=1; extra == 'plots'", "x>=1; extra == 'dev'"]

    def version(name):
        if name not in versions:
            raise importlib.metadata.PackageNotFoundError(name)
        return versions[name]

    monkeypatch.setattr(importlib.metadata, "requires", lambda _: wanted)
    monkeypatch.setattr(importlib.metadata, "version", version)
    found = {f.part: f for f in doctor.check_packages()}
    assert found["needed"].health is Health.OK
    assert found["old"].health is Health.FAIL
    assert "0.9" in found["old"].found
    assert found["absent"].exit_status == 1
    assert found["extra (plots)"].health is Health.WARN
    assert found["extra (plots)"].remedy == "pip install 'pgx-therapy[plots]'"
    assert not any("x (dev)" in part for part in found)


def test_an_old_knowledge_base_is_a_warning():
    assert doctor.check_knowledge(date(2026, 12, 1)).health is Health.OK
    found = doctor.check_knowledge(date(2028, 1, 1))
    assert found.health is Health.WARN
    assert "months old" in found.found


def test_every_gene_that_variants_answer_is_tested():
    genes = KnowledgeBase().genes
    assert set(doctor.known_diplotypes(genes)) == {n for n, g in genes.items() if g.variants}


def test_a_wrong_call_fails_the_self_test(monkeypatch):
    right = doctor._called

    def wrong(kb, wanted):
        called = right(kb, wanted)
        return {**called, "TPMT": "*1/*1"}

    monkeypatch.setattr(doctor, "_called", wrong)
    found = doctor.check_calls()
    assert (found.health, found.exit_status) == (Health.FAIL, 1)
    assert "TPMT" in found.found


def test_haplotypes_may_come_in_either_order():
    wanted = {"A": ("*1", "*2"), "B": ("m",)}
    assert doctor.unlike(wanted, {"A": "*2/*1", "B": "m"}) == []
    assert doctor.unlike(wanted, {"A": "*2/*2", "B": None}) == ["A", "B"]


@pytest.mark.parametrize(("failed", "status"), [([], 0), ([1], 1), ([1, 5], 5), ([5, 1, 4], 4)])
def test_the_most_telling_status_counts(failed, status):
    findings = [
        DoctorFinding(part="x", health=Health.FAIL, found="", exit_status=code) for code in failed
    ]
    findings.append(DoctorFinding(part="y", health=Health.WARN, found="", exit_status=1))
    assert doctor.exit_status(findings) == status
