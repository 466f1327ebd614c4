"""A file on another assembly than it is read on is refused, a true one never is."""

import os
from pathlib import Path

import pytest

from calling import call_file, read_files
from cases import one_test
from pgx.errors import AssemblyMismatchError
from pgx.records.calls import CallStatus
from pgx.records.genes import Ploidy, Strategy
from simulated import genes, vcf_text

DATA = Path(os.environ.get("PGX_VALIDATION_DATA", Path(__file__).parents[3] / "shared"))
OTHER = {"GRCh37": "GRCh38", "GRCh38": "GRCh37"}
GENES = [n for n, g in genes().items() if g.variants and g.ploidy is not Ploidy.MITOCHONDRIAL]


def carrier(name):
    """A diplotype of the gene with at least one substitution: an indel alone is no evidence."""
    gene = genes()[name]
    snvs = {v.position for v in gene.variants if not v.is_indel}
    other = next(
        a.name
        for a in gene.alleles
        if snvs & a.defining.keys() and not a.is_reference and a.name != gene.default_allele
    )
    return f"{gene.default_allele}/{other}"


def header_of(text):
    return "".join(line for line in text.splitlines(keepends=True) if line.startswith("#"))


def body_of(text):
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("#"))


def swapped(truth, header, **settings):
    """Records on one assembly under a header of some kind, and the assembly to ask for."""
    text = vcf_text(assembly=truth, **settings)
    if header == "declares the other":
        settings |= {"assembly": OTHER[truth]}
        return header_of(vcf_text(**settings)) + body_of(text), None
    if header == "declares the true one":
        return text, OTHER[truth]
    if header == "contigs without lengths":
        return vcf_text(assembly=truth, declared=False, **settings), OTHER[truth]
    lines = vcf_text(assembly=truth, declared=False, **settings).splitlines(keepends=True)
    return "".join(x for x in lines if not x.startswith("##contig")), OTHER[truth]


HEADERS = ["declares the other", "declares the true one", "contigs without lengths", "no contigs"]


@one_test(sample=9)
@pytest.mark.parametrize("absent", ["no-call", "reference"])
@pytest.mark.parametrize("style", ["all_sites", "variants", "gvcf"])
@pytest.mark.parametrize("header", HEADERS)
@pytest.mark.parametrize("truth", ["GRCh37", "GRCh38"])
def test_a_swapped_file_is_refused(truth, header, style, absent, tmp_path):
    diplotypes = {"CYP2C19": "*1/*3", "DPYD": "Reference/c.1905+1G>A (*2A)"}
    text, asked = swapped(truth, header, diplotypes=diplotypes, style=style)
    (tmp_path / "a.vcf").write_text(text)
    with pytest.raises(AssemblyMismatchError):
        call_file(tmp_path / "a.vcf", assembly=asked, absent=absent)


@one_test(sample=23)
@pytest.mark.parametrize("style", ["all_sites", "variants", "gvcf"])
@pytest.mark.parametrize("truth", ["GRCh37", "GRCh38"])
@pytest.mark.parametrize("gene", GENES)
def test_a_swapped_file_of_one_carriers_gene_is_refused(gene, truth, style, tmp_path):
    text = vcf_text({gene: carrier(gene)}, assembly=truth, style=style, only_named=True,
                    declared=False)  # fmt: skip
    (tmp_path / "a.vcf").write_text(text)
    with pytest.raises(AssemblyMismatchError):
        call_file(tmp_path / "a.vcf", assembly=OTHER[truth], absent="reference")


@one_test(sample=4)
@pytest.mark.parametrize("absent", ["no-call", "reference"])
@pytest.mark.parametrize("style", ["all_sites", "variants", "gvcf"])
@pytest.mark.parametrize("truth", ["GRCh37", "GRCh38"])
def test_true_files_of_single_genes_are_accepted(truth, style, absent, tmp_path):
    for gene in GENES:
        text = vcf_text({gene: carrier(gene)}, assembly=truth, style=style, only_named=True)
        (tmp_path / "a.vcf").write_text(text)
        call = call_file(tmp_path / "a.vcf", gene, absent=absent)["S1", gene]
        assert call.status is not CallStatus.NO_CALL
        assert genes()[gene].strategy is not Strategy.OUTSIDE


def slices(*folder):
    """Real files of one kind; none where the data are absent."""
    return sorted(DATA.joinpath(*folder).glob("*.vcf.gz"))


@pytest.mark.validation
@pytest.mark.skipif(not slices("cohort", "GRCh38"), reason="needs PGX_VALIDATION_DATA")
@pytest.mark.parametrize("truth", ["GRCh37", "GRCh38"])
def test_real_slices_of_single_genes(truth):
    """A swapped slice is refused, or none of its genes is called; a true one is accepted."""
    for path in slices("cohort", truth):
        name = path.name.split(".")[0]
        if name not in GENES:
            continue
        assert not read_files([path], name, assembly=truth)[1].refused
        for absent in ("no-call", "reference"):
            try:
                calls = call_file(path, name, assembly=OTHER[truth], absent=absent)
            except AssemblyMismatchError:
                continue
            assert {c.status for c in calls.values()} == {CallStatus.NOT_ASSESSED}, path


@pytest.mark.validation
@pytest.mark.skipif(not slices("gvcf"), reason="needs PGX_VALIDATION_DATA")
def test_real_genomes(tmp_path):
    for path in slices("gvcf")[:4]:
        assert call_file(path)
        with pytest.raises(AssemblyMismatchError):
            call_file(path, assembly="GRCh37")
