"""CYP2D6 of reference genomes with copies and hybrids, against published diplotypes."""

from __future__ import annotations

import pytest
from validation.copies import Judged, copies_of, report
from validation.data import DATA, gvcf_files
from validation.published import Reading, pairs, published

from cases import one_test
from pgx.engine.annotate import annotate
from pgx.inputs.settings import RunSettings
from pgx.records.calls import CallStatus

GENE = "CYP2D6"


@one_test
@pytest.mark.parametrize(
    ("diplotype", "copies"),
    [
        ("*1/*1", 2),
        ("*1/*2x2", 3),
        ("*5/*5", 0),
        ("*5/*68+*4", 2),
        ("*36+*10/*36+*10", 4),
        ("*36x2+*10/*5", 3),
    ],
)
def test_copies_are_counted_by_names(diplotype, copies):
    assert copies_of(diplotype) == copies


def test_the_report_counts_what_is_right():
    def judged(ours, probability):
        return Judged(
            sample="S",
            wanted=frozenset({("*1", "*2x2")}),
            structural=True,
            ours=ours,
            probability=probability,
            status=CallStatus.CALLED,
            copies=copies_of(ours),
            copies_probability=1.0,
        )

    found = [judged("*1/*2x2", 0.999), judged("*1/*2", 0.995), judged("*1x2/*2", 0.9)]
    assert "| all | 3 | 2 | 1 | 1 | 1 |" in report(found)


@pytest.mark.exhaustive
@pytest.mark.validation
@pytest.mark.skipif(
    not (DATA / "gvcf").is_dir(),
    reason=f"no gVCFs in the validation data folder {DATA} (PGX_VALIDATION_DATA)",
)
def test_reference_genomes_have_their_published_diplotypes():
    """With the installed panel, which knows these genomes; `validation.copies` leaves them out."""
    run = annotate(gvcf_files(), RunSettings(genes=(GENE,), with_sites=False))
    calls = {call.sample: call for call in run.calls()}
    known = published()
    right = sure = 0
    for sample in run.samples:
        call = calls[sample]
        wanted = pairs(GENE, known[sample, GENE].text(Reading.PUBLISHED))
        is_right = tuple(sorted(call.diplotype.split("/"))) in wanted
        right += is_right
        sure += is_right and call.probability >= 0.99
        assert is_right or call.probability < 0.99
        assert "copy_number_from_depth" in call.notes
    assert right >= 28
    assert sure >= 0.65 * right  # 21 of 30: phase that nobody has seen is open by calibrated odds
