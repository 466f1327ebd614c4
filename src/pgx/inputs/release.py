"""A release with a laboratory's folder over it, checked as a whole before it is used."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from pgx.base.shipped import is_shipped
from pgx.errors import AssemblyMismatchError, InputError, OverlayError, SnapshotSchemaError
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.calls import GeneCall, PatientResult
from pgx.records.notes import NoteCode

__all__ = [
    "is_of_release",
    "knowledge_of",
    "marked_local",
    "release_at",
    "unlike_overlay",
]


def release_at(place: Path | None = None) -> KnowledgeBase:
    """Return a release, the one in use by default, checked as deeply as it must be.

    Shipped data were checked before they were released, and are what they were byte by byte.
    Any other release is checked here, every time: half a second, and no record of it that could
    be stale.

    Raises
    ------
    SnapshotIntegrityError, SnapshotSchemaError
        There is none, or something is wrong with it: the first finding, and how many there are.
    """
    kb = KnowledgeBase(place)
    if not (kb.place.is_dir() and is_shipped(kb.place)):
        from pgx.inputs.release_check import verify_release

        verify_release(kb)
    return kb


def knowledge_of(
    overlay: str | Path | None, knowledge: KnowledgeBase | Path | None = None
) -> KnowledgeBase:
    """Return the knowledge base, with a laboratory's folder over it where one is given.

    Parameters
    ----------
    overlay
        The laboratory's folder; None for the release as it is.
    knowledge
        The release, or its folder or file, which is then checked; the one in use by default.

    Raises
    ------
    KnowledgeError
        The release is damaged, or something is wrong with it.
    OverlayError
        The folder breaks the schema, collides with the release, or holds a statement without
        source and review.
    """
    base = knowledge if isinstance(knowledge, KnowledgeBase) else release_at(knowledge)
    if overlay is None:
        return base
    from pgx.knowledge.local import LocalKnowledge, check_local_genes
    from pgx.knowledge.overlay import read_overlay
    from pgx.recommendations.guidance_checks import check_local_statements

    if base.overlay is not None:
        raise OverlayError(
            "a folder is laid over this knowledge base already",
            where=str(overlay),
            remedy="put both into one folder",
        )
    local = LocalKnowledge(base, read_overlay(Path(overlay)))
    check_local_genes(base, local)
    try:
        check_local_statements(local.statements, local.drugs, local.guidelines, local.genes)
        _ = local.vocabulary
    except SnapshotSchemaError as error:
        raise OverlayError(
            error.what, where=error.where or "statements.tsv", remedy="correct the folder"
        ) from error
    return local


def is_of_release(knowledge: KnowledgeBase, result: PatientResult) -> bool:
    """Whether a release, with the same folder of a laboratory if any, made a result."""
    made = result.provenance
    if knowledge.manifest.digest != made.knowledge_digest:
        return False
    return knowledge.overlay is None or knowledge.overlay.info == made.overlay


def marked_local(calls: Iterable[GeneCall], genes: frozenset[str]) -> tuple[GeneCall, ...]:
    """Return calls, those of genes that a laboratory defines or adds to with a note."""
    if not genes:
        return tuple(calls)
    return tuple(
        msgspec.structs.replace(
            call, notes=tuple(sorted({*call.notes, NoteCode.LOCAL_DEFINITIONS}))
        )
        if call.gene in genes
        else call
        for call in calls
    )


def unlike_overlay(knowledge: KnowledgeBase, refused: Iterable[InputError]) -> list[str]:
    """Return a hint where an input's bases differ, and those of a folder were among the known."""
    if not knowledge.local_genes or not any(isinstance(e, AssemblyMismatchError) for e in refused):
        return []
    said = "the laboratory's genes were among those whose bases the input was compared with;"
    return [f"{said} if the refusal names a position of one, check segments.tsv of the folder."]
