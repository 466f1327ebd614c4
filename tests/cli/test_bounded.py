"""Files beside the inputs are read up to a limit, whatever the file system says of their size."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from cli.support import PATIENT

ENDLESS = "/dev/zero"
OPTIONS = {
    "--patient": 3,
    "--outside-calls": 3,
    "--overrides": 3,
    "--laboratory": 3,
    "--sample-info": 3,
    "--kb-overlay": 4,
}


def run(tmp_path, *words):
    """Run with an address space of 3 GB; a kernel cache is at hand."""

    def limited():
        resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))

    return subprocess.run(
        [sys.executable, "-m", "pgx.cli.main", *map(str, words)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        preexec_fn=limited,
        timeout=120,
        check=False,
    )


@pytest.mark.skipif(not Path(ENDLESS).exists(), reason="there is no endless file here")
@pytest.mark.parametrize("option", OPTIONS)
def test_an_endless_file_is_refused(tmp_path, option):
    place = ENDLESS
    if option == "--kb-overlay":
        (tmp_path / "overlay").mkdir()
        (tmp_path / "overlay" / "overlay.toml").symlink_to(ENDLESS)
        place = tmp_path / "overlay"
    done = run(tmp_path, "annotate", PATIENT, "-o", "out", option, place)
    [line] = done.stderr.splitlines()
    assert "larger than" in line
    assert done.returncode in (OPTIONS[option], 3)
    assert not any((tmp_path / "out").glob("*.tsv"))


def test_other_endless_files_are_refused(tmp_path):
    for words in (
        ("annotate", ENDLESS, "-o", "out"),
        ("report", ENDLESS, "-o", "report.html"),
        ("simulate", "--samples", ENDLESS, "-o", "x.vcf"),
    ):
        done = run(tmp_path, *words)
        assert done.returncode in (2, 3), done.stderr
        assert len(done.stderr.splitlines()) == 1
        assert "BUG" not in done.stderr
