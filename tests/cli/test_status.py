"""Exit statuses: what a script may rely on. One line a refusal, nothing half-written."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys

import pytest

from cases import one_test
from cli.support import COHORT, EXAMPLES, KNOWLEDGE, PATIENT, calls, pgx, pgx_process, refused
from pgx.cli import main as entry

COMMANDS = [
    [],
    ["annotate"],
    ["check"],
    ["explain"],
    ["kb"],
    ["simulate"],
    *(["kb", name] for name in ("info", "genes", "drugs", "show", "verify", "build")),
]


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


@one_test
@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_help_is_given(words):
    done = pgx(*words, "--help")
    assert done.returncode == 0
    assert "usage" in done.stdout.lower()
    assert not done.stderr
    assert pgx(*words, "-h").stdout == done.stdout


@one_test(sample=2)
@pytest.mark.parametrize(
    ("status", "words"),
    [
        (0, ["doctor"]),  # the commands that no page of the documentation runs
        (0, ["completion", "bash"]),
        (2, ["kb", "show", "NOPE"]),
        (3, ["annotate", "absent.vcf", "-o", "never"]),
    ],
    ids=str,
)
def test_a_process_ends_with_the_status(status, words):
    done = pgx_process(*words)
    assert done.returncode == status, done.stderr
    assert done.stdout if status == 0 else done.stderr.startswith("[PGX-")
    assert "Traceback" not in done.stderr


def test_version():
    assert pgx("--version").stdout.startswith("pgx ")


def test_no_command_shows_help_and_is_wrong_usage():
    done = pgx()
    assert done.returncode == 2
    assert "annotate" in done.stdout


@one_test
@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"],
        ["--nonsense"],
        ["kb"],
        ["kb", "nonsense"],
        ["kb", "info", "--nonsense"],
        ["kb", "show"],
        ["kb", "show", "NOPE"],
        ["simulate"],
        ["simulate", "-o", "x.vcf", "--gene", "NOPE=*1/*1"],
        ["annotate"],
        ["annotate", PATIENT],
        ["annotate", "--nonsense"],
    ],
    ids=lambda words: " ".join(map(str, words[:3])),
)
def test_wrong_usage_is_status_2(words):
    refused(2, *words)


@pytest.mark.parametrize(
    "words",
    [
        ["--assembly", "hg17"],
        ["--absent", "maybe"],
        ["--prior", "mine"],
        ["--genes", "NOPE"],
        ["--drugs", "nope"],
        ["--format", "docx"],
        ["--min-gq", "many"],
        ["--threads", "0"],
    ],
    ids=" ".join,
)
def test_wrong_option_is_status_2_and_leaves_nothing(words, out):
    refused(2, "annotate", PATIENT, "-o", out, *words)
    assert not out.exists()


def test_refused_input_is_status_3_and_leaves_nothing(out, tmp_path):
    line = refused(3, "annotate", tmp_path / "absent.vcf", "-o", out)
    assert "absent.vcf" in line
    assert not out.exists()


def test_other_assembly_is_refused(out):
    assert "PGX-ASM-001" in refused(3, "annotate", PATIENT, "-o", out, "--assembly", "GRCh37")


def test_unknown_sample_is_refused_without_its_name(out):
    assert "CANARY" not in refused(3, "annotate", PATIENT, "-o", out, "--samples", "CANARY")


@pytest.mark.parametrize(
    ("option", "text"),
    [
        ("--outside-calls", "gene\tdiplotype\nHLA-B\tnonsense\n"),
        ("--outside-calls", "nothing\n"),
        ("--sample-info", "sample\tsex\nEXAMPLE_1\tperhaps\n"),
        ("--untyped", "contig\tpos\nchr10\tx\n"),
    ],
)
def test_refused_side_file_is_status_3(option, text, out, tmp_path):
    side = tmp_path / "side.tsv"
    side.write_text(text)
    assert "side.tsv" in refused(3, "annotate", PATIENT, "-o", out, option, side)
    assert not out.exists()


def test_good_inputs_are_written_beside_a_refused_one(out, tmp_path):
    bad = tmp_path / "bad.vcf"
    bad.write_bytes(COHORT.read_bytes()[:-5])
    line = refused(3, "annotate", PATIENT, bad, "-o", out, "--quiet")
    assert "PGX-VCF-018" in line
    assert {sample for sample, _ in calls(out)} == {"EXAMPLE_1"}
    assert (out / "EXAMPLE_1.pgx.json").exists()


def test_folder_with_results_is_refused_without_force(out):
    assert pgx("annotate", PATIENT, "-o", out).returncode == 0
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    refused(5, "annotate", PATIENT, "-o", out)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert pgx("annotate", PATIENT, "-o", out, "--force").returncode == 0


def test_no_place_to_write_is_status_5(tmp_path):
    (tmp_path / "file").write_text("")
    refused(5, "annotate", PATIENT, "-o", tmp_path / "file" / "out")


@pytest.mark.parametrize("name", ["manifest.json", "alleles.tsv", "statements.tsv"])
def test_damaged_knowledge_base_is_status_4(name, out, tmp_path):
    copy = shutil.copytree(KNOWLEDGE, tmp_path / "kb")
    data = bytearray((copy / name).read_bytes())
    data[len(data) // 2] ^= 1
    (copy / name).write_bytes(data)
    for words in (["kb", "info"], ["kb", "verify"], ["annotate", PATIENT, "-o", out]):
        assert name in refused(4, *words, PGX_KNOWLEDGE_BASE=str(copy))
    assert name in refused(4, "kb", "verify", copy)
    assert not out.exists()


def test_another_schema_is_status_4(tmp_path):
    copy = shutil.copytree(KNOWLEDGE, tmp_path / "kb")
    text = (copy / "manifest.json").read_text()
    (copy / "manifest.json").write_text(
        text.replace('schema_version": "1"', 'schema_version": "9"')
    )
    assert "PGX-KB-002" in refused(4, "kb", "info", PGX_KNOWLEDGE_BASE=str(copy))


def test_no_knowledge_base_is_status_4(tmp_path):
    refused(4, "kb", "info", PGX_KNOWLEDGE_BASE=str(tmp_path / "absent"))


@pytest.mark.parametrize(
    ("raised", "status"), [(ZeroDivisionError("secret"), 1), (KeyboardInterrupt(), 130)]
)
def test_bugs_and_interruption(raised, status, monkeypatch, capsys):
    class Module:
        @staticmethod
        def run(words):
            raise raised

    monkeypatch.setattr(entry, "import_module", lambda name: Module)
    assert entry.main(["kb", "info"]) == status
    error = capsys.readouterr().err
    assert len(error.splitlines()) == 1
    assert "secret" not in error


def chained() -> Exception:
    error = ValueError("secret")
    error.__cause__ = MemoryError("secret")
    return error


@one_test
@pytest.mark.parametrize(
    "raised",
    [
        MemoryError("secret"),
        OSError(errno.ENOMEM, "secret"),
        ImportError("a.so: failed to map segment from shared object"),
        RuntimeError("can't start new thread"),
        chained(),
    ],
    ids=repr,
)
def test_too_little_memory_is_no_bug(raised, monkeypatch, capsys):
    class Module:
        @staticmethod
        def run(words):
            raise raised

    monkeypatch.setattr(entry, "import_module", lambda name: Module)
    assert entry.main(["kb", "info"]) == 5
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("[PGX-IO-002]")
    assert "secret" not in line


SHORT_OF_MEMORY = """
import resource, sys
from pgx.cli.main import main
from pgx.cli import annotate, options
from pgx.engine import annotate as run
from pgx.inputs import side_files
size = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (size + (8 << 20),) * 2)
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks /proc for its size")
def test_a_file_that_does_not_fit_into_memory_is_no_bug(tmp_path):
    with (tmp_path / "calls.tsv").open("wb") as handle:
        handle.truncate(60 << 20)
    words = ["annotate", str(PATIENT), "-o", "out", "--outside-calls", "calls.tsv"]
    done = subprocess.run(
        [sys.executable, "-c", SHORT_OF_MEMORY, *words],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=120,
    )
    assert done.returncode == 5, done.stderr
    [line] = done.stderr.splitlines()
    assert line.startswith("[PGX-IO-002]")
    assert not (tmp_path / "out").exists()


@one_test
@pytest.mark.parametrize(
    ("number", "status"),
    [(errno.EIO, 5), (errno.EMFILE, 5), (errno.ENOSPC, 5), (errno.ENOENT, 1), (errno.EINVAL, 1)],
)
def test_a_failing_disk_is_no_bug(number, status, monkeypatch, capsys):
    def failing(_words):
        raise OSError(number, os.strerror(number), "JANE_DOE.vcf")

    monkeypatch.setattr("pgx.cli.check.run", failing)
    assert entry.main(["check", "x.vcf"]) == status
    line = capsys.readouterr().err
    assert ("[PGX-IO-001]" if status == 5 else "[PGX-BUG-001]") in line
    assert "JANE_DOE" not in line


def test_a_reader_that_goes_away_is_no_error():
    script = f'"{sys.executable}" -m pgx.cli.main kb drugs | head -n 1'
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, timeout=900)
    assert done.stdout.strip()
    assert "Traceback" not in done.stderr


def test_messages_do_not_name_samples(out, tmp_path):
    renamed = tmp_path / "renamed.vcf"
    renamed.write_text(PATIENT.read_text().replace("EXAMPLE_1", "CANARY_7"))
    done = pgx("annotate", renamed, "-o", out)
    assert done.returncode == 0
    assert "CANARY" not in done.stderr + done.stdout
    assert "CANARY" not in refused(5, "annotate", renamed, "-o", out)
    assert (EXAMPLES / "README.md").exists()
