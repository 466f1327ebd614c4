"""Structural records over a gene: which copies they leave, and when they are not believed."""

import pytest

from cases import one_test
from pgx.base.assemblies import Assembly
from pgx.engine.reading import read_inputs
from pgx.genotypes.copies import allele_copies
from pgx.genotypes.matrix import SeenCopies
from pgx.inputs.settings import RunSettings
from simulated import genes, vcf_text

WHOLE = "chr10 94700000 . A {alt} . {filter} END=94900000{info} {format} {cell}"


def read(folder, *records, gene="CYP2C19", diplotype="*1/*1", **settings):
    """Return copies and the mark of the only sample of a file with structural records."""
    path = folder / "sv.vcf"
    text = vcf_text({gene: diplotype}, only_named=True, **settings)
    path.write_text(text + "".join(r.replace(" ", "\t") + "\n" for r in records))
    found = read_inputs([path], [genes()[gene]], RunSettings(), {})
    assert not found.refused, found.refused
    genotypes = found.combined(genes()[gene])
    return genotypes.copies.get(0), bool(genotypes.structural[0])


def whole(alt, cell, *, form="GT", passed="PASS", info=""):
    return WHOLE.format(alt=alt, cell=cell, format=form, filter=passed, info=info)


@one_test
@pytest.mark.parametrize(
    ("alt", "copies"),
    [
        ("A", 1), ("ACGT", 1), ("<DEL>", 0), ("<DEL:ME:ALU>", 0), ("<DUP>", 2),
        ("<DUP:TANDEM>", 2), ("<CN0>", 0), ("<CN1>", 1), ("<CN3>", 3), ("<CNV>", -1),
        ("<INV>", -2), ("<DUP:INT>", -2), ("<CNV:TR>", -2), ("*", -2), ("<NON_REF>", -2),
        ("A[chr2:1[", -2), ("<CN>", -2),
    ],
)  # fmt: skip
def test_what_an_allele_says(alt, copies):
    assert allele_copies(alt) == copies


@one_test
@pytest.mark.parametrize(
    ("record", "allele", "copies"),
    [
        (whole("<DEL>", "0/1"), "*36", 1),
        (whole("<DEL>", "1/1"), "*36", 0),
        (whole("<DEL>", "0|1:40", form="GT:GQ"), "*36", 1),
        (whole("<DUP>", "0/1"), "xN", 3),
        (whole("<DUP:TANDEM>", "1|0"), "xN", 3),
        (whole("<CN0>,<CN2>", "0|1"), "*36", 1),
        (whole("<CN0>,<CN2>", "2|0"), "xN", 3),
        (whole("<CNV>", "./.:1", form="GT:CN"), "*36", 1),
        (whole("<CNV>", "0/1:3:33", form="GT:CN:CNQ"), "xN", 3),
        (whole("<CNV>", ".:0:99", form="GT:CN:QS"), "*36", 0),
        (whole("<DEL>,<DUP>", "1:1:60", form="GT:CN:QS"), "*36", 1),  # GATK gCNV: one allele
        (whole("<DUP>", "./1:1.5:3:9:1,1", form="GT:SM:CN:BC:PE"), "xN", 3),  # DRAGEN
        (whole("<DEL>", "0/1:1.02", form="GT:CN"), "*36", 1),
        (whole("<DEL>", "0/1", info=";CIPOS=-900,900;CIEND=-900,900"), "*36", 1),
    ],
)
def test_a_record_of_the_whole_gene(record, allele, copies, tmp_path):
    seen, is_open = read(tmp_path, record)
    assert not is_open
    assert (seen.allele, seen.copies) == (allele, copies)
    assert seen.sites == tuple(range(len(genes()["CYP2C19"].variants)))


def test_length_instead_of_an_end(tmp_path):
    for length in ("SVLEN=-200000", "IMPRECISE;SVTYPE=DEL;SVLEN=200000"):
        seen, _ = read(tmp_path, f"chr10 94700000 . A <DEL> . PASS {length} GT 0/1")
        assert (seen.allele, seen.copies) == ("*36", 1)


@one_test
@pytest.mark.parametrize(
    "record",
    [
        whole("<DEL>", "0/1", passed="cnvQual"),
        whole("<DEL>", "0/1:10", form="GT:GQ"),
        whole("<DEL>", "0/1:MinGQ", form="GT:FT"),
        whole("<DEL>", "0/1:1:5", form="GT:CN:CNQ"),
        whole("<DEL>", "0/1:1:x", form="GT:CN:CNQ"),
        whole("<DEL>", "0/1:0", form="GT:CN"),  # GT and CN contradict each other
        whole("<DEL>", "0/1:2", form="GT:CN"),
        whole("<DUP>", "0/1:2", form="GT:CN"),
        whole("<DUP>", "0/0:3", form="GT:CN"),
        whole("<DEL>", "0/1:1.5", form="GT:CN"),
        whole("<CNV>", "0/1"),
        whole("<CNV>", "0/1:4:60", form="GT:CN:CNQ"),  # two and two, or three and one
        whole("<DUP>", "1/1"),
        whole("<CN0>,<CN2>", "1|2"),  # lost here and doubled there
        whole("<DEL>", "./1"),
        whole("<DEL>", "1"),
        whole("<INV>", "0/1"),
        whole("<DEL>", "0/1", info=";CIPOS=x"),
        whole("<DEL>", "0/1", info=";CIPOS=-90000,90000"),
        "chr10 94800000 . A <DEL> . PASS END=94801000 GT 0/1",
        "chr10 94800000 . A <DEL> . PASS END=94900000 GT 0/1",  # nothing of exon 1
        "chr10 94700000 . A <DEL> . PASS END=94851000 GT 0/1",  # a part that nobody has named
        "chr10 94800000 . A <DUP> . PASS END=94900000 GT 0/1",
    ],
)
def test_what_is_not_believed_leaves_the_gene_open(record, tmp_path):
    assert read(tmp_path, record) == (None, True)


@pytest.mark.parametrize("cell", ["0/0:2", "./.:2", "0/0:."])
def test_two_plain_copies_say_nothing_of_most_genes(cell, tmp_path):
    assert read(tmp_path, whole("<CNV>", cell, form="GT:CN")) == (None, False)


def test_a_part_of_the_gene_that_is_an_allele(tmp_path):
    seen, is_open = read(tmp_path, "chr10 94755000 . A <DEL> . PASS END=94783000 GT 0/1")
    assert (seen.allele, seen.copies, is_open) == ("*37", 1, False)
    gene = genes()["CYP2C19"]
    inside = [i for i, v in enumerate(gene.variants) if 94755001 <= v.position <= 94783000]
    assert seen.sites == tuple(inside)
    assert 0 < len(inside) < len(gene.variants)


@pytest.mark.parametrize(
    ("position", "end", "known"),
    [(40940000, 41008000, True), (40930000, 41008000, False), (40940000, 41015000, False)],
)
def test_a_hybrid_is_a_deletion_between_two_introns(position, end, known, tmp_path):
    record = f"chr19 {position} . A <DEL> . PASS END={end} GT 0/1"
    seen, is_open = read(tmp_path, record, gene="CYP2B6")
    assert is_open is not known
    assert (seen.allele if seen else "") == ("*29" if known else "")


def test_the_other_assembly(tmp_path):
    record = "10 96500000 . A <DEL> . PASS END=96700000 GT 0/1"
    seen, is_open = read(tmp_path, record, assembly=Assembly.GRCH37)
    assert (seen.allele, seen.copies, is_open) == ("*36", 1, False)
    record = "12 21280000 . A <DEL> . PASS END=21400000 GT 1/1"
    seen, _ = read(tmp_path, record, gene="SLCO1B1", assembly=Assembly.GRCH37)
    assert (seen.allele, seen.copies) == ("*48", 0)


def test_two_records_of_one_sample_leave_the_gene_open(tmp_path):
    small = "chr10 94800000 . A <DEL> . PASS END=94801000 GT 0/1"
    assert read(tmp_path, whole("<DEL>", "0/1"), small) == (None, True)
    not_carried = small.replace("0/1", "0/0")
    seen, is_open = read(tmp_path, whole("<DEL>", "0/1"), not_carried)
    assert (seen.allele, is_open) == ("*36", False)


def test_a_count_of_two_denies_a_deletion(tmp_path):
    counted = whole("<CNV>", "0/0:2:90", form="GT:CN:CNQ")
    _, is_open = read(tmp_path, whole("<DEL>", "0/1"), counted)
    assert is_open
    unsure = whole("<CNV>", "0/0:2:9", form="GT:CN:CNQ")
    seen, is_open = read(tmp_path, whole("<DEL>", "0/1"), unsure)
    assert (seen.allele, is_open) == ("*36", False)


def test_copies_of_cyp2d6_are_kept_whatever_their_number(tmp_path):
    record = "chr22 42120000 . A <CNV> . PASS END=42135000 GT:CN:CNQ ./.:{}:50"
    for copies in (0, 1, 3, 4, 5):
        seen, is_open = read(tmp_path, record.format(copies), gene="CYP2D6")
        assert (seen.copies, seen.quality, is_open) == (copies, 50, False)
    seen, is_open = read(tmp_path, record.format(2), gene="CYP2D6")
    assert (seen, is_open) == (SeenCopies("", "", 2, (), 50), False)
    part = record.format(3).replace("42135000", "42128000")
    assert read(tmp_path, part, gene="CYP2D6") == (None, True)


def test_an_input_of_its_own_for_structural_variants(tmp_path):
    small, large = tmp_path / "small.vcf", tmp_path / "large.vcf"
    text = vcf_text({"CYP2C19": "*1/*1"}, only_named=True)
    small.write_text(text)
    header = "".join(line + "\n" for line in text.splitlines() if line.startswith("#"))
    gene = genes()["CYP2C19"]

    def joined(*records):
        large.write_text(header + "".join(r.replace(" ", "\t") + "\n" for r in records))
        found = read_inputs([small, large], [gene], RunSettings(), {}).combined(gene)
        return found.copies.get(0), bool(found.structural[0])

    seen, is_open = joined(whole("<DEL>", "0/1"))
    assert (seen.allele, is_open) == ("*36", False)
    small.write_text(text + whole("<DUP>", "0/1").replace(" ", "\t") + "\n")
    assert joined(whole("<DEL>", "0/1"))[1]
