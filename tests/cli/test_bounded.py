"""Files beside the inputs are read up to a limit, whatever the file system says of their size."""

import re
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
        timeout=900,
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


def test_a_long_allele_bounds_the_output_and_is_no_sequence_in_fhir(tmp_path):
    line = "chr2\t233760233\trs3064744\tC\tCAT,<NON_REF>\t"
    text = PATIENT.read_text()
    assert line in text
    long = line.replace("CAT,", "C" + "AT" * 100_000 + ",")
    (tmp_path / "long.g.vcf").write_text(text.replace(line, long))
    words = ("long.g.vcf", "-o", "out", "--format", "json,html,fhir")
    done = run(tmp_path, "annotate", *words)
    assert done.returncode == 0, done.stderr
    assert sum(path.stat().st_size for path in (tmp_path / "out").iterdir()) < 10_000_000
    [fhir] = (tmp_path / "out").glob("*.fhir.json")
    alleles = set(re.findall(r'"valueString":\s*"([^"]*_bases_[^"]*)"', fhir.read_text()))
    assert not {text for text in alleles if text.startswith("CAT")}
