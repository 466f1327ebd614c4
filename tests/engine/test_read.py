"""What the reader says of a whole input."""

import pytest

from cases import one_test
from pgx.engine.annotate import annotate
from pgx.engine.reading import read_inputs
from pgx.inputs.settings import RunSettings, SampleInfo
from pgx.records.calls import CallStatus
from simulated import genes, vcf_file, vcf_text

RISK = {"MT-RNR1": "m.1555A>G"}


def read(folder, text, **settings):
    path = folder / "a.vcf"
    path.write_text(text)
    done = annotate([path], RunSettings(genes=("MT-RNR1",), **settings))
    [result] = done.results()
    return done.hints, result.calls[0]


def without_lengths(text):
    return "".join(
        line.split(",length")[0] + ">\n" if line.startswith("##contig") else line
        for line in text.splitlines(keepends=True)
    )


@one_test(sample=2)
@pytest.mark.parametrize(("assembly", "style"), [("GRCh38", "chr"), ("GRCh37", "bare")])
@pytest.mark.parametrize("lengths", [True, False])
def test_the_mitochondrion_of_the_revised_sequence_is_read(assembly, style, lengths, tmp_path):
    text = vcf_text(RISK, assembly=assembly, contig_style=style)
    hints, call = read(tmp_path, text if lengths else without_lengths(text))
    assert "1555A>G" in call.diplotype
    assert not any("hg19" in hint for hint in hints)


def test_hg19s_own_mitochondrion_is_not_read(tmp_path):
    text = vcf_text(RISK, assembly="GRCh37")
    for unsure in (text.replace("length=16569", "length=16571"), without_lengths(text)):
        hints, call = read(tmp_path, unsure)
        assert call.status is CallStatus.NOT_ASSESSED
        assert any("hg19" in hint for hint in hints)


def test_a_refused_input_leaves_the_others(tmp_path):
    good, bad = tmp_path / "good.vcf", tmp_path / "bad.vcf"
    good.write_text(vcf_text({}, sample="A"))
    bad.write_text("no VCF\n")
    chosen = [g for g in genes().values() if g.variants]
    found = read_inputs([good, bad], chosen, RunSettings(), {})
    assert found.samples == ("A",)
    [error] = found.refused
    assert error.where.startswith("bad.vcf")
    assert error.remedy


@pytest.mark.parametrize("form", [{"missing": True}, {"style": "gvcf"}], ids=["list", "gvcf"])
def test_a_result_does_not_depend_on_the_other_inputs(tmp_path, form):
    """A man's missing position on X is one haplotype, whoever is annotated with him."""
    first = genes()["G6PD"].variants[0].position
    words = {**form, **({"missing": [("G6PD", first)]} if "missing" in form else {})}
    paths = [
        vcf_file(tmp_path, {"G6PD": ("A",)}, sample=name, name=f"{name}.vcf", **words)
        for name in ("A", "B")
    ]
    info = {name: SampleInfo(sample=name, sex="male") for name in ("A", "B")}
    settings = RunSettings(genes=("G6PD",))
    [alone] = annotate(paths[:1], settings, sample_info=info).results()
    together, _ = annotate(paths, settings, sample_info=info).results()
    assert together.calls == alone.calls
    assert {len(site.alleles) for site in alone.calls[0].sites} == {1}
