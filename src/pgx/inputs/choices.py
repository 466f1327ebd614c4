"""What a run is about: genes, drugs and samples asked for, and whose the outside calls are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pgx.base.texts import did_you_mean
from pgx.errors import (
    InputError,
    OutsideCallError,
    SampleNotFoundError,
    UnknownDrugError,
    UnknownGeneError,
)
from pgx.inputs.settings import RunSettings
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.outside.calls import OutsideCall
from pgx.recommendations.index import GuidanceIndex
from pgx.records.genes import GeneDefinition

__all__ = [
    "chosen_genes",
    "chosen_samples",
    "drug_names",
    "left_out",
    "marker_alleles",
    "named_drugs",
    "outside_by_sample",
    "strangers",
]


def chosen_genes(kb: KnowledgeBase, settings: RunSettings) -> list[GeneDefinition]:
    """Return the genes that were asked for, A–Z; all where none were.

    Raises
    ------
    UnknownGeneError
        The knowledge base has no such gene.
    """
    if not settings.genes:
        return list(kb.genes.values())
    unknown = [name for name in settings.genes if name not in kb.genes]
    if unknown:
        raise UnknownGeneError(
            f"no gene {unknown[0]!r} in the knowledge base",
            remedy=did_you_mean(unknown[0], kb.genes, "see `pgx kb genes` for the list"),
        )
    return [gene for name, gene in kb.genes.items() if name in settings.genes]


def chosen_samples(
    found: tuple[str, ...], settings: RunSettings, refused: Sequence[InputError]
) -> tuple[str, ...]:
    """Return the samples that were asked for, in input order; all where none were.

    Raises
    ------
    SampleNotFoundError
        One of them is in no input, and no input was refused.
    """
    if not settings.samples:
        return found
    there = set(found)
    lacking = [name for name in settings.samples if name not in there]
    if lacking and not refused:  # else the refusal says why
        raise SampleNotFoundError(
            f"{len(lacking)} of the samples asked for are in no input that could be read",
            remedy="check --samples against the #CHROM line",
        )
    wanted = set(settings.samples)
    return tuple(name for name in found if name in wanted)


def strangers(calls: list[OutsideCall], samples: tuple[str, ...]) -> list[str]:
    """Return a hint for each outside call of a sample that no input has; one for all of a tool.

    One file may serve several runs, so that it is no refusal; but nothing is lost silently.
    """
    there = set(samples)
    absent = [call for call in calls if call.sample and call.sample not in there]
    of_tools = Counter(call.tool for call in absent if call.tool)
    return [
        *(
            f"{call.where}: the sample of this outside call is in no input; the call is not used"
            for call in absent
            if not call.tool
        ),
        *(
            f"{count} call(s) of {tool} are of samples that are in no input, and not used; give the"
            " sample's name as the input has it"
            for tool, count in of_tools.items()
        ),
    ]


def left_out(calls: list[OutsideCall], kb: KnowledgeBase) -> list[str]:
    """Return a hint on the genes of each tool that the knowledge base does not have."""
    genes: dict[str, dict[str, None]] = {}
    for call in calls:
        if call.tool and call.gene not in kb.genes:
            genes.setdefault(call.tool, {})[call.gene] = None
    return [
        f"{len(names)} gene(s) of the file of {tool} are not in the knowledge base and not used"
        for tool, names in genes.items()
    ]


def outside_by_sample(
    calls: list[OutsideCall], samples: tuple[str, ...], kb: KnowledgeBase
) -> dict[tuple[str, str], OutsideCall]:
    """Assign outside calls by sample and gene; without a sample column there must be one sample.

    Raises
    ------
    OutsideCallError
        A gene that the knowledge base does not have, a call without a sample where there are
        several, or a second call.
    """
    found: dict[tuple[str, str], OutsideCall] = {}
    if not samples:
        return found
    for call in calls:
        if call.gene not in kb.genes:
            if call.tool:
                continue  # a tool's file holds all that the tool knows; see `left_out`
            raise OutsideCallError("the gene is not in the knowledge base", where=call.where)
        if not call.sample and len(samples) != 1:
            raise OutsideCallError(
                f"no sample named, and the input has {len(samples)}",
                where=call.where,
                remedy="name the one sample with --samples" if call.tool else "add a sample column",
            )
        name = call.sample or samples[0]
        if (name, call.gene) in found:
            raise OutsideCallError("a second call of this gene for this sample", where=call.where)
        found[name, call.gene] = call
    return found


def marker_alleles(guidance: GuidanceIndex, gene: str) -> tuple[str, ...]:
    """Return the alleles of a gene whose presence guidelines ask for."""
    found = {
        allele
        for topic in guidance.topics
        for name, alleles in zip(topic.genes, topic.languages, strict=True)
        for allele in alleles  # one guideline may ask for several
        if name == gene and allele
    }
    return tuple(sorted(found))


_REMEDY = "pgx kb drugs lists every drug with its other names"


def named_drugs(knowledge: KnowledgeBase, names: Iterable[str]) -> tuple[str, ...]:
    """Return the drugs with guidance that words mean, each once, in the order asked for.

    A word is a drug's name, a synonym, a brand, an RxNorm or an ATC code, in any case; one of a
    combination means each of its ingredients with guidance.

    Raises
    ------
    UnknownDrugError
        There is no guidance on what a word means.
    """
    own = {drug.drug.casefold(): drug.drug for drug in knowledge.drugs}
    found: dict[str, None] = {}
    unknown = []
    for word in _words(list(names), own):
        # the vocabulary is read for words that are no names of ours only
        name = own.get(word.casefold())
        meant = (name,) if name else knowledge.vocabulary.drugs_of(word)
        found.update(dict.fromkeys(meant))
        unknown += [] if meant else [word]
    if unknown:
        raise UnknownDrugError(
            f"no guidance on {', '.join(unknown)}",
            remedy=did_you_mean(unknown[0], drug_names(knowledge), _REMEDY),
        )
    return tuple(found)


def drug_names(knowledge: KnowledgeBase) -> Iterator[str]:
    """Yield every name that means a drug with guidance: its own first, then others, then brands."""
    yield from (drug.drug for drug in knowledge.drugs)
    guided = [s for s in knowledge.medicines.substances if knowledge.vocabulary.guided(s)]
    yield from (name for s in guided for name in (s.substance, *s.synonyms))
    yield from (name for s in guided for name in s.brands)


def _words(names: list[str], own: Mapping[str, str]) -> Iterator[str]:
    """Yield the words; two that are one drug's name, which has a comma, are one."""
    words = [name.strip() for name in names]
    while words:
        joined = ", ".join(words[:2])
        size = 2 if joined.casefold() in own else 1
        yield ", ".join(words[:size])
        words = words[size:]
