"""``pgx check``: readable at 100 columns, exact in JSON, exit statuses as everywhere."""

from __future__ import annotations

import json

import pytest

from cases import one_test
from cli.support import COHORT, EXAMPLES, PATIENT, pgx, refused
from simulated import genes, vcf_file


def lines(*words):
    done = pgx("check", *words)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def objects(*words):
    return [json.loads(line) for line in lines(*words, "--json-lines")]


@pytest.fixture
def panel(tmp_path):
    return vcf_file(
        tmp_path,
        {"CYP2C19": "*1/*2", "TPMT": "*1/*1"},
        only_named=True,
        missing=[("CYP2C19", 94780653), ("CYP2C19", 94781944)],
    )


def test_what_to_read_first(panel):
    first, blank, head, *rows = lines(panel, "--genes", "CYP2C19,HLA-B,NAT2,TPMT")
    assert first == ("4 genes in 1 sample: 1 complete, 1 partial, 1 none, 1 outside call needed")
    assert not blank
    assert head.split()[:3] == ["gene", "verdict", "answered"]
    text = " ".join(" ".join(rows).split())
    assert "CYP2C19 partial 33 of 35 33 *3 (no function)" in text
    assert "no record: 2" in text
    assert "TPMT complete 45 of 45 45" in text
    assert "none: no position is answered: not_assessed in results, never normal" in text


@one_test(sample=1)
@pytest.mark.parametrize("words", [[], ["--positions"]], ids=["genes", "positions"])
@pytest.mark.parametrize("path", [PATIENT, COHORT], ids=["one", "several"])
def test_no_line_is_wider_than_100_columns(path, words):
    printed = lines(path, *words)
    assert len(printed) > 20
    assert max(map(len, printed)) <= 100
    assert not [line for line in printed if line != line.rstrip()]


def test_one_object_a_gene(panel):
    found = {row["gene"]: row for row in objects(panel)}
    assert list(found) == sorted(genes())
    gene = found["CYP2C19"]
    assert gene["verdict"] == "partial"
    assert gene["unanswered"] == {"no_record": 2}
    assert next(a["allele"] for a in gene["untold"]) == "*3"
    assert "positions" not in gene
    assert found["HLA-B"]["verdict"] == "outside call needed"


def test_one_object_a_position(panel):
    rows = objects(panel, "--genes", "CYP2C19", "--positions")
    assert len(rows) == len(genes()["CYP2C19"].variants)
    [lost] = [row for row in rows if row["position"] == "chr10:94780653"]
    assert lost["unanswered"] == {"no_record": 1}
    assert lost["alleles"] == ["*3"]


def test_positions_in_words(panel):
    text = "\n".join(lines(panel, "--genes", "CYP2C19", "--positions"))
    [line] = [row for row in text.splitlines() if "chr10:94780653" in row]
    assert line.split(maxsplit=4)[:4] == ["CYP2C19", "chr10:94780653", "rs4986893", "G>A"]
    assert "no record" in line
    assert line.endswith("*3")


def test_shares_of_several_samples():
    text = " ".join(lines(COHORT, "--genes", "CYP2C19,CYP2D6"))
    assert "2 genes in 3 samples" in text
    assert "100%" in text


def test_settings_mean_what_they_mean_elsewhere(tmp_path, panel):
    untyped = tmp_path / "untyped.tsv"
    untyped.write_text("contig\tpos\nchr10\t94780653\n", encoding="utf-8")
    [gene] = objects(panel, "--genes", "CYP2C19", "--untyped", untyped)
    assert gene["unanswered"] == {"no_record": 1, "untyped": 1}
    [gene] = objects(panel, "--genes", "CYP2C19", "--absent", "reference")
    assert gene["assumed_reference"] == 2
    [gene] = objects(panel, "--genes", "TPMT", "--min-dp", "1000")
    assert gene["unanswered"] == {"low_dp": 45}
    [gene] = objects(COHORT, "--genes", "TPMT", "--samples", "EXAMPLE_2")
    assert gene["n_samples"] == 1
    info = ["--sample-info", EXAMPLES / "sample-info.tsv"]
    assert objects(COHORT, "--genes", "G6PD", *info)[0]["n_samples"] == 3


def test_hints_and_quiet(tmp_path):
    path = vcf_file(tmp_path, {"CYP2C19": "*1/*2"}, style="variants")
    loud, quiet = pgx("check", path), pgx("check", path, "--quiet")
    assert loud.stderr.startswith("hint: ")
    assert not quiet.stderr
    assert loud.stdout == quiet.stdout


@pytest.mark.parametrize("command", ["check", "annotate", "cohort"])
def test_several_files_of_variant_sites_give_one_hint_with_both_choices(tmp_path, command):
    paths = [
        vcf_file(tmp_path, {gene: call}, style="variants", name=f"{gene}.vcf", genes=[gene])
        for gene, call in (("CYP2C19", "*1/*2"), ("CYP2C9", "*1/*3"))
    ]
    output = [] if command == "check" else ["-o", tmp_path / "out"]
    done = pgx(command, *paths, *output, "--genes", "CYP2C19,CYP2C9")
    [hint] = [text for text in done.stderr.splitlines() if text.startswith("hint: ")]
    assert hint.startswith("hint: CYP2C19.vcf and 1 more: only variant sites are listed")
    assert "not called" in hint
    assert "--absent reference" in hint
    assert "leave it" in hint
    sure = pgx(command, *paths, *output, "--genes", "CYP2C19,CYP2C9", "--absent", "reference",
               *(["--force"] if output else []))  # fmt: skip
    assert "variant sites" not in sure.stderr


def test_a_file_of_another_assembly_needs_no_option(tmp_path):
    path = vcf_file(tmp_path, {"CYP2C19": "*1/*2"}, assembly="GRCh37", declared=False)
    refused(3, "check", path)
    [gene] = objects(path, "--assembly", "GRCh37", "--genes", "CYP2C19")
    assert gene["verdict"] == "complete"


def test_a_refused_input_leaves_the_others(tmp_path, panel):
    broken = tmp_path / "broken.vcf"
    broken.write_text("no VCF\n", encoding="utf-8")
    line = refused(3, "check", broken)
    assert "broken.vcf" in line
    done = pgx("check", panel, broken, "--genes", "TPMT")
    assert done.returncode == 3
    assert "TPMT" in done.stdout


@pytest.mark.parametrize(
    "words",
    [[], [PATIENT, "--genes", "NOPE"], [PATIENT, "--absent", "maybe"], [PATIENT, "--drugs", "x"]],
    ids=["nothing", "gene", "absent", "option"],
)
def test_wrong_usage_is_status_2(words):
    refused(2, "check", *words)


def test_standard_input():
    done = pgx("check", "-", "--genes", "TPMT", stdin=PATIENT.read_text(encoding="utf-8"))
    assert done.returncode == 0
    assert "TPMT" in done.stdout
