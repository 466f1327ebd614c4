"""Real reads over CYP2D6 and CYP2D7: the diplotypes that other methods found."""

from __future__ import annotations

import shutil

import pysam
import pytest
from validation.data import DATA

from pgx.api.results import annotate

pytestmark = [
    pytest.mark.validation,
    pytest.mark.skipif(
        not (DATA / "bam").is_dir(),
        reason=f"no reads in the validation data folder {DATA} (PGX_VALIDATION_DATA)",
    ),
]

TRUTH = {
    "HG03130": ("*17/*29", 2),
    "NA10860_hg38": ("*1/*4.013+*4", 3),  # published as *1/*4N+*4
    "NA23275": ("*1/*40", 2),
    "SIM001": ("*17/*29", 2),
}


@pytest.fixture(params=TRUTH)
def indexed(request, tmp_path):
    """Return a file's name and a copy of it with an index of its own."""
    place = tmp_path / f"{request.param}.bam"
    shutil.copyfile(DATA / "bam" / place.name, place)
    pysam.index(str(place))
    return request.param, place


def test_known_diplotypes(indexed):
    name, place = indexed
    diplotype, copies = TRUTH[name]
    (result,) = annotate([], reads=place, genes=["CYP2D6"])
    (call,) = result.calls
    assert call.diplotype == diplotype
    assert call.source == "reads"
    assert call.structure is not None
    assert call.structure.copies[0].copies == copies
    if name == "NA10860_hg38":  # exon 9 alone tells it from *1/*4x2, which means the same
        assert {c.diplotype for c in call.candidates[:2]} == {diplotype, "*1/*4x2"}
        assert call.activity_score == "1.0"
    else:
        assert call.status == "called"
        assert (call.probability or 0) > 0.9
