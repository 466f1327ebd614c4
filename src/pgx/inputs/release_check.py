"""Deep check of a release: everything that digests cannot show, one line per fault."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from pgx.errors import KnowledgeError, SnapshotIntegrityError, SnapshotSchemaError
from pgx.knowledge.importers.guideline_rows import AUTHORITIES
from pgx.knowledge.integrity.genes import gene_findings
from pgx.knowledge.integrity.guidance import condition_findings, gene_code_faults, guidance_findings
from pgx.knowledge.integrity.tables import (
    damaged_tables,
    haplotype_findings,
    lacking_sources,
    medicine_findings,
    unreadable,
)
from pgx.knowledge.release_folder import default_release
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.recommendations.guidance_checks import answer_set_findings, coverage_findings
from pgx.recommendations.index import guidance_of
from pgx.records.advice import FaultCode, Finding

__all__ = [
    "faults_of",
    "refusal",
    "verify_folder",
    "verify_release",
]


def verify_folder(place: Path | None = None) -> tuple[KnowledgeBase | None, list[Finding]]:
    """Check the release in a folder or a file, the one in use by default.

    Returns
    -------
    tuple
        The release, None if its digests are wrong, and its faults.

    Raises
    ------
    SnapshotIntegrityError, SnapshotSchemaError
        The manifest, or the file, cannot be used.
    """
    own = place or default_release()
    damaged = list(damaged_tables(own)) if own.is_dir() else []
    if damaged:
        return None, damaged
    kb = KnowledgeBase(own)
    return kb, faults_of(kb)


def faults_of(kb: KnowledgeBase) -> list[Finding]:
    """Return all faults of a release.

    If rows are unreadable, only these are returned; the rest is checked once they are readable.
    """
    found = list(unreadable(kb))
    return found or list(dict.fromkeys(_faults(kb)))


def _faults(kb: KnowledgeBase) -> Iterator[Finding]:
    yield from lacking_sources(kb)
    for gene in kb.genes_as_written.values():
        yield from gene_findings(gene)
    yield from haplotype_findings(kb)
    yield from medicine_findings(kb)
    yield from gene_code_faults(kb.gene_codes, kb.genes_as_written)
    yield from guidance_findings(kb)
    yield from condition_findings(kb)
    yield from _coverage(kb)


def _coverage(kb: KnowledgeBase) -> Iterator[Finding]:
    try:
        index = guidance_of(kb)
    except KnowledgeError as error:
        yield Finding(
            code=FaultCode.CONTRADICTION,
            table="statements",
            where=error.where,
            what=error.what,
            remedy=error.remedy or "correct the table and rebuild",
        )
        return
    yield from answer_set_findings(index, kb.statement_sets)
    complete = {a.name for a in AUTHORITIES if not a.selective}
    yield from coverage_findings(kb.genes_as_written, kb.statements, index, kb.known_gaps, complete)


def refusal(findings: Sequence[Finding]) -> KnowledgeError:
    """Return the error for some findings: the first one, and their number."""
    first = findings[0]
    kind = SnapshotIntegrityError if first.code is FaultCode.DAMAGED else SnapshotSchemaError
    count = f" (first of {len(findings)} findings)" if len(findings) > 1 else ""
    return kind(first.what + count, where=first.place, remedy=first.remedy, code=first.code.value)


def verify_release(kb: KnowledgeBase) -> None:
    """Verify a release; see `faults_of` to list every finding.

    Raises
    ------
    SnapshotSchemaError
        The release has faults: the first one, and their number.
    """
    findings = faults_of(kb)
    if findings:
        raise refusal(findings)
