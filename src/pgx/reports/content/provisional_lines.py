"""Which genes leave recommendations provisional, and why, in one line for each reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from pgx.records.calls import CallStatus, GeneCall
from pgx.records.notes import NoteCode
from pgx.reports.content.drug_entries import DrugEntry
from pgx.reports.content.drug_groups import DrugGroup
from pgx.reports.content.gene_entries import GeneEntry
from pgx.reports.content.phrases import within

__all__ = ["provisional_lines"]

Words = Mapping[str, Any]
_OPEN_GROUPS: Final = ("open_change", "open_maybe", "open_silent")


def provisional_lines(
    calls: Mapping[str, GeneCall],
    groups: Sequence[DrugGroup],
    genes: Sequence[GeneEntry],
    words: Words,
) -> tuple[str, str]:
    """Return two sentences, each empty if there is nothing to say.

    The first names genes whose genotype is unresolved, or that were not tested. The second is on
    called genes, of which a less likely candidate leads to another recommendation: to name them
    unresolved would contradict the table of genes. A drug is counted in one of the two.
    """
    why = {gene.gene: gene.unresolved for gene in genes}
    unresolved: list[set[str]] = []
    called: list[set[str]] = []
    for drug in (d for group in groups if group.key in _OPEN_GROUPS for d in group.drugs):
        concerned = _concerned(drug, calls, why)
        uncertain = {gene for gene in concerned if not _is_called(calls.get(gene))}
        # a drug with a gene of either kind is provisional for the unresolved one first
        (unresolved if uncertain else called).append(uncertain or concerned)
    return _unresolved(unresolved, calls, words), _called(called, why, words)


def _concerned(drug: DrugEntry, calls: Mapping[str, GeneCall], why: Mapping[str, str]) -> set[str]:
    """Return the genes that leave a drug's recommendation provisional."""
    named = {gene for row in drug.rows for gene in row.open_genes}
    # a row without a named reason lists all its genes: those with a single result are not it
    telling = {gene for gene in named if why.get(gene) or not _is_called(calls.get(gene))}
    return telling or named


def _is_called(call: GeneCall | None) -> bool:
    if call is None or NoteCode.COPY_NUMBER_NOT_ASSESSED in call.notes:
        return False
    return call.status is CallStatus.CALLED


def _unresolved(drugs: Sequence[set[str]], calls: Mapping[str, GeneCall], words: Words) -> str:
    if not drugs:
        return ""
    names = (_name(gene, calls.get(gene), words) for gene in _all(drugs))
    key = "unresolved_one" if len(drugs) == 1 else "unresolved"
    said: str = words["answer"][key]
    return said.format(genes=", ".join(names), count=len(drugs))


def _name(gene: str, call: GeneCall | None, words: Words) -> str:
    if call is not None and call.status in (CallStatus.NOT_ASSESSED, CallStatus.NO_CALL):
        return f"{gene} ({within(words['status'][call.status.value], words)})"
    if call is not None and NoteCode.COPY_NUMBER_NOT_ASSESSED in call.notes:
        return str(words["answer"]["copies"].format(gene=gene))
    return gene


def _called(drugs: Sequence[set[str]], why: Mapping[str, str], words: Words) -> str:
    if not drugs:
        return ""
    reasons = (
        f"{gene}: {within(why[gene], words)}" if why.get(gene) else gene for gene in _all(drugs)
    )
    key = "provisional_one" if len(drugs) == 1 else "provisional"
    said: str = words["answer"][key]
    return said.format(reasons=". ".join(reasons), count=len(drugs))


def _all(sets: Iterable[set[str]]) -> list[str]:
    return sorted(set().union(*sets))
