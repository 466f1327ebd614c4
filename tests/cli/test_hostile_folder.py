"""A command runs no module of the folder in which it is started."""

import subprocess
import sys
from pathlib import Path

import pysam.bcftools
import pytest
from torture.folders import MODULES, PACKAGES, plant

from cases import sampled
from cli.support import COHORT, PATIENT

PGX = Path(sys.executable).with_name("pgx")
pytestmark = pytest.mark.skipif(not PGX.exists(), reason="the command is not installed")


@pytest.fixture
def folder(tmp_path):
    """A delivered folder: a BCF file, beside it modules that leave a mark when they are run."""
    place = tmp_path / "delivered"
    place.mkdir()
    files = [*(f"{name}.py" for name in MODULES), *(f"{name}/__init__.py" for name in PACKAGES)]
    plant(place, dict.fromkeys(files), tmp_path / "run")
    pysam.bcftools.view("-Ob", "-o", str(place / "cohort.bcf"), str(COHORT), catch_stdout=False)
    return place


COMMANDS = {
    "annotate BCF": ("annotate", "cohort.bcf", "-o", "out"),
    "annotate to PDF": ("annotate", PATIENT, "-o", "out", "--format", "pdf,xlsx,fhir"),
    "check": ("check", "cohort.bcf"),
    "cohort": ("cohort", "cohort.bcf", "-o", "out"),
    "cohort with workers": ("cohort", "cohort.bcf", "-o", "out", "--workers", "2"),
    "doctor": ("doctor",),
    "kb": ("kb", "verify"),
    "simulate": ("simulate", "--help"),
}


@pytest.mark.parametrize(
    "words", sampled(COMMANDS.values(), 2, tuples_are_values=True), ids=COMMANDS
)
def test_no_module_of_the_folder_is_run(folder, words):
    if "--workers" in words:
        pytest.importorskip("distributed", reason="the extra cluster is not installed")
    done = subprocess.run(
        [str(PGX), *map(str, words)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert not (folder.parent / "run").exists()
    assert done.returncode == 0, done.stderr
