"""``pgx annotate``: the same content gives the same results, however it comes."""

from __future__ import annotations

import gzip
import json

import pytest

from cli.support import COHORT, EXAMPLES, PATIENT, calls, pgx, pgx_process
from pgx.reports.result_json import read_result
from simulated import cohort_text

GENES = "CYP2C19,CYP2C9,DPYD"


def run(folder, *words, start=pgx, **options):
    done = start("annotate", *words, "-o", folder, "--quiet", **options)
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return calls(folder)


def tables(folder) -> tuple[bytes, bytes]:
    return tuple((folder / f"{name}.tsv").read_bytes() for name in ("calls", "recommendations"))


def test_two_runs_give_the_same_bytes(tmp_path):
    words = [
        PATIENT, "--outside-calls", EXAMPLES / "outside-calls.tsv",
        "--sample-info", EXAMPLES / "sample-info.tsv",
    ]  # fmt: skip
    first, second = tmp_path / "first", tmp_path / "second"
    run(first, *words, start=pgx_process, PYTHONHASHSEED="1")
    run(second, *words, start=pgx_process, PYTHONHASHSEED="2")
    assert {p.name: p.read_bytes() for p in first.iterdir()} == {
        p.name: p.read_bytes() for p in second.iterdir()
    }


def test_only_the_input_differs_where_its_name_does(tmp_path):
    other = tmp_path / "other.vcf"
    other.write_bytes(PATIENT.read_bytes())
    first, second = tmp_path / "first", tmp_path / "second"
    run(first, PATIENT)
    run(second, other)
    assert tables(first) == tables(second)
    documents = [json.loads((f / "EXAMPLE_1.pgx.json").read_text()) for f in (first, second)]
    names = [d["provenance"].pop("input")[0]["name"] for d in documents]
    assert names == ["patient.g.vcf", "other.vcf"]
    assert documents[0] == documents[1]


def test_every_gene_has_a_row_for_every_sample(tmp_path):
    genes = pgx("kb", "genes", "--json-lines").stdout.splitlines()
    names = [json.loads(line)["gene"] for line in genes]
    assert list(run(tmp_path / "out", COHORT)) == [
        (f"EXAMPLE_{n}", gene) for n in (1, 2, 3) for gene in names
    ]


def test_genes_drugs_and_samples_select(tmp_path):
    found = run(
        tmp_path / "out", COHORT, "--genes", GENES, "--samples", "EXAMPLE_3,EXAMPLE_2",
        "--drugs", "clopidogrel",
    )  # fmt: skip
    assert list(found) == [
        (f"EXAMPLE_{n}", gene) for n in (2, 3) for gene in sorted(GENES.split(","))
    ]
    rows = (tmp_path / "out" / "recommendations.tsv").read_text().splitlines()[1:]
    assert {row.split("\t")[1] for row in rows} == {"clopidogrel"}


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plain")
    run(folder / "out", PATIENT)
    return tables(folder / "out")


def test_standard_input(plain, tmp_path):
    run(tmp_path / "out", "-", start=pgx_process, stdin=PATIENT.read_text())
    assert tables(tmp_path / "out") == plain


def test_gzip(plain, tmp_path):
    packed = tmp_path / "patient.g.vcf.gz"
    packed.write_bytes(gzip.compress(PATIENT.read_bytes()))
    run(tmp_path / "out", packed)
    assert tables(tmp_path / "out") == plain


def test_bcf(plain, tmp_path):
    pysam = pytest.importorskip("pysam")
    binary = tmp_path / "patient.bcf"
    with (
        pysam.VariantFile(str(PATIENT)) as source,
        pysam.VariantFile(str(binary), "wb", header=source.header) as target,
    ):
        for record in source:
            target.write(record)
    run(tmp_path / "out", binary)
    assert tables(tmp_path / "out") == plain


def split(path, keep) -> str:
    lines = path.read_text().splitlines(keepends=True)
    return "".join(line for line in lines if line.startswith("#") or keep(line))


def test_regions_in_several_files_are_joined_by_sample(plain, tmp_path):
    one, two = tmp_path / "one.vcf", tmp_path / "two.vcf"
    one.write_text(split(PATIENT, lambda line: line.startswith("chr10\t")))
    two.write_text(split(PATIENT, lambda line: not line.startswith("chr10\t")))
    run(tmp_path / "out", one, two)
    assert tables(tmp_path / "out") == plain


def test_different_samples_keep_the_order_of_the_inputs(tmp_path):
    other = tmp_path / "other.vcf"
    other.write_text(PATIENT.read_text().replace("EXAMPLE_1", "AAA"))
    found = run(tmp_path / "out", PATIENT, other, "--genes", "CYP2C19")
    assert list(found) == [("EXAMPLE_1", "CYP2C19"), ("AAA", "CYP2C19")]


def test_inputs_that_contradict_each_other_are_refused(tmp_path):
    other = tmp_path / "other.vcf"
    other.write_text(COHORT.read_text().replace("EXAMPLE_1", "X").replace("EXAMPLE_2", "EXAMPLE_1"))
    done = pgx("annotate", PATIENT, other, "-o", tmp_path / "out")
    assert done.returncode == 3
    assert "PGX-IN-002" in done.stderr
    assert not (tmp_path / "out").exists()


def test_both_assemblies_agree(tmp_path):
    old = run(tmp_path / "old", EXAMPLES / "patient.grch37.vcf", "--genes", "CYP2C19,VKORC1")
    assert old["EXAMPLE_1", "CYP2C19"]["status"] == "ambiguous"  # sites that it does not list
    assert old["EXAMPLE_1", "VKORC1"]["diplotype"].count("rs9923231") == 2


def test_formats(tmp_path):
    run(tmp_path / "tsv", PATIENT, "--format", "tsv")
    assert {p.name for p in (tmp_path / "tsv").iterdir()} == {"calls.tsv", "recommendations.tsv"}
    run(tmp_path / "json", PATIENT, "--format", "json")
    assert {p.suffix for p in (tmp_path / "json").iterdir()} == {".tsv", ".json"}


@pytest.mark.exhaustive
def test_files_of_very_many_samples_are_written_where_asked_for(tmp_path):
    path = tmp_path / "many.vcf"
    people = {f"S{n}": {"NUDT15": ("*1", "*3")} for n in range(1_001)}
    path.write_text(cohort_text(people, only_named=True))
    words = ("annotate", path, "--genes", "NUDT15", "--drugs", "azathioprine")
    done = pgx(*words, "-o", tmp_path / "some")
    assert "hint: 1001 samples: tables only" in done.stderr
    assert {p.name for p in (tmp_path / "some").iterdir()} == {"calls.tsv", "recommendations.tsv"}
    pgx(*words, "-o", tmp_path / "all", "--format", "json")
    pages = list((tmp_path / "all").glob("*.json"))
    assert len(pages) == len(people)
    assert read_result(pages[0]).calls[0].sites


def test_progress_goes_to_stderr_only(tmp_path):
    done = pgx("annotate", PATIENT, "-o", tmp_path / "out")
    assert not done.stdout
    assert "1 sample" in done.stderr


@pytest.mark.parametrize("word", ["0.4", "1.01", "nan", "-1"])
def test_a_confidence_outside_its_range_is_refused(word, tmp_path):
    done = pgx("annotate", PATIENT, "-o", tmp_path / "out", "--confidence", word, "--quiet")
    assert done.returncode == 2
    [line] = done.stderr.splitlines()
    assert "is not between 0.5 and 1" in line
    assert "give a probability" in line
    assert not (tmp_path / "out").exists()


@pytest.mark.exhaustive
def test_the_confidence_decides_what_is_certain(tmp_path):
    certain = []
    for word in ("0.5", "0.99", "1"):
        folder = tmp_path / word
        run(folder, PATIENT, "--confidence", word, "--format", "json")
        [path] = folder.glob("EXAMPLE_1*.json")
        result = read_result(path)
        assert result.provenance.settings["confidence"] == word
        certain.append(sum(row.certainty == "certain" for row in result.recommendations))
    assert certain[0] >= certain[1] > certain[2]
