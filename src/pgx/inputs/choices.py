"""Selections of a run: settings, genes, drugs, samples, and the samples of outside calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from pgx.base.assemblies import Assembly
from pgx.base.texts import did_you_mean, shape_problem
from pgx.errors import (
    InputError,
    OutsideCallError,
    SampleNotFoundError,
    UnknownGeneError,
    UsageError,
)
from pgx.inputs.settings import Absent, Limits, Prior, RunSettings, Untyped
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.outside.calls import OutsideCall
from pgx.recommendations.index import GuidanceIndex
from pgx.records.genes import GeneDefinition

__all__ = [
    "Names",
    "assembly_of",
    "chosen_genes",
    "chosen_samples",
    "left_out",
    "marker_alleles",
    "names_of",
    "outside_by_sample",
    "settings_of",
    "strangers",
]


Names = str | Iterable[str]
"""Names as a comma-separated text, or as a collection."""
_Choice = TypeVar("_Choice", bound=StrEnum)
_ASSEMBLIES: Final = {
    "grch37": Assembly.GRCH37,
    "hg19": Assembly.GRCH37,
    "grch38": Assembly.GRCH38,
    "hg38": Assembly.GRCH38,
}
"""UCSC names the same assemblies hg19 and hg38; its hg19 had another mitochondrion at first."""


def settings_of(
    *,
    assembly: Assembly | str | None = None,
    genes: Names = (),
    drugs: Names = (),
    samples: Names = (),
    absent: Absent | str = Absent.NO_CALL,
    with_sites: bool = True,
    limits: Limits | None = None,
) -> RunSettings:
    """Return the settings for options given as text or values.

    Raises
    ------
    UsageError
        An option is not recognised, or a value has another type or is out of range.
    InputError
        The file of untyped positions cannot be read.
    """
    said = {
        "assembly": assembly_of(assembly),
        "genes": names_of(genes, "genes"),
        "drugs": names_of(drugs, "drugs"),
        "samples": names_of(samples, "samples"),
        "absent": _choice(Absent, absent, "absent"),
        "with_sites": with_sites,
        **_limits_of(limits or {}),
    }
    try:
        return msgspec.convert(said, RunSettings)
    except msgspec.ValidationError as error:
        if isinstance(error.__cause__, UsageError):  # a value out of range
            raise error.__cause__ from None
        raise UsageError(
            f"a setting has another type: {shape_problem(error, RunSettings)}",
            remedy="see pgx.annotate",
        ) from error


def _limits_of(limits: Limits) -> dict[str, object]:
    unknown = sorted(set(limits) - set(Limits.__annotations__))
    if unknown:
        known = ", ".join(Limits.__annotations__)
        raise UsageError(f"no argument {unknown[0]!r}", remedy=f"there are {known}")
    said: dict[str, object] = {**limits}
    if "prior" in limits:
        said["prior"] = _choice(Prior, limits["prior"], "prior")
    if "untyped" in limits:
        said["untyped"] = _untyped_of(limits["untyped"])
    return said


def _untyped_of(given: Untyped) -> object:
    if isinstance(given, str | Path):
        if "\0" in str(given):
            raise UsageError("a path has a null character")
        from pgx.inputs.side_files import read_untyped

        given = read_untyped(Path(given))
    places = () if given is None else given
    return list(places) if isinstance(places, Iterable) else places


def names_of(given: Names, what: str = "names") -> tuple[str, ...]:
    """Return unique names; a text may contain several, separated by commas.

    >>> names_of("CYP2C19, CYP2D6"), names_of(["CYP2C19", "CYP2C19"])
    (('CYP2C19', 'CYP2D6'), ('CYP2C19',))

    Raises
    ------
    UsageError
        Neither a text nor a collection of texts.
    """
    if isinstance(given, str):
        return tuple(dict.fromkeys(name.strip() for name in given.split(",") if name.strip()))
    found = tuple(given) if isinstance(given, Iterable) else (given,)
    if not all(isinstance(name, str) for name in found):
        raise UsageError(f"{what} are names, or one text of them", remedy="see help(pgx.annotate)")
    return tuple(dict.fromkeys(found))


def assembly_of(word: Assembly | str | None) -> Assembly | None:
    """Return the assembly for a name, in any case; None for None.

    >>> assembly_of("hg38")
    <Assembly.GRCH38: 'GRCh38'>

    Raises
    ------
    UsageError
        It is neither GRCh37 (hg19) nor GRCh38 (hg38).
    """
    if word is None:
        return None
    found = _ASSEMBLIES.get(word.casefold()) if isinstance(word, str) else None
    if found is None:
        raise UsageError(f"unknown assembly {word!r}", remedy="choose GRCh37 or GRCh38")
    return found


def _choice(kind: type[_Choice], word: str, what: str) -> _Choice:
    try:
        return kind(word)
    except ValueError:
        known = " or ".join(kind)
        raise UsageError(f"{what} is {known}, not {word!r}", remedy="choose one of them") from None


def chosen_genes(kb: KnowledgeBase, settings: RunSettings) -> list[GeneDefinition]:
    """Return the requested genes, A–Z; all if none were requested.

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
    """Return the requested samples, in input order; all if none were requested.

    Raises
    ------
    SampleNotFoundError
        One of them is in no input, and no input was refused.
    """
    if not settings.samples:
        return found
    there = set(found)
    lacking = [name for name in settings.samples if name not in there]
    if lacking and not refused:  # otherwise the refused input is reported
        raise SampleNotFoundError(
            f"{len(lacking)} of the samples asked for are in no input that could be read",
            remedy="check --samples against the #CHROM line",
        )
    wanted = set(settings.samples)
    return tuple(name for name in found if name in wanted)


def strangers(calls: list[OutsideCall], samples: tuple[str, ...]) -> list[str]:
    """Return a hint on the outside calls of unknown samples, one for each table or tool.

    One file may serve several runs, so this is not an error, but no call is dropped silently.
    """
    there = set(samples)
    absent = [call for call in calls if call.sample and call.sample not in there]
    of_tools = Counter(call.tool for call in absent if call.tool)
    of_table = [call for call in absent if not call.tool]
    return [
        *_of_table(of_table, len(calls)),
        *(
            f"{count} call(s) of {tool} are of samples that are in no input, and not used; give the"
            " sample's name as the input has it"
            for tool, count in of_tools.items()
        ),
    ]


def _of_table(absent: list[OutsideCall], n_calls: int) -> list[str]:
    """Return the hint on calls of our own table, of which there is one in a run."""
    if len(absent) < 2:
        said = "the sample of this outside call is in no input; the call is not used"
        return [f"{call.where}: {said}" for call in absent]
    file = absent[0].where.partition(" line ")[0]
    count = f"{len(absent)} of {n_calls} calls"
    return [f"{file}: {count} are of samples that are in no input, and not used"]


def left_out(calls: list[OutsideCall], kb: KnowledgeBase) -> list[str]:
    """Return a hint on the genes of each tool that are not in the knowledge base."""
    genes: dict[str, dict[str, None]] = {}
    for call in calls:
        if call.tool and call.gene not in kb.genes:
            genes.setdefault(call.tool, {})[call.gene] = None
    return [
        f"{len(names)} gene(s) of the file of {tool} are not in the knowledge base and not used"
        for tool, names in genes.items()
    ]


_NAME_SAMPLE: Final = "name the one sample with --samples"
_ADD_SAMPLE: Final = (
    "begin the file with a header line and name the sample in each line: sample, gene, diplotype,"
    " phenotype, activity_score"
)


def outside_by_sample(
    calls: list[OutsideCall], samples: tuple[str, ...], kb: KnowledgeBase
) -> dict[tuple[str, str], OutsideCall]:
    """Return outside calls by sample and gene; without a sample column there must be one sample.

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
                continue  # a tool's file contains all of its genes; see `left_out`
            raise OutsideCallError(
                "the gene is not in the knowledge base",
                where=call.where,
                remedy="remove the line; pgx kb genes lists the genes",
            )
        if not call.sample and len(samples) != 1:
            raise OutsideCallError(
                f"no sample named, and the input has {len(samples)}",
                where=call.where,
                remedy=_NAME_SAMPLE if call.tool else _ADD_SAMPLE,
            )
        name = call.sample or samples[0]
        if (name, call.gene) in found:
            raise OutsideCallError("a second call of this gene for this sample", where=call.where)
        found[name, call.gene] = call
    return found


def marker_alleles(guidance: GuidanceIndex, gene: str) -> tuple[str, ...]:
    """Return the alleles of a gene whose presence is a condition of guidelines."""
    found = {
        allele
        for topic in guidance.topics
        for name, alleles in zip(topic.genes, topic.languages, strict=True)
        for allele in alleles  # one guideline may name several
        if name == gene and allele
    }
    return tuple(sorted(found))
