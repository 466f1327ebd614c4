"""Several records over one site, odd records, and what each may say of the site."""

import pytest

from calling import call_file
from hazards.edited import STAR3, called, changed, edited_file, is_open, names, with_cells
from pgx.base.assemblies import Assembly
from pgx.genotypes.sites import GeneLocus
from pgx.records.calls import CallStatus
from pgx.simulator.settings import WriteStyle
from simulated import genes, vcf_file

ALL_THREE = {"*1/*1", "*1/*3", "*3/*3"}


def two(first, second):
    return lambda line: [with_cells(line, **first), with_cells(line, **second)]


@pytest.mark.parametrize("value", ["x", "1e", "--"])
def test_a_quality_that_is_no_number_is_unknown(value, tmp_path):
    call = called(tmp_path, {STAR3: changed(format="GT:GQ", sample=f"0/0:{value}")})
    assert is_open(call)
    assert names(call) >= ALL_THREE


def test_a_site_without_alternatives_and_a_variant_there_conflict(tmp_path):
    for first, second in [({"alt": ".", "gt": "0/0"}, {"gt": "0/1"})] * 2:
        call = called(tmp_path, {STAR3: two(first, second)})
        assert "conflict" in call.notes
        assert names(call) >= ALL_THREE
        call = called(tmp_path, {STAR3: two(second, first)})
        assert "conflict" in call.notes


def test_a_reference_genotype_at_a_spanning_deletion_does_not_answer_a_base(tmp_path):
    ref = around()
    edit = changed(pos=str(STAR3 - 1), ref=ref, alt=ref[0], gt="0/0")
    call = called(tmp_path, {STAR3: edit})
    assert names(call) >= ALL_THREE
    assert f"chr10:{STAR3}" in call.missing


def around():
    """Return the reference bases before, at and after the site."""
    return GeneLocus(genes()["CYP2C19"], Assembly.GRCH38).reference.bases(STAR3 - 1, STAR3 + 1)


def test_info_end_of_a_written_out_variant_answers_nothing_beyond_it(tmp_path):
    base = around()[0]
    other = "T" if base != "T" else "C"
    end = f"END={STAR3 + 5}"
    edit = changed(pos=str(STAR3 - 1), ref=base, alt=other, info=end, gt="0/0")
    call = called(tmp_path, {STAR3: edit})
    assert names(call) >= ALL_THREE


def test_a_long_undocumented_allele_is_named_by_its_first_bases_and_a_digest(tmp_path):
    """Results repeat the name dozens of times: 2 MB of ALT became 150 MB of output."""
    names = []
    for text in ("GA" * 5_000, "GA" * 4_999 + "GC", "GA" * 99):
        call = called(tmp_path, {STAR3: changed(alt="A" + text, gt="0/1")})
        names += call.undocumented
    one, other, short = names
    assert one != other
    assert max(map(len, names[:2])) < 100
    assert "...(" in one
    assert "(10" in one
    assert short.endswith("GA" * 98)
    assert all(len(c.diplotype) < 300 for c in call.candidates)


def test_non_ref_in_a_genotype_leaves_that_haplotype_open(tmp_path):
    call = called(tmp_path, {STAR3: changed(alt="A,<NON_REF>", gt="0|2")}, "*1/*1")
    assert is_open(call)
    assert names(call) >= {"*1/*1", "*1/*3"}
    call = called(tmp_path, {STAR3: changed(alt="A,<NON_REF>", gt="1|2")}, "*1/*1")
    assert all("*3" in name for name in names(call))


def test_a_deletion_beside_a_written_allele_keeps_the_allele(tmp_path):
    call = called(tmp_path, {STAR3: changed(alt="A,<DEL>", gt="1/2")}, "*1/*1")
    assert call.status is CallStatus.AMBIGUOUS
    assert "structural_variant" in call.notes
    assert all("*3" in name for name in names(call))


def test_a_star_is_the_deletion_that_another_record_writes_out(tmp_path):
    """The allele beside a deletion stays: G>A on one haplotype, its deletion on the other."""
    ref = around()

    def edit(line):
        deletion = with_cells(line, pos=str(STAR3 - 1), ref=ref, alt=ref[0], gt="0/1")
        return [deletion, with_cells(line, alt="A,*", gt="1/2")]

    call = called(tmp_path, {STAR3: edit}, "*1/*1")
    assert "conflict" not in call.notes
    assert len(call.undocumented) == 1
    assert call.phenotype == "Indeterminate"
    assert all("*3" in name for name in names(call))


# -- blocks and records ------------------------------------------------------------------


def gvcf_lines(folder, extra, diplotype="*1/*1", drop=()):
    path = edited_file(folder, {}, diplotype, style=WriteStyle.GVCF)
    text = path.read_text()
    lines = [x for x in text.splitlines() if not any(d in x for d in drop)]
    path.write_text("\n".join([*lines, *extra]) + "\n")
    return call_file(path, "CYP2C19")["S1", "CYP2C19"]


def block(start, end, ref, gt="0/0", gq=60, dp=30):
    cells = ("chr10", start, ".", ref, "<NON_REF>", ".", "PASS", f"END={end}", "GT:DP:GQ", "")
    return "\t".join(map(str, cells)) + f"{gt}:{dp}:{gq}"


def test_a_variant_under_a_passing_block_conflicts(tmp_path):
    record = f"chr10\t{STAR3}\t.\tG\tA,<NON_REF>\t.\tPASS\t.\tGT:GQ\t0/1:60"
    call = gvcf_lines(tmp_path, [record])
    assert "conflict" in call.notes
    assert names(call) >= ALL_THREE


@pytest.mark.parametrize(("gq", "dp"), [(0, 30), (60, 0), (5, 30)])
def test_a_failing_block_over_a_passing_one_leaves_the_site_open(gq, dp, tmp_path):
    call = gvcf_lines(tmp_path, [block(STAR3, STAR3, "G", gq=gq, dp=dp)])
    assert names(call) >= ALL_THREE


def test_a_half_called_block_says_nothing_against_an_indel(tmp_path):
    path = edited_file(tmp_path, {}, "*1/*1", "UGT1A1", style=WriteStyle.GVCF)
    path.write_text(path.read_text().replace("0/0:", "0/.:"))
    call = call_file(path, "UGT1A1")["S1", "UGT1A1"]
    assert "chr2:233760233" in call.missing
    assert is_open(call)


def test_a_star_under_a_deletion_that_is_unanswered_leaves_that_deletion_possible(tmp_path):
    """CYP2D6*38 deletes a base that another allele needs; its own record is hidden."""
    hidden = {42128198: lambda line: []}
    call = called(tmp_path, hidden, "*38/*49", "CYP2D6")
    assert "*38/*49" in names(call)
    assert "spanning_deletion" in call.notes
    assert is_open(call)


@pytest.mark.parametrize("gt", ["0", "0/0"])
def test_a_haploid_reference_genotype_answers_no_more_than_a_diploid_one(gt, tmp_path):
    """A deletion that is not there says nothing of the bases inside it."""
    gene = genes()["G6PD"]
    site = next(v for v in gene.variants if v.is_indel and len(v.ref) > 3)
    path = vcf_file(tmp_path, {"G6PD": "B (reference)/B (reference)"}, only_named=True)
    lines = path.read_text().splitlines(keepends=True)
    kept = [x for x in lines if x.startswith("#")]
    row = f"chrX\t{site.position}\t.\t{site.ref}\t{site.alts[0]}\t.\tPASS\t.\tGT\t{gt}\n"
    path.write_text("".join([*kept, row]))
    call = call_file(path, "G6PD")["S1", "G6PD"]
    assert call.n_positions - call.n_missing == 1
