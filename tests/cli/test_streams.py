"""Standard streams that are closed, full or left alone: results are written all the same."""

import shlex
import subprocess
import sys

import pytest

from cases import one_test
from cli.support import COHORT, PATIENT


def shell(tmp_path, words, streams):
    """Run a command with redirections of a shell."""
    command = [sys.executable, "-m", "pgx.cli.main", *map(str, words)]
    return subprocess.run(
        ["bash", "-c", f"{shlex.join(command)} {streams}"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=900,
        check=False,
    )


@one_test(sample=2)
@pytest.mark.parametrize("streams", ["2>&-", "2>/dev/full", ">&- 2>&-", "<&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("command", ["annotate", "cohort"])
def test_results_are_written_though_nobody_listens(tmp_path, command, streams):
    (tmp_path / "bad.vcf").write_text("no VCF\n")
    source = PATIENT if command == "annotate" else COHORT
    heard = shell(tmp_path, (command, source, "bad.vcf", "-o", "heard"), "")
    deaf = shell(tmp_path, (command, source, "bad.vcf", "-o", "deaf"), streams)
    assert (heard.returncode, deaf.returncode) == (3, 3)
    files = {
        name: {p.name: p.read_bytes() for p in (tmp_path / name).iterdir()}
        for name in ("heard", "deaf")
    }
    assert files["heard"] == files["deaf"]
    assert len(files["deaf"]) > 3


@one_test(sample=3)
@pytest.mark.parametrize(
    ("words", "streams", "status", "said"),
    [
        (("annotate", "-", "-o", "out"), "<&-", 3, "the file is empty"),
        (("kb", "drugs"), ">/dev/full", 5, "standard output cannot be written"),
        (("kb", "drugs"), ">&-", 0, ""),
        (("kb", "drugs"), "| head -1; exit ${PIPESTATUS[0]}", 0, ""),
        (("--version",), ">/dev/full", 5, "standard output cannot be written"),
        (("no-command",), "2>/dev/full", 2, ""),
    ],
)
def test_each_end_has_its_status(tmp_path, words, streams, status, said):
    done = shell(tmp_path, words, streams)
    assert done.returncode == status
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == bool(said)
    assert "Traceback" not in done.stderr
