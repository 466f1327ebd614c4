"""Names of files and headers that are not UTF-8: read, or refused in one line."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pysam
import pytest

from cli.support import COHORT, EXAMPLES, PATIENT, pgx, refused

pytestmark = pytest.mark.torture

ODD = "caf\udce9"  # the bytes b"caf\xe9"
OUT = ("-o", "out")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    try:
        Path(ODD).touch()
    except OSError:
        pytest.skip("this file system has names in UTF-8 only")
    Path(ODD).unlink()
    return tmp_path


def copied(path: Path, suffix: str) -> str:
    shutil.copy(path, ODD + suffix)
    return ODD + suffix


def inputs_of(out: str) -> list[str]:
    [path] = Path(out).glob("*.pgx.json")
    return [file["name"] for file in json.loads(path.read_text("utf-8"))["provenance"]["input"]]


def packed() -> str:
    shutil.copy(PATIENT, "a.vcf")
    pysam.tabix_compress("a.vcf", "a.vcf.gz", force=True)
    pysam.tabix_index("a.vcf.gz", preset="vcf", force=True)
    copied(Path("a.vcf.gz.tbi"), ".vcf.gz.tbi")
    return copied(Path("a.vcf.gz"), ".vcf.gz")


def bcf() -> str:
    with pysam.VariantFile(str(PATIENT)) as source, pysam.VariantFile(
        "a.bcf", "wb", header=source.header
    ) as target:  # fmt: skip
        for record in source:
            target.write(record)
    return copied(Path("a.bcf"), ".bcf")


@pytest.mark.parametrize("make", [lambda: copied(PATIENT, ".vcf"), packed, bcf])
def test_an_input_is_read_and_named_by_its_bytes(make):
    name = make()
    formats = ("--format", "json,html,fhir,xlsx,multiqc")
    assert pgx("annotate", name, *OUT, *formats).returncode == 0
    assert inputs_of("out") == [name.replace("\udce9", "\\xe9")]


def test_a_store_is_read(tmp_path):
    from vcf.zarr_support import convert

    packed()
    store = convert([str(tmp_path / "a.vcf.gz")], tmp_path / "a.vcz")
    Path(store).rename(ODD + ".vcz")
    assert pgx("annotate", ODD + ".vcz", *OUT).returncode == 0
    assert inputs_of("out") == ["caf\\xe9.vcz"]


@pytest.mark.parametrize(
    ("option", "file"),
    [
        ("--patient", "patient.json"),
        ("--outside-calls", "outside-calls.tsv"),
        ("--sample-info", "sample-info.tsv"),
        ("--laboratory", "laboratory.toml"),
        ("--kb-overlay", "local-rules"),
        ("--deidentify", "laboratory.svg"),
    ],
)
def test_files_beside_the_input_are_read(option, file):
    place = EXAMPLES / file
    if place.is_dir():
        shutil.copytree(place, ODD)
        words = [option, ODD]
    else:
        shutil.copy(EXAMPLES / "laboratory.svg", ".")
        words = [option, copied(place, place.suffix)]
    if option == "--deidentify":
        words = [option, "--pseudonym-key", words[1], "--pseudonym-table", ODD + ".table"]
    done = pgx("annotate", PATIENT, *OUT, *words)
    assert done.returncode == 0, done.stderr


def test_results_are_written_and_read_there():
    assert pgx("annotate", PATIENT, "-o", ODD).returncode == 0
    result = str(next(Path(ODD).glob("*.pgx.json")))
    assert refused(5, "annotate", PATIENT, "-o", ODD).startswith("[PGX-IO-001] caf\\udce9")
    assert pgx("explain", result, "--gene", "CYP2C19").returncode == 0
    assert pgx("report", result, "-o", ODD + ".html").returncode == 0
    assert pgx("reinterpret", result, "-o", ODD + "2").returncode == 0
    assert pgx("cohort", PATIENT, "-o", ODD + "3").returncode == 0


def test_a_plan_is_text_and_takes_no_such_path():
    name = copied(COHORT, ".vcf")
    for words in (("cohort", name, *OUT), ("partition", "plan", name, *OUT)):
        line = refused(3, *words)
        assert line.startswith("[PGX-IN-000] caf\\xe9.vcf: the path")
    for option, file in (("--sample-info", "sample-info.tsv"), ("--kb-overlay", "local-rules")):
        copied(EXAMPLES / "sample-info.tsv", "s")
        shutil.copytree(EXAMPLES / "local-rules", ODD, dirs_exist_ok=True)
        beside = ODD + "s" if file.endswith("tsv") else ODD
        assert "PGX-IN-000" in refused(3, "cohort", COHORT, *OUT, option, beside)
    assert "PGX-IN-000" in refused(3, "cohort", COHORT, *OUT, "--samples", ODD)
    assert not Path("out").exists()


def test_names_that_are_refused():
    refused(3, "annotate", ODD + ".vcf", *OUT)
    refused(3, "annotate", PATIENT, *OUT, "--reads", ODD + ".bam")
    refused(3, "annotate", PATIENT, *OUT, "--samples", ODD)
    refused(2, "annotate", PATIENT, *OUT, "--genes", ODD)
    refused(2, "simulate", "--gene", "TPMT=*1/*3A", "--sample", ODD, "-o", "a.vcf")
    refused(3, "dose", "warfarin", "--result", ODD)
    refused(4, "kb", "verify", ODD)


@pytest.mark.parametrize("old", [b"##reference", b"EXAMPLE_1"])
def test_a_header_that_is_not_utf_8_is_refused(old):
    data = PATIENT.read_bytes()
    Path("a.vcf").write_bytes(data.replace(old, old + b"\xe9"))
    assert data.count(old)
    assert refused(3, "annotate", "a.vcf", *OUT).startswith("[PGX-VCF-025] a.vcf line ")


HEAD = "@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:chr22\tLN:50818468\n@RG\tID:a\tSM:{}\n@CO\t{}\n"


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        (("EXAMPLE_1", "x"), "PGX-BAM-006"),  # no reads: all else is right
        (("EXAMPLE_1", "caf\xe9"), "PGX-BAM-003"),
        (("caf\xe9", "x"), "PGX-BAM-003"),
    ],
    ids=["text", "CO", "SM"],
)
def test_reads_with_a_header_that_is_not_utf_8(texts, code):
    Path("a.sam").write_bytes(HEAD.format(*texts).encode("latin-1"))
    script = "import pysam; pysam.view('-b', '-o', 'caf.bam', 'a.sam', catch_stdout=False)"
    subprocess.run([sys.executable, "-c", script], check=True)
    pysam.index("caf.bam")
    name = copied(Path("caf.bam"), ".bam")
    copied(Path("caf.bam.bai"), ".bam.bai")
    for file in ("caf.bam", name):
        line = refused(3, "annotate", PATIENT, *OUT, "--reads", file)
        assert line.startswith(f"[{code}]")


def test_a_terminal_with_few_characters_shows_all(monkeypatch, capfdbinary):
    from pgx.cli.console import prepare

    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, io.TextIOWrapper(io.BytesIO(), "ascii"))
    prepare()
    sys.stdout.write("\u2265 \udce9\n")
    sys.stdout.flush()
    assert capfdbinary.readouterr().out == b"\\u2265 \\udce9\n"
