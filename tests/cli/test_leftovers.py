"""What a killed run leaves holds no patient's data, or goes with the next run in its folder."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pysam.bcftools
import pytest

from cli.support import COHORT, EXAMPLES, PATIENT, pgx_process
from cohort.faults import WORDS, many_files, n_parts
from pgx.base.files import nameless_file, scratch_folder, scratch_in, temporary_path

pytestmark = pytest.mark.torture

CANARY = "ZYXDOE"
GENES = ("--genes", "CYP2C19", "--quiet")


@pytest.fixture
def places(tmp_path):
    """A folder for results and one for temporary files of the system."""
    (tmp_path / "temporary").mkdir()
    return tmp_path / "out", tmp_path / "temporary"


def started(*words, temporary, stdin=subprocess.DEVNULL):
    return subprocess.Popen(
        [sys.executable, "-m", "pgx.cli.main", *map(str, words)],
        stdin=stdin,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "TMPDIR": str(temporary)},
        start_new_session=True,
    )


def killed(process, is_time):
    """Kill a process and its children when a condition holds; it must not end before."""
    end = time.monotonic() + 100
    while not is_time():
        assert process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.002)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdin is not None:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()


def named(*folders: Path) -> list[str]:
    """Return the files of some folders that name the patient."""
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return [path.name for path in files if CANARY.encode() in _content(path)]


def _content(path: Path) -> bytes:
    data = path.read_bytes()
    return data + path.name.encode()


@pytest.fixture(scope="module")
def bcf(tmp_path_factory):
    """A BCF of some megabytes, of which every piece names the patient."""
    folder = tmp_path_factory.mktemp("bcf")
    lines = PATIENT.read_text().replace("EXAMPLE_1", CANARY).splitlines()
    head = [line for line in lines if line.startswith("#")]
    head[1:1] = [f'##INFO=<ID={CANARY},Number=1,Type=String,Description="{CANARY}">']
    rng = random.Random(1)
    rows = [
        f"chr1\t{1000 + i}\t.\tA\tC\t.\tPASS\t{CANARY}={rng.randbytes(60).hex()}\tGT\t0/1"
        for i in range(20_000)
    ]
    text = "\n".join([*head, *rows]) + "\n"
    (folder / "a.vcf").write_text(text)
    path = folder / "a.bcf"
    pysam.bcftools.view("-Ob", "-o", str(path), str(folder / "a.vcf"), catch_stdout=False)
    return path


def half_given(process, data):
    """Give half of a file, and wait until it is read."""
    process.stdin.write(data[: len(data) // 2])
    process.stdin.flush()


def open_files(process) -> list[str]:
    links = Path(f"/proc/{process.pid}/fd").iterdir()
    return [str(link.readlink()) for link in links if link.is_symlink()]


@pytest.mark.parametrize("command", ["annotate", "cohort", "check"])
def test_a_bcf_from_standard_input_is_kept_without_a_name(bcf, places, command):
    out, temporary = places
    where = temporary if command == "check" else out
    words = ["check", "-"] if command == "check" else [command, "-", "-o", out, *GENES]
    process = started(*words, temporary=temporary, stdin=subprocess.PIPE)
    half_given(process, bcf.read_bytes())

    def is_kept():
        held = [name for name in open_files(process) if name.endswith("(deleted)")]
        return any(name.startswith(str(where)) for name in held)

    killed(process, is_kept)
    assert not named(temporary, *([out] if out.exists() else []))
    assert not any(temporary.iterdir())


def test_rows_of_a_workbook_lie_in_the_folder_of_the_run(places, tmp_path):
    out, temporary = places
    source = tmp_path / "in.vcf"
    source.write_text(COHORT.read_text().replace("EXAMPLE", CANARY))
    words = ("annotate", source, "-o", out, "--format", "xlsx,matrix", "--quiet")
    process = started(*words, temporary=temporary)
    killed(process, lambda: any(out.glob(".pgx-run/new/.pgx-*.tmp/*")))
    assert not any(temporary.iterdir())
    assert pgx_process(*words, TMPDIR=str(temporary)).returncode == 0
    assert not any(temporary.iterdir())
    assert not list(out.glob(".*"))


def test_workers_work_in_the_folder_of_the_run(places, tmp_path):
    pytest.importorskip("distributed", reason="the extra cluster is not installed")
    out, temporary = places
    files = many_files(tmp_path / "in", 200)
    for path in files:
        path.write_text(path.read_text().replace(f"\tT{path.stem}", f"\t{CANARY}{path.stem}"))
    words = ("cohort", *files, "-o", out, *WORDS, "--workers", "2", "--quiet")
    process = started(*words, temporary=temporary)
    killed(process, lambda: n_parts(out) > 0)
    assert any((out / ".pgx-cohort").glob(".pgx-*.tmp/dask*"))
    assert not named(temporary)
    assert pgx_process(*words, TMPDIR=str(temporary)).returncode == 0
    assert not list(out.glob(".*"))
    assert not any(temporary.iterdir())


def test_another_plan_removes_what_killed_workers_left(places, tmp_path):
    out, temporary = places
    parts = out / ".pgx-cohort"
    words = ("cohort", COHORT, "-o", out, *GENES)
    left = temporary_path(parts)
    (left / "dask").mkdir(parents=True, mode=0o700)
    parts.chmod(0o700)
    (parts / "plan.json").write_text("{}")
    done = pgx_process(*words, "--force", TMPDIR=str(temporary))
    assert done.returncode == 0, done.stderr
    assert not list(out.glob(".*"))


def test_a_report_removes_what_a_killed_one_left(places, tmp_path, monkeypatch):
    out, temporary = places
    assert pgx_process("annotate", PATIENT, "-o", out, *GENES).returncode == 0
    [saved] = out.glob("*.pgx.json")
    with monkeypatch.context() as patch:
        patch.setattr("os.getpid", lambda: 2**22 + 1)  # above the largest number of a process
        left = temporary_path(tmp_path)
    left.mkdir()
    (left / "sheet").write_text(CANARY)
    words = ("report", saved, "-o", tmp_path / "new.xlsx")
    assert pgx_process(*words, TMPDIR=str(temporary)).returncode == 0
    assert not named(tmp_path)
    assert not left.exists()


def test_scratch_is_private_and_goes(tmp_path):
    with scratch_in(tmp_path):
        with scratch_folder() as folder, nameless_file() as file:
            assert folder.parent == tmp_path
            assert folder.stat().st_mode & 0o777 == 0o700
            (folder / "rows").write_text(CANARY)
            assert os.fstat(file.fileno()).st_nlink == 0
            assert [path.name for path in tmp_path.iterdir()] == [folder.name]
        assert not any(tmp_path.iterdir())
    with scratch_folder() as folder:
        assert folder.parent != tmp_path


def test_a_file_system_without_nameless_files(tmp_path):
    with scratch_in(tmp_path / "absent"), nameless_file() as file:
        assert os.fstat(file.fileno()).st_nlink == 0


def test_a_bcf_is_read_from_standard_input(places, tmp_path):
    packed = tmp_path / "a.bcf"
    source = EXAMPLES / "patient.g.vcf"
    pysam.bcftools.view("-Ob", "-o", str(packed), str(source), catch_stdout=False)
    out, temporary = places
    words = [sys.executable, "-m", "pgx.cli.main", "annotate", "-", "-o", str(out), *GENES]
    with packed.open("rb") as handle:
        environment = {**os.environ, "TMPDIR": str(temporary)}
        subprocess.run(words, stdin=handle, env=environment, check=True, timeout=100)
    assert pgx_process("annotate", source, "-o", tmp_path / "plain", *GENES).returncode == 0
    assert (out / "calls.tsv").read_bytes() == (tmp_path / "plain" / "calls.tsv").read_bytes()
