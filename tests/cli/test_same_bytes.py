"""Language, time zone, rights and home of whoever runs it change no byte of a result."""

import os
import subprocess
import sys

import pytest

from cases import one_test
from cli.support import EXAMPLES, PATIENT

UNLIKE = {
    "C": {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "German": {"LC_ALL": "de_DE.UTF-8", "LANGUAGE": "de", "TZ": "Europe/Berlin"},
    "Turkish": {"LC_ALL": "tr_TR.UTF-8", "LANGUAGE": "tr", "TZ": "Asia/Tokyo"},
    "other hashes": {"PYTHONHASHSEED": "7", "COLUMNS": "20", "TERM": "dumb", "NO_COLOR": "1"},
}
WORDS = (
    "annotate", PATIENT, "--outside-calls", EXAMPLES / "outside-calls.tsv",
    "--patient", EXAMPLES / "patient.json",
    "--format", "json,html,fhir,fhir-full,xlsx,matrix,multiqc",
)  # fmt: skip


def made(out, environment, mask=0o022):
    """Return the result files of a run, by name."""
    done = subprocess.run(
        [sys.executable, "-m", "pgx.cli.main", *map(str, WORDS), "-o", str(out)],
        env={**os.environ, **environment},
        capture_output=True,
        check=False,
        umask=mask,
    )
    assert done.returncode == 0, done.stderr
    return {path.name: path.read_bytes() for path in out.iterdir()}


@pytest.fixture(scope="module")
def usual(tmp_path_factory):
    return made(tmp_path_factory.mktemp("usual") / "out", {"PYTHONHASHSEED": "0"})


@one_test(sample=1)
@pytest.mark.parametrize(
    "name", [n if n == "Turkish" else pytest.param(n, marks=pytest.mark.torture) for n in UNLIKE]
)
def test_language_and_time_zone(name, usual, tmp_path):
    assert made(tmp_path / "out", UNLIKE[name]) == usual


@pytest.mark.torture
@pytest.mark.parametrize("mask", [0o000, 0o077])
def test_rights_of_new_files(mask, usual, tmp_path):
    assert made(tmp_path / "out", {}, mask) == usual


@pytest.mark.torture
def test_a_home_that_is_for_reading(usual, tmp_path):
    home = tmp_path / "home"
    home.mkdir(mode=0o500)
    environment = {"HOME": str(home), "XDG_CACHE_HOME": "", "XDG_DATA_HOME": ""}
    assert made(tmp_path / "out", environment) == usual
