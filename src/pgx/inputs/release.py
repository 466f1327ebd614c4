"""The release of a run with a laboratory's folder applied; lookup of drugs by any name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from pgx.base.shipped import is_shipped
from pgx.base.texts import did_you_mean
from pgx.errors import (
    AssemblyMismatchError,
    InputError,
    OverlayError,
    SnapshotSchemaError,
    UnknownDrugError,
)
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.calls import GeneCall, PatientResult
from pgx.records.notes import NoteCode

__all__ = [
    "drug_names",
    "is_of_release",
    "knowledge_of",
    "marked_local",
    "named_drugs",
    "release_at",
    "substance_of",
    "unlike_overlay",
]


def release_at(place: Path | None = None) -> KnowledgeBase:
    """Return a release, the installed one by default, after the checks that it needs.

    Shipped data were verified before the release and are protected by digests. Any other release
    is verified here on every start: this takes half a second, and no stored result can be stale.


    Raises
    ------
    SnapshotIntegrityError, SnapshotSchemaError
        There is no release, or it has faults: the first one, and their number.
    """
    kb = KnowledgeBase(place)
    if not (kb.place.is_dir() and is_shipped(kb.place)):
        from pgx.inputs.release_check import verify_release

        verify_release(kb)
    return kb


def knowledge_of(
    overlay: str | Path | None, knowledge: KnowledgeBase | Path | None = None
) -> KnowledgeBase:
    """Return the knowledge base, with a laboratory's folder applied to it if given.

    Parameters
    ----------
    overlay
        The laboratory's folder; None for the release alone.
    knowledge
        The release, or its folder or file, which is then verified; the installed one by default.

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
    """Whether a release, with the same laboratory folder if any, made a result."""
    made = result.provenance
    if knowledge.manifest.digest != made.knowledge_digest:
        return False
    return knowledge.overlay is None or knowledge.overlay.info == made.overlay


def marked_local(calls: Iterable[GeneCall], genes: frozenset[str]) -> tuple[GeneCall, ...]:
    """Return calls with a note on those of genes that a laboratory defines or extends."""
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
    """Return a hint if an input's bases differ and the known ones include a laboratory's."""
    if not knowledge.local_genes or not any(isinstance(e, AssemblyMismatchError) for e in refused):
        return []
    said = "the laboratory's genes were among those whose bases the input was compared with;"
    return [f"{said} if the refusal names a position of one, check segments.tsv of the folder."]


_REMEDY = "pgx kb drugs lists every drug with its other names"


def named_drugs(knowledge: KnowledgeBase, names: Iterable[str]) -> tuple[str, ...]:
    """Return the drugs with guidelines for some names, each once, in the order of the request.

    A name is a drug's own name, a synonym, a brand, an RxNorm or an ATC code, in any case; a
    combination is replaced by each of its ingredients with guidelines.

    Raises
    ------
    UnknownDrugError
        There is no guideline for a name.
    """
    own = {drug.drug.casefold(): drug.drug for drug in knowledge.drugs}
    found: dict[str, None] = {}
    unknown = []
    for word in _words(list(names), own):
        # the vocabulary is loaded only for words that are not names of our drugs
        name = own.get(word.casefold())
        meant = (name,) if name else knowledge.vocabulary.drugs_of(word)
        found.update(dict.fromkeys(meant))
        unknown += [] if meant else [word]
    if unknown:
        if substance := substance_of(knowledge, unknown[0]):
            is_own = substance.casefold() == unknown[0].casefold()
            raise UnknownDrugError(
                f"no guidance on {unknown[0] if is_own else f'{unknown[0]} ({substance})'}",
                remedy=f"the release knows the substance, but no guideline on it; {_REMEDY}",
            )
        raise UnknownDrugError(
            f"no guidance on {', '.join(unknown)}",
            remedy=did_you_mean(unknown[0], drug_names(knowledge), _REMEDY),
        )
    return tuple(found)


def substance_of(knowledge: KnowledgeBase, name: str) -> str:
    """Return the substance with this name, synonym, brand or code; empty if there is none."""
    vocabulary = knowledge.vocabulary
    for kind in ("name", "rxnorm", "atc"):
        found, _ = vocabulary.find(**{kind: name})
        if len(found) == 1:
            return found[0].substance
    return ""


def drug_names(knowledge: KnowledgeBase) -> Iterator[str]:
    """Yield every name of a drug with guidelines: its own first, then synonyms, then brands."""
    yield from (drug.drug for drug in knowledge.drugs)
    guided = [s for s in knowledge.medicines.substances if knowledge.vocabulary.guided(s)]
    yield from (name for s in guided for name in (s.substance, *s.synonyms))
    yield from (name for s in guided for name in s.brands)


def _words(names: list[str], own: Mapping[str, str]) -> Iterator[str]:
    """Yield the words; two words that form one drug name with a comma are joined."""
    words = [name.strip() for name in names]
    while words:
        joined = ", ".join(words[:2])
        size = 2 if joined.casefold() in own else 1
        yield ", ".join(words[:size])
        words = words[size:]
