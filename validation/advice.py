"""Certain advice held against the truth, and whether a residual means what it says.

Reference genomes: each row that is `certain`, against the row that the published diplotype gives,
the person's other genes being as called; a gene that the panels could not tell from our call is
left out. The cohort: unphased, with positions hidden at random, and with absent sites as missing; a
residual of r is right in a share of 1 - r of all persons and genes with such a residual.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pgx.engine.annotate import annotate
from pgx.inputs.outside_calls import answer
from pgx.inputs.settings import Absent, RunSettings
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.outside.calls import OutsideCall
from pgx.recommendations.index import GuidanceIndex, guidance_of
from pgx.recommendations.lookup import recommend
from pgx.records.calls import CallStatus, Certainty, GeneCall, Recommendation
from pgx.records.genes import GeneDefinition
from validation import callers
from validation.callers import chosen_at_random, hidden, without_phase
from validation.data import cohort_genes, cohort_genotypes, gvcf_files
from validation.judging import truths, what_to_do
from validation.published import Reading, pairs, published
from validation.tables import Difference, counted, differences_table, share, table
from validation.truth import measure as judged_genomes
from validation.unphased import SEED

__all__ = ["Genomes", "cohort_bins", "genomes", "measured"]

EDGES = (0.0, 0.5, 0.9, 0.95, 0.99, 0.999, 1.0)
"""Bounds of the bins of 1 - residual; a bin holds its lower bound, the last one both."""
KINDS = ("unphased", "hidden 5%", "hidden 20%", "absent")
HLA = "HLA-"


@dataclass(slots=True)
class Genomes:
    """Rows of the reference genomes: how many are certain, and what contradicts the truth."""

    certainty: Counter[str] = field(default_factory=Counter)
    compared: int = 0
    other: list[Difference] = field(default_factory=list)


def _place(row: Recommendation) -> tuple[object, ...]:
    return row.drug, row.source, row.guideline_id, row.genes, row.population


# -- reference genomes -------------------------------------------------------------------


def genomes(limit: int = 0) -> Genomes:
    """Compare the certain advice of the reference genomes with that of published diplotypes."""
    kb = KnowledgeBase()
    index = guidance_of(kb)
    told = {
        (v.sample, v.gene): v.told for v in judged_genomes(limit) if v.reading is Reading.REVISED
    }
    known = published()
    found = Genomes()
    for path in gvcf_files()[: limit or None]:
        [result] = annotate([path], RunSettings(), knowledge=kb).results()
        # HLA alleles are not called from these files: advice on them depends on tests that nobody
        # gave
        rows = [r for r in result.recommendations if not any(g.startswith(HLA) for g in r.genes)]
        found.certainty += Counter(row.certainty.value for row in rows)
        for gene, truth in _published_calls(kb, result.sample, known, told):
            _compare(found, index, gene, rows, result.calls, truth)
    return found


def _published_calls(
    kb: KnowledgeBase,
    sample: str,
    known: Mapping[tuple[str, str], object],
    told: Mapping[tuple[str, str], bool],
) -> Iterator[tuple[str, list[GeneCall]]]:
    """Yield genes with the calls of the diplotypes that are published of a sample."""
    for gene, definition in kb.genes.items():
        if (sample, gene) not in known or not told.get((sample, gene), True):
            continue
        text = published()[sample, gene].text(Reading.REVISED)
        calls = [_outside(definition, sample, "/".join(pair)) for pair in sorted(pairs(gene, text))]
        usable = [call for call in calls if call is not None]
        if usable:
            yield gene, usable


def _outside(gene: GeneDefinition, sample: str, diplotype: str) -> GeneCall | None:
    call = OutsideCall(gene=gene.gene, sample=sample, diplotype=diplotype, tool="published")
    found = answer(call, gene, sample, ())
    return found if isinstance(found, GeneCall) else None


def _compare(
    found: Genomes,
    index: GuidanceIndex,
    gene: str,
    rows: Sequence[Recommendation],
    calls: Sequence[GeneCall],
    truth: Sequence[GeneCall],
) -> None:
    """Compare the rows on one gene; any of the published diplotypes may be the true one."""
    wanted: dict[tuple[object, ...], list[Recommendation]] = defaultdict(list)
    for own in truth:
        replaced = [own if call.gene == gene else call for call in calls]
        for row in recommend(index, own.sample, replaced):
            wanted[_place(row)].append(row)
    for row in rows:
        if gene not in row.genes or row.certainty is not Certainty.CERTAIN:
            continue
        found.compared += 1
        right = wanted[_place(row)]
        if what_to_do(row) not in map(what_to_do, right):
            lookup = " or ".join(dict.fromkeys(r.lookup for r in right))
            found.other.append(
                Difference(gene, row.sample, lookup, row.lookup, f"{row.drug}, {row.source}")
            )


# -- cohort ------------------------------------------------------------------------------


def cohort_bins(kind: str, step: int = 4) -> list[tuple[float, bool]]:
    """Return (1 - residual, right) once for each person, set of genes and residual.

    ``kind`` is one of `KINDS`; every ``step``-th person is called.
    """
    index = guidance_of(KnowledgeBase())
    calls: dict[int, list[GeneCall]] = defaultdict(list)
    complete: dict[int, list[GeneCall]] = defaultdict(list)
    for gene in cohort_genes():
        known = truths(gene)
        genotypes = _blurred(gene, kind)
        for column in range(0, len(known), step):
            truth = known[column]
            if truth is not None:
                calls[column].append(callers.call(genotypes, column))
                complete[column].append(truth.call)
    return [
        pair for column, own in calls.items() for pair in _residuals(index, own, complete[column])
    ]


def _blurred(gene: str, kind: str):  # noqa: ANN202 - genotypes of the validation data
    if kind == "absent":
        return cohort_genotypes(gene, Absent.NO_CALL)
    phased = cohort_genotypes(gene)
    if kind == "unphased":
        return without_phase(phased)
    part = float(kind.split()[1].rstrip("%")) / 100
    return hidden(without_phase(phased), chosen_at_random(phased, part, SEED))


def _residuals(
    index: GuidanceIndex, calls: Sequence[GeneCall], complete: Sequence[GeneCall]
) -> Iterator[tuple[float, bool]]:
    """Yield 1 - residual of rows with a residual, and whether all such rows are right.

    Rows of the same genes and residual rest on the same question: they count once.
    """
    found: dict[tuple[object, ...], bool] = {}
    sample = calls[0].sample
    named = {c.gene for c in calls if c.status is not CallStatus.NOT_ASSESSED}
    pairs_of_rows = zip(
        recommend(index, sample, calls), recommend(index, sample, complete), strict=True
    )
    for row, right in pairs_of_rows:
        if row.residual and named.issuperset(row.genes):
            key = row.genes, row.residual
            found[key] = found.get(key, True) and what_to_do(row) == what_to_do(right)
    for (_, residual), is_right in found.items():
        yield 1.0 - float(str(residual)), is_right


def _bins(pairs_found: Sequence[tuple[float, bool]]) -> str:
    rows = []
    for low, high in itertools.pairwise(EDGES):
        inside = [(p, ok) for p, ok in pairs_found if low <= p < high]
        if inside:
            mean = sum(p for p, _ in inside) / len(inside)
            right = sum(ok for _, ok in inside)
            label = f"{low:g}–{high:g}"
            rows.append([label, len(inside), f"{mean:.5f}", right, share(right, len(inside))])
    return table(["1 − residual", "n", "mean", "right", "observed share right"], rows)


def measured() -> str:
    """Measure and return the tables."""
    found = genomes()
    n = sum(found.certainty.values())
    rows = [[name, counted(found.certainty[name], n)] for name in sorted(found.certainty)]
    lines = [
        "Rows of the reference genomes, HLA apart:",
        table(["certainty", "rows"], rows),
        (
            f"Certain rows on a gene with a published diplotype: {found.compared}; with other"
            f" advice than the published diplotype's: {counted(len(found.other), found.compared)}."
        ),
    ]
    if found.other:
        lines.append(differences_table(found.other, wanted="published"))
    for kind in KINDS:
        lines += [f"Cohort, {kind}: is the residual what it says?", _bins(cohort_bins(kind))]
    return "\n\n".join(lines)
