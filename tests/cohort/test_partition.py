"""A plan, its parts in any order and how often one likes, and the merge: the bytes of one run."""

from __future__ import annotations

import json
import os
import zipfile
from typing import NamedTuple

import pytest

from cli.support import pgx, refused
from cohort.faults import GENES, WORDS, digests, few_files, many_files, whole_run
from cohort.read import knowledge
from pgx.engine.engine import Engine
from pgx.engine.parts import FolderParts, MemoryParts
from pgx.engine.plan import CohortPlan, make_plan
from pgx.engine.run import numbers_as_text
from pgx.engine.work import Steps, do_parts, read_engine
from pgx.errors import OutputError
from pgx.inputs.settings import RunSettings

N_READS = 4
N_PARTS = N_READS + len(GENES)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return many_files(tmp_path_factory.mktemp("many"), 200)


@pytest.fixture(scope="module")
def expected(files, tmp_path_factory):
    return whole_run(files, tmp_path_factory.mktemp("whole") / "out")


@pytest.fixture
def planned(files, tmp_path):
    plan = tmp_path / "plan"
    done = pgx("partition", "plan", *files, "-o", plan, *WORDS)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{N_PARTS} parts: 0-3 read, 4-5 call a gene each\n"
    return plan


def ran(*words):
    done = pgx("partition", *words)
    assert done.returncode == 0, done.stderr
    return done


def test_parts_in_any_order_give_the_bytes_of_one_run(planned, expected, tmp_path):
    for part in ("2", "0-1", "3", "5", "4"):
        ran("run", planned, "--part", part, "--threads", "1")
    ran("merge", planned, "-o", tmp_path / "out")
    assert digests(tmp_path / "out") == expected


def test_a_finished_part_is_left_as_it_is(planned):
    assert ran("run", planned, "--part", "0").stderr == "part 0 finished\n"
    [path] = planned.glob("*.part")
    before = path.stat().st_ino, path.stat().st_mtime_ns
    assert ran("run", planned, "--part", "0").stderr == "part 0 was finished already\n"
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == before


def test_a_damaged_part_is_made_anew(planned, expected, tmp_path):
    ran("run", planned, "--part", f"0-{N_PARTS - 1}", "--quiet")
    for path in sorted(planned.glob("*.part"))[::3]:
        path.write_bytes(path.read_bytes()[:-1])
    line = refused(5, "partition", "merge", planned, "-o", tmp_path / "out")
    assert "parts 1,4 of the plan" in line or "--part" in line
    ran("run", planned, "--part", f"0-{N_PARTS - 1}", "--quiet")
    ran("merge", planned, "-o", tmp_path / "out")
    assert digests(tmp_path / "out") == expected


def test_what_is_missing_is_named(planned, tmp_path):
    ran("run", planned, "--part", "1")
    line = refused(5, "partition", "run", planned, "--part", "4")
    assert "parts 0,2-3 of the plan" in line
    line = refused(5, "partition", "merge", planned, "-o", tmp_path / "out")
    assert "parts 0,2-5 of the plan" in line
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("word", ["6", "0-6", "x", "3-", "-1", "", "2-1"])
def test_a_part_that_there_is_not_is_refused(planned, word):
    refused(2, "partition", "run", planned, f"--part={word}")
    assert not list(planned.glob("*.part"))


@pytest.mark.parametrize("command", ["run", "merge"])
def test_changed_inputs_are_refused(tmp_path, command):
    paths = few_files(tmp_path / "in")
    plan = tmp_path / "plan"
    ran("plan", *paths, "-o", plan, *WORDS)
    if command == "merge":
        ran("run", plan, "--part", "0-2")
    os.utime(paths[1], ns=(1, 1))
    words = ("--part", "0") if command == "run" else ("-o", tmp_path / "out")
    line = refused(3, "partition", command, plan, *words)
    assert "1.vcf: changed since the plan was made" in line


def test_a_refused_input_is_named_by_its_part_and_by_the_merge(tmp_path):
    paths = few_files(tmp_path / "in")
    paths[1].write_bytes(paths[1].read_bytes()[:-40])
    once = pgx("cohort", *paths, "-o", tmp_path / "once", *WORDS, "--quiet")
    plan = tmp_path / "plan"
    ran("plan", *paths, "-o", plan, *WORDS)
    done = ran("run", plan, "--part", "0-2", "--quiet")
    assert done.stderr == once.stderr
    merged = pgx("partition", "merge", plan, "-o", tmp_path / "out", "--quiet")
    assert (merged.returncode, merged.stderr) == (once.returncode, once.stderr) == (3, once.stderr)
    assert digests(tmp_path / "out") == digests(tmp_path / "once")


def test_where_all_inputs_are_refused_nothing_is_written(tmp_path):
    bad = tmp_path / "bad.vcf"
    bad.write_text("no VCF\n")
    plan = tmp_path / "plan"
    ran("plan", bad, "-o", plan, *WORDS)
    ran("run", plan, "--part", "0-2")
    refused(3, "partition", "merge", plan, "-o", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_equal_plan_keeps_its_parts_another_is_refused(planned, files):
    ran("run", planned, "--part", "0")
    ran("plan", *files, "-o", planned, *WORDS)
    assert list(planned.glob("*.part"))
    line = refused(5, "partition", "plan", *files[1:], "-o", planned, *WORDS)
    assert "another plan" in line
    ran("plan", *files[1:], "-o", planned, *WORDS, "--force")
    assert not list(planned.glob("*.part"))


def test_parts_are_listed_for_scripts(files, tmp_path):
    done = ran("plan", *files, "-o", tmp_path / "plan", *WORDS, "--json-lines")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["part"] for row in rows] == list(range(N_PARTS))
    assert sum(row.get("n_inputs", 0) for row in rows) == len(files)
    assert [row["gene"] for row in rows if row["does"] == "call"] == list(GENES)


def test_standard_input_is_refused(tmp_path):
    refused(2, "partition", "plan", "-", "-o", tmp_path / "plan")


def test_inferred_populations_are_weighed_once(tmp_path):
    paths = few_files(tmp_path / "in")
    words = (*WORDS, "--ancestry", "inferred")
    assert pgx("cohort", *paths, "-o", tmp_path / "once", *words).returncode == 0
    plan = tmp_path / "plan"
    ran("plan", *paths, "-o", plan, *words)
    ran("run", plan, "--part", "0-1")
    weighed = {path: path.stat().st_mtime_ns for path in plan.glob("population-*.part")}
    assert len(weighed) == len(GENES)
    ran("run", plan, "--part", "2")
    assert {path: path.stat().st_mtime_ns for path in weighed} == weighed
    ran("merge", plan, "-o", tmp_path / "out")
    assert digests(tmp_path / "out") == digests(tmp_path / "once")


class Small(NamedTuple):
    """A plan of few files, and what does its parts."""

    plan: CohortPlan
    engine: Engine

    def do(self, parts) -> None:
        do_parts(Steps(self.plan, self.engine, parts))


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    paths = few_files(tmp_path_factory.mktemp("few"))
    settings = RunSettings(genes=GENES, with_sites=False)
    plan = make_plan([str(path) for path in paths], settings, knowledge=knowledge())
    return Small(plan, read_engine(plan, knowledge()))


def test_parts_in_files_are_those_in_memory(small, tmp_path):
    memory, folder = MemoryParts(), FolderParts(tmp_path, small.plan)
    small.do(memory)
    small.do(folder)
    stored = FolderParts(tmp_path, small.plan)
    for gene in GENES:
        one, other = memory.calls(gene), stored.calls(gene)
        assert one.calls == other.calls
        assert one.index.tolist() == other.index.tolist()
        assert one.index.dtype == other.index.dtype
    for one, other in zip(memory.inputs({}), stored.inputs(small.engine.genes), strict=True):
        assert (one.name, one.sha256, one.samples) == (other.name, other.sha256, other.samples)
        assert one.genes.keys() == other.genes.keys()
        for gene, own in one.genes.items():
            theirs = other.genes[gene]
            assert own.groups.tolist() == theirs.groups.tolist()
            for name in ("call", "phase_block", "evidence", "reason", "structural"):
                left, right = getattr(own.genotypes, name), getattr(theirs.genotypes, name)
                assert left.dtype == right.dtype
                assert left.tolist() == right.tolist()


def test_genotypes_of_one_gene_are_read_alone(small, tmp_path, monkeypatch):
    parts = FolderParts(tmp_path, small.plan)
    small.do(parts)
    read = []
    own = zipfile.ZipFile.open

    def heard(self, name, *words, **more):
        read.append(name)
        return own(self, name, *words, **more)

    monkeypatch.setattr(zipfile.ZipFile, "open", heard)
    FolderParts(tmp_path, small.plan).inputs({GENES[0]: small.engine.genes[GENES[0]]})
    assert set(read) == {"inputs", GENES[0]}


def test_finished_parts_are_not_done_again(small, tmp_path, monkeypatch):
    small.do(FolderParts(tmp_path, small.plan))

    def never(*_):
        raise AssertionError

    monkeypatch.setattr(Steps, "read", never)
    monkeypatch.setattr(Steps, "call", never)
    small.do(FolderParts(tmp_path, small.plan))


def test_a_part_that_vanishes_is_named(small, tmp_path):
    parts = FolderParts(tmp_path, small.plan)
    small.do(parts)
    next(tmp_path.glob("read-*")).unlink()
    with pytest.raises(OutputError, match="absent or damaged"):
        FolderParts(tmp_path, small.plan).inputs({})


def test_numbers_as_text():
    assert numbers_as_text([]) == ""
    assert numbers_as_text([3]) == "3"
    assert numbers_as_text(range(3)) == "0-2"
