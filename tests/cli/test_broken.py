"""Whatever is broken, standard error ends with one line of a code, and the status is its own."""

from __future__ import annotations

import os
import random
import stat

import pytest

from cases import one_test
from cli.support import COHORT, EXAMPLES, PATIENT, pgx, pgx_process

FILES: dict[str, bytes] = {
    "empty": b"",
    "junk": random.Random(1).randbytes(3000),
    "zeros": bytes(3000),
    "utf16": "sample\tsex\nS\tmale\n".encode("utf-16"),
    "latin1": "sample\tsex\nM\xfcller\tmale\n".encode("latin-1"),
    "open.json": b'{"a": [1, 2',
    "list.json": b"[]",
    "number.json": b"7",
    "null.json": b"null",
    "object.json": b"{}",
    "deep.json": b"[" * 100_000,
    "twice.json": b'{"a": 1, "a": 2}',
    "nan.json": b'{"schema_version": "1.0", "weight_kg": NaN}',
    "infinite.json": b'{"schema_version": "1.0", "age_years": 1e999}',
    "digits.json": b'{"schema_version": "1.0", "age_years": ' + b"9" * 5000 + b"}",
    "surrogate.json": b'{"schema_version": "1.0", "sample": "\\ud800"}',
    "uneven.tsv": b"x\ty\n1\t2\t3\n",
    "broken.toml": b"a = = 3",
    "page.html": b"<!doctype html><p>",
    "cut.gz": b"\x1f\x8b\x08\x00abc",
    "cut.bcf": b"BCF\x02\x02abc",
    "cut.bam": b"BAM\x01abc",
    "cut.zip": b"PK\x03\x04abc",
}
KINDS = [
    *FILES,
    "folder",
    "absent",
    "absent/below",
    "empty/below",
    "loop",
    "x" * 300,
    "a\tb",
    "\udcff",
]
NUMBERS = ("x", "", "nan", "inf", "-1", "1e999", "0x10", "9" * 400, "1.5.5", "٣", " ")
ONE_GENE = ("--genes", "CYP2C19", "--format", "tsv")


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    place = tmp_path_factory.mktemp("broken")
    for name, data in FILES.items():
        (place / name).write_bytes(data)
    (place / "folder").mkdir()
    (place / "loop").symlink_to(place / "loop")
    return place


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    out = tmp_path_factory.mktemp("result") / "out"
    assert pgx("annotate", PATIENT, "-o", out, *ONE_GENE[:2], "--format", "json").returncode == 0
    return out / "EXAMPLE_1.pgx.json"


COMMANDS = {
    "annotate": ("annotate", "BROKEN", "-o", "OUT", *ONE_GENE),
    "check": ("check", "BROKEN"),
    "cohort": ("cohort", "BROKEN", "-o", "OUT", "--genes", "CYP2C19"),
    "report": ("report", "BROKEN", "-o", "OUT.html"),
    "explain": ("explain", "BROKEN", "--gene", "CYP2C19"),
    "reinterpret": ("reinterpret", "BROKEN", "-o", "OUT"),
    "kb verify": ("kb", "verify", "BROKEN"),
    "kb build": ("kb", "build", "BROKEN", "-o", "OUT"),
    "model show": ("model", "show", "BROKEN"),
    "partition run": ("partition", "run", "BROKEN", "--part", "1"),
    **{
        option: ("annotate", PATIENT, "-o", "OUT", *ONE_GENE, option, "BROKEN")
        for option in (
            "--patient", "--sample-info", "--outside-calls", "--overrides", "--untyped",
            "--kb-overlay", "--laboratory", "--reads",
        )
    },
    "--pseudonym-key": ("annotate", PATIENT, "-o", "OUT", *ONE_GENE, "--deidentify",
                        "--pseudonym-key", "BROKEN"),
    "--output": ("annotate", PATIENT, *ONE_GENE, "-o", "BROKEN"),
    "cohort --sample-info": ("cohort", COHORT, "-o", "OUT", "--genes", "CYP2C19", "--sample-info",
                             "BROKEN"),
    "report --patient": ("report", "RESULT", "-o", "OUT.html", "--patient", "BROKEN"),
    "dose --patient": ("dose", "warfarin", "--patient", "BROKEN"),
    "dose --result": ("dose", "warfarin", "--result", "BROKEN"),
    "dose --course": ("dose", "warfarin", "--patient", EXAMPLES / "patient-warfarin.json",
                      "--course", "BROKEN"),
}  # fmt: skip


def assert_refused_in_one_line(done, what):
    """A status of the table, one line of a code and nothing after it; hints may come before."""
    assert done.returncode in (0, 2, 3, 4, 5), (what, done.stderr)
    for raw in ("Traceback", "Exception ignored", "Error:", "PGX-BUG"):
        assert raw not in done.stderr, what
    lines = done.stderr.splitlines()
    coded = [line for line in lines if line.startswith("[PGX-")]
    assert len(coded) == (done.returncode != 0), (what, done.stderr)
    if coded:
        after = lines[lines.index(coded[0]) + 1 :]
        assert all(line.startswith("hint: ") for line in after), (what, done.stderr)


@one_test
@pytest.mark.torture
@pytest.mark.parametrize("command", COMMANDS)
def test_a_broken_file_is_one_line(command, broken, result, tmp_path):
    statuses = set()
    for number, kind in enumerate(KINDS):
        own = {"BROKEN": broken / kind, "RESULT": result}
        own |= {f"OUT{end}": tmp_path / f"{number}{end}" for end in ("", ".html")}
        done = pgx(*(own.get(word, word) for word in COMMANDS[command]))
        assert_refused_in_one_line(done, (command, kind))
        statuses.add(done.returncode)
    assert statuses - {0}, "nothing was refused"
    if command in ("annotate", "check", "cohort", "report", "explain", "--patient"):
        assert statuses <= {2, 3}, "what is wrong is the input"


@one_test
@pytest.mark.torture
@pytest.mark.parametrize(
    ("command", "option"),
    [
        *(("annotate", o) for o in ("threshold", "confidence", "min-gq", "min-dp", "threads")),
        *(("cohort", o) for o in ("workers", "threads", "threshold", "min-gq")),
        ("check", "min-dp"),
    ],
)
def test_a_broken_number_is_one_line_of_usage(command, option, tmp_path):
    for value in NUMBERS:
        out = () if command == "check" else ("-o", tmp_path / "out")
        done = pgx(command, PATIENT, *out, "--genes", "CYP2C19", f"--{option}={value}")
        assert_refused_in_one_line(done, (command, option, value))
        is_taken = value == "٣" or (option == "threads" and command == "annotate")
        assert done.returncode == 2 or is_taken, (option, value)


@one_test
@pytest.mark.torture
@pytest.mark.parametrize("kind", ["junk", "deep.json", "folder", "x" * 300, "\udcff", "cut.bcf"])
@pytest.mark.parametrize("command", ["annotate", "cohort", "--patient", "dose --course"])
def test_nothing_comes_after_the_line_when_the_process_ends(command, kind, broken, tmp_path):
    own = {"BROKEN": broken / kind, "OUT": tmp_path / "out"}
    words = [os.fsdecode(os.fspath(own.get(word, word))) for word in COMMANDS[command]]
    done = pgx_process(*words)
    assert done.returncode in (2, 3)
    [line] = done.stderr.splitlines()
    assert line.startswith("[PGX-")


@pytest.mark.skipif(os.geteuid() == 0 and not hasattr(os, "setuid"), reason="needs another user")
@pytest.mark.parametrize("command", ["annotate", "--patient", "--sample-info", "--overrides"])
def test_a_file_that_may_not_be_read(command, tmp_path, monkeypatch):
    path = tmp_path / "secret"
    path.write_bytes(PATIENT.read_bytes())
    path.chmod(stat.S_IWUSR)
    if os.geteuid() == 0:  # root reads anything: what the system would say is said for it
        deny(monkeypatch, path)
    own = {"BROKEN": path, "OUT": tmp_path / "out"}
    done = pgx(*(own.get(word, word) for word in COMMANDS[command]))
    assert_refused_in_one_line(done, command)
    assert done.returncode == 3
    assert "secret" in done.stderr


def deny(monkeypatch, path):
    import builtins
    import io

    real = io.open

    def refusing(file, *words, **options):
        if not isinstance(file, int) and os.fspath(file) in (path, str(path)):
            raise PermissionError(13, "Permission denied", str(file))
        return real(file, *words, **options)

    monkeypatch.setattr(io, "open", refusing)
    monkeypatch.setattr(builtins, "open", refusing)


def test_an_error_of_the_system_has_status_5_wherever_it_is_met(monkeypatch, tmp_path):
    from pgx.engine import annotate as run

    def full(*_, **__):
        raise OSError(28, "No space left on device", str(tmp_path / "CANARY"))

    monkeypatch.setattr(run, "annotate", full)
    done = pgx("annotate", PATIENT, "-o", tmp_path / "out")
    assert done.returncode == 5
    assert done.stderr == (
        "[PGX-IO-001] a file cannot be read or written: No space left on device;"
        " check disk, free space and the limit of open files\n"
    )
