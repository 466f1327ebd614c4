"""Hiding defining positions never loses the true diplotype and never makes a call surer."""

import itertools
import os
import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calling import call_file
from cases import one_test
from hazards.edited import names
from pgx.records.calls import CallStatus
from pgx.records.genes import Ploidy, Strategy, core_allele, format_diplotype
from simulated import cohort_text, genes

N_SAMPLES = 6
GENES = [n for n, g in genes().items() if g.variants and n != "RYR1"]
PADDING = {"RYR1": "Reference/Reference"}
"""A gene of many positions, beside which one REF that disagrees does not refuse the file."""


def unlike(ref):
    return ref.translate(str.maketrans("ACGT", "CATG"))


def no_call(gt):
    return "." if len(gt) == 1 else "./."


def half(gt):
    return "./" + gt[-1] if len(gt) > 1 else "."


def other_half(gt):
    return gt[:2] + "." if len(gt) > 1 else "."


def starred(gt, n_alts):
    return f"{gt[0]}{gt[1]}{n_alts + 1}" if len(gt) > 1 else str(n_alts + 1)


def each(line, change):
    return [*line[:8], "GT", *(change(cell.split(":")[0]) for cell in line[9:])]


def star(line):
    n_alts = len(line[4].split(","))
    fresh = each(line, lambda gt: starred(gt, n_alts))
    return [*fresh[:4], f"{line[4]},*", *fresh[5:]]


def judged(key, value):
    """Leave GT and one value that fails its limit."""
    return lambda line: [*line[:8], f"GT:{key}", *(f"{gt}:{value}" for gt in each(line, str)[9:])]


def mismatched(line):
    return [*line[:3], unlike(line[3]), "N", *each(line, lambda gt: "0/0")[5:]]


HIDE = {
    "absent": lambda line: None,
    "no call": lambda line: each(line, no_call),
    "half call": lambda line: each(line, half),
    "other half": lambda line: each(line, other_half),
    "filter": lambda line: [*line[:6], "LowQual", *line[7:]],
    "low GQ": judged("GQ", 5),
    "no reads": judged("DP", 0),
    "REF mismatch": mismatched,
    "star": star,
}


def hidden(text, ways, contig):
    """Return a file's text with the records of some positions hidden."""
    lines = []
    for line in text.splitlines():
        cells = line.split("\t")
        way = None if line.startswith("#") or cells[0] != contig else ways.get(int(cells[1]))
        fresh = cells if way is None else HIDE[way](cells)
        lines += [] if fresh is None else ["\t".join(fresh)]
    return "\n".join(lines) + "\n"


def pairs_of(name, seed):
    gene = genes()[name]
    alleles = [a.name for a in gene.alleles if a.defining or a.is_reference]
    n = 1 if gene.ploidy is Ploidy.MITOCHONDRIAL else 2
    chosen = random.Random(seed)
    return {f"s{i}": tuple(chosen.choices(alleles, k=n)) for i in range(N_SAMPLES)}


def calls_of(text, name, **options):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.vcf"
        path.write_text(text)
        calls = call_file(path, name, "RYR1", called=name, **options)
        return {sample: call for (sample, _), call in calls.items()}


def check(name, pairs, ways, *, phased):
    gene = genes()[name]
    samples = {s: {name: pair, **PADDING} for s, pair in pairs.items()}
    text = cohort_text(samples, phased=phased, only_named=True)
    whole = calls_of(text, name, with_sites=False)
    found = calls_of(hidden(text, ways, gene.contig), name)
    for sample, pair in pairs.items():
        true = format_diplotype([core_allele(a) for a in pair], gene.default_allele)
        assert_open(gene, true, whole[sample], found[sample], ways)


def assert_open(gene, true, whole, call, ways):
    if call.status in (CallStatus.NOT_ASSESSED, CallStatus.NO_CALL):
        return
    if "star" in ways.values():  # a deletion is more than a position hidden
        assert call.status is not CallStatus.CALLED or not is_plain(call, ways)
        return
    if gene.strategy is Strategy.VARIANT_LIST:
        assert set(whole.phenotypes) <= set(call.phenotypes)
    else:
        assert "/".join(sorted(true.split("/"))) in names(call)
        assert names(whole) <= names(call)
    assert call.n_candidates >= whole.n_candidates
    assert call.status is not CallStatus.CALLED or whole.status is CallStatus.CALLED


def is_plain(call, ways):
    """Whether a call of plain alleles hides that a deletion was written."""
    positions = {int(u.split(":")[1]) for u in call.undocumented}
    starred_sites = {p for p, way in ways.items() if way == "star"}
    open_sites = {int(m.split(":")[1]) for m in call.missing}
    return bool(starred_sites - positions - open_sites) and call.phenotype != "Indeterminate"


@st.composite
def cases(draw):
    name = draw(st.sampled_from(GENES))
    positions = [v.position for v in genes()[name].variants]
    way = st.sampled_from(sorted(set(HIDE) - {"REF mismatch", "star"}))
    ways = draw(st.dictionaries(st.sampled_from(positions), way, min_size=1))
    return name, draw(st.integers(0, 10**6)), ways, draw(st.booleans())


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cases())
def test_any_set_of_hidden_positions(case):
    name, seed, ways, phased = case
    check(name, pairs_of(name, seed), ways, phased=phased)


@one_test(sample=24)
@pytest.mark.parametrize("way", HIDE)
@pytest.mark.parametrize("name", GENES)
def test_each_way_to_hide_a_position(name, way):
    positions = [v.position for v in genes()[name].variants]
    for seed, position in enumerate(random.Random(way).sample(positions, min(2, len(positions)))):
        check(name, pairs_of(name, seed), {position: way}, phased=bool(seed % 2))


@pytest.mark.slow
@pytest.mark.skipif(not os.environ.get("PGX_SLOW"), reason="takes an hour: set PGX_SLOW=1")
def test_every_position_hidden_in_every_way():
    for name, way in itertools.product(GENES, HIDE):
        for seed, variant in enumerate(genes()[name].variants):
            check(name, pairs_of(name, seed), {variant.position: way}, phased=bool(seed % 2))
