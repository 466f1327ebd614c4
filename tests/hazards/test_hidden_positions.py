"""Hiding a defining position never loses the true diplotype and never makes a call surer."""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hazards.edited import called, changed, names, removed
from pgx.alleles.names import core_allele, format_diplotype
from pgx.base.calls import CallStatus
from pgx.base.genes import Ploidy
from simulated import genes

GENES = [n for n, g in genes().items() if g.variants and g.ploidy is Ploidy.AUTOSOME
         and g.strategy == "star" and n != "CYP2D6"]  # fmt: skip


def half(line):
    first = line[9].split(":")[0].replace("|", "/").split("/")[0]
    return changed(gt=f"./{first}")(line)


HIDE = {
    "absent": removed,
    "no call": changed(gt="./."),
    "half call": half,
    "filter": changed(filter="LowQual"),
    "low GQ": lambda line: changed(format="GT:GQ", sample=line[9].split(":")[0] + ":5")(line),
}


@st.composite
def hidden(draw):
    gene = draw(st.sampled_from(GENES))
    alleles = [a.name for a in genes()[gene].alleles if a.defining or a.is_reference]
    pair = (draw(st.sampled_from(alleles)), draw(st.sampled_from(alleles)))
    positions = [v.position for v in genes()[gene].variants]
    ways = draw(
        st.dictionaries(st.sampled_from(positions), st.sampled_from(sorted(HIDE)), min_size=1)
    )
    return gene, pair, ways, draw(st.booleans())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(hidden())
def test_the_true_diplotype_stays(case):
    gene, pair, ways, phased = case
    with tempfile.TemporaryDirectory() as folder:
        whole = called(Path(folder), {}, pair, gene, phased=phased)
        edits = {position: HIDE[way] for position, way in ways.items()}
        call = called(Path(folder), edits, pair, gene, phased=phased)
    if call.status in (CallStatus.NOT_ASSESSED, CallStatus.NO_CALL):
        return
    true = format_diplotype([core_allele(a) for a in pair], genes()[gene].default_allele)
    assert "/".join(sorted(true.split("/"))) in names(call)
    assert call.n_candidates >= whole.n_candidates
    assert names(whole) <= names(call)
