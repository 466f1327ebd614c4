"""Files are read up to a limit, whatever the file system says of their size."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pysam
import pytest

from cli.endless import CASES, WRITTEN, file_options
from cli.support import EXAMPLES, KNOWLEDGE, PATIENT, pgx
from dosing.registry.made import made
from pgx.knowledge.tables import MANIFEST

MEMORY = 3 << 30
COMMANDS = sorted({words[0] for words in CASES.values()})
SCRIPT = '''
import contextlib, io, json, resource, shutil, sys
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, ({memory}, {memory}))
from pgx.cli.main import main
def peak():
    """Return the most memory of this program in kB; that of its parent counts in getrusage."""
    try:
        lines = open("/proc/self/status").read().splitlines()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
for name, words in json.load(sys.stdin).items():
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
        status = main(words)
        if words[:2] == ["partition", "plan"] and status == 0:  # parts read what a plan names
            parts = [["run", "plan", "--part", "0"], ["run", "plan", "--part", "1"]]
            for part in [*parts, ["merge", "plan", "-o", "out"]]:
                if status == 0:
                    said.seek(0), said.truncate()
                    status = main(["partition", *part, "--quiet"])
    print(json.dumps([name, status, said.getvalue()]))
    for left in ("out", "plan", "model"):
        shutil.rmtree(left, ignore_errors=True)
print(json.dumps(["memory", peak(), ""]))
'''


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    folder = tmp_path_factory.mktemp("saved")
    assert pgx("annotate", PATIENT, "-o", folder / "out").returncode == 0
    return next((folder / "out").glob("*.pgx.json"))


@pytest.fixture(params=["device", pytest.param("sparse", marks=pytest.mark.torture)])
def endless(request, tmp_path):
    """A file that never ends, and one that is larger than memory."""
    if request.param == "device":
        if not Path("/dev/zero").exists():
            pytest.skip("there is no endless file here")
        return Path("/dev/zero")
    path = tmp_path / "large.tsv"
    with path.open("wb") as handle:
        handle.truncate(8 << 30)
    return path


@pytest.fixture
def places(endless, result, tmp_path):
    """What stands for words of a case, in a folder of its own."""

    def linked(folder, *names):
        for name in names:
            path = tmp_path / folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.symlink_to(endless)
        return str(tmp_path / folder)

    header = {"HD": {"VN": "1.6"}, "SQ": [{"SN": "chr22", "LN": 50_818_468, "M5": "a" * 32}]}
    for name, mode in (("a.bam", "wb"), ("a.cram", "wc")):
        with pysam.AlignmentFile(str(tmp_path / name), mode, header=header):
            pass
        pysam.index(str(tmp_path / name))
    (tmp_path / "sources" / "alleles").mkdir(parents=True)
    (tmp_path / "counted").mkdir()
    shutil.copy(KNOWLEDGE / MANIFEST, tmp_path / "counted")
    made(tmp_path / "registry" / "examplol" / "1")
    return {
        "FILE": str(endless),
        "FOLDER": linked("folder", "overlay.toml", "plan.json"),
        "RELEASE": linked("release", MANIFEST),
        "SOURCES": linked("sources", "guidelines_cpic.jsonl", "cpic_levels_1.csv"),
        "BAM": str(tmp_path / "a.bam"),
        "CRAM": str(tmp_path / "a.cram"),
        "PATIENT": str(PATIENT),
        "RESULT": str(result),
        "KNOWLEDGE": str(KNOWLEDGE),
        "INFO": str(EXAMPLES / "sample-info.tsv"),
        "TABLE": str(EXAMPLES / "patients.tsv"),
        "MODEL": "examplol@1",
        "KEY": str(private_key(tmp_path)),
    }


def private_key(folder):
    from cryptography.hazmat.primitives import serialization as s
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    path = folder / "private.pem"
    key = Ed25519PrivateKey.generate()
    path.write_bytes(key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption()))
    return path


def run(tmp_path, cases):
    """Run cases one after the other in a process with an address space of 3 GB."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(memory=MEMORY)],
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PGX_MODELS": str(tmp_path / "registry")},
        timeout=900,
        check=True,
    )
    assert not done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_no_option_that_takes_a_file_is_forgotten():
    read = {name for name in file_options() if name.split()[-1] not in WRITTEN}
    assert read == CASES.keys()


@pytest.mark.torture
@pytest.mark.parametrize("command", COMMANDS)
def test_endless_files_are_refused(command, places, tmp_path):
    cases = {
        name: [word.format(**places) for word in words]
        for name, words in CASES.items()
        if words[0] == command
    }
    *found, (_, memory, _) = run(tmp_path, cases)
    assert [name for name, _, _ in found] == list(cases)
    wrong = [
        (name, status, said)
        for name, status, said in found
        if status not in (2, 3, 4)
        or said.count("[PGX-") != 1
        or not said.splitlines()[-1].startswith("[PGX-")
        or any(word in said for word in ("BUG", "Missing", "No such", "Error"))
    ]
    assert not wrong
    assert memory < 1 << 20  # kB


@pytest.mark.torture
def test_endless_tables_of_a_release_are_refused(endless, tmp_path):
    folder = shutil.copytree(KNOWLEDGE, tmp_path / "kb")
    (folder / "statements.tsv").unlink()
    (folder / "statements.tsv").symlink_to(endless)
    for words in (["kb", "verify", str(folder)], ["kb", "diff", str(folder)]):
        [(_, status, said), _] = run(tmp_path, {"": words})
        assert status == 4
        assert said.startswith("[PGX-KB-001] statements.tsv: a table is larger than 64 MiB")


@pytest.mark.torture
def test_members_of_an_archive_of_outside_calls_are_bounded(tmp_path):
    import zipfile

    path = tmp_path / "calls.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("data.tsv", bytes(1 << 29))
    words = ["annotate", str(PATIENT), "-o", "out", "--outside-calls", str(path)]
    [(_, status, said), (_, memory, _)] = run(tmp_path, {"": words})
    assert (status, said[:13]) == (3, "[PGX-OUT-001]")
    assert memory < 450_000


def test_a_long_allele_bounds_the_output_and_is_no_sequence_in_fhir(tmp_path, monkeypatch):
    line = "chr2\t233760233\trs3064744\tC\tCAT,<NON_REF>\t"
    text = PATIENT.read_text()
    assert line in text
    long = line.replace("CAT,", "C" + "AT" * 100_000 + ",")
    (tmp_path / "long.g.vcf").write_text(text.replace(line, long))
    words = ("long.g.vcf", "-o", "out", "--format", "json,html,fhir")
    monkeypatch.chdir(tmp_path)
    assert pgx("annotate", *words).returncode == 0
    assert sum(path.stat().st_size for path in (tmp_path / "out").iterdir()) < 10_000_000
    [fhir] = (tmp_path / "out").glob("*.fhir.json")
    alleles = set(re.findall(r'"valueString":\s*"([^"]*_bases_[^"]*)"', fhir.read_text()))
    assert not {text for text in alleles if text.startswith("CAT")}
