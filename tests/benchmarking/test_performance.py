"""What measures cohorts: stages add up, files are made once, a failure is none of its figures."""

from __future__ import annotations

import time

import pytest
from benchmarks import cohorts
from benchmarks.performance import child, machine, runs

from simulated import cohort_text


@pytest.fixture
def path(tmp_path):
    place = tmp_path / "cohort.vcf"
    samples = {f"S{i}": {"CYP2C19": "*1/*2"} for i in range(20)}
    place.write_text(cohort_text(samples, phased=True), encoding="utf-8")
    return place


def test_a_run_in_its_own_process_tells_its_stages_memory_and_results(path, tmp_path):
    words = [path, "--genes", "CYP2C19,TPMT"]
    found = child.runs_of(words, path, runs=2, folder=tmp_path)
    assert len(found["runs"]) == 2
    for run in found["runs"]:
        assert set(run["stages"]) == set(child.STAGES)
        assert sum(run["stages"].values()) <= run["seconds"]
        assert 0 < run["calling"] <= run["stages"]["genes"]
        assert run["genes"] == 2
    assert found["peak_mb"] > 50
    assert found["results_bytes"] > 1000
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


@pytest.mark.exhaustive
def test_a_run_that_fails_gives_no_figures(path, capfd):
    with pytest.raises(SystemExit):
        child.runs_of([path, "--genes", "no such gene"], path)
    capfd.readouterr()


def test_stages_last_until_the_next_begins(monkeypatch):
    clock = iter([1.0, 3.0, 7.0, 8.0])
    monkeypatch.setattr(time, "perf_counter", lambda: next(clock))
    with child.Recorder(quiet=True) as progress:
        for what in ("inputs", "genes weighed", "genes"):
            progress.stage(what, 9)
            progress.done(1)
        progress.mark("files")
        progress.stage("samples written to a file", 9)
    assert child.Recorder.seconds() == {"inputs": 2.0, "genes": 4.0, "files": 1.0}


def test_cohorts_are_made_once(tmp_path, monkeypatch):
    monkeypatch.setattr(runs, "source_files", lambda: [tmp_path / "a.vcf.gz"])
    made = []
    monkeypatch.setattr(runs, "write_cohort", lambda folder, n, **_: made.append((folder, n)))
    (tmp_path / "64").mkdir()
    for every in (1, 1, 16):
        assert runs.made(tmp_path / "64", 100, every) == [tmp_path / "64" / "a.vcf.gz"]
    assert len(made) == 2


def test_files_are_chosen_by_gene(tmp_path):
    paths = [tmp_path / f"{gene}.vcf.gz" for gene in ("CYP2C19", "CYP2C9", "TPMT")]
    assert runs.of_genes(paths, ("CYP2C9",)) == paths[1:2]
    assert set(runs.FIVE[:1]) < set(runs.FIVE)


def test_what_this_process_does_is_not_the_work_of_others(monkeypatch):
    spent = iter([(100.0, 7.0), (130.0, 27.0)])
    monkeypatch.setattr(machine, "_spent", lambda: next(spent))
    clock = iter([0.0, 20.0])
    monkeypatch.setattr(machine.time, "monotonic", lambda: next(clock))
    assert machine.Watch().others() == 0.5  # 30 core-seconds, 20 of them ours, in 20 s


def test_the_machine_is_described():
    found = machine.described()
    assert found["cores"] >= 1
    assert found["memory_gb"] > 0
    assert set(found["libraries"]) == set(machine.LIBRARIES)
    assert cohorts.ASSEMBLY in child.SETTINGS
