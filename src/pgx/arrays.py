"""Genotypes at defining positions for population genetics: a scikit-allel array with its labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pgx.base.assemblies import CANONICAL
from pgx.base.errors import SampleNotFoundError
from pgx.base.extras import load_extra
from pgx.base.genes import Assembly
from pgx.genotypes.matrix import ABSENT, MISSING, UNPHASED, GeneGenotypes
from pgx.pipeline.local import knowledge_of
from pgx.pipeline.read import read_inputs
from pgx.pipeline.settings import Absent, RunSettings, SampleInfo

if TYPE_CHECKING:
    import allel

    from pgx.knowledge.snapshot import KnowledgeBase

__all__ = ["DefiningGenotypes", "to_allel"]


@dataclass(frozen=True, slots=True)
class DefiningGenotypes:
    """Genotypes of N samples at P defining positions, sorted by contig and position.

    Attributes
    ----------
    genotypes
        allel.GenotypeArray (P, N, 2) int8: an index into ``alleles``, -1 unknown, and -1 for
        the second strand where there is one copy only; ``is_phased`` is set.
    haploid
        (P, N) bool: there is one copy only.
    contig, position
        (P,) names such as ``chr10``, and 1-based positions on GRCh38.
    gene, rsid
        (P,) labels; a position of two genes stands twice.
    alleles
        A tuple a position: the base of GRCh38, documented alternatives, then those that were
        seen and that no definition names.
    samples
        (N,) names in input order.
    """

    genotypes: allel.GenotypeArray
    haploid: npt.NDArray[np.bool_]
    contig: npt.NDArray[np.object_]
    position: npt.NDArray[np.int64]
    gene: npt.NDArray[np.object_]
    rsid: npt.NDArray[np.object_]
    alleles: tuple[tuple[str, ...], ...]
    samples: tuple[str, ...]


def to_allel(
    paths: str | Path | Sequence[str | Path],
    *,
    assembly: Assembly | str | None = None,
    genes: Iterable[str] = (),
    samples: Iterable[str] = (),
    absent: Absent | str = Absent.NO_CALL,
    sample_info: Mapping[str, SampleInfo] | None = None,
    knowledge: KnowledgeBase | None = None,
    kb_overlay: str | Path | None = None,
) -> DefiningGenotypes:
    """Read inputs as `pgx.annotate` does and return what they show at defining positions.

    Parameters
    ----------
    paths
        One file or several (different regions or different samples).
    assembly, genes, samples, absent, sample_info, knowledge, kb_overlay
        As of `pgx.annotate`.

    Raises
    ------
    UsageError
        scikit-allel is not installed (extra ``frames``).
    UnknownGeneError
        A gene that the knowledge base does not have.
    PgxError
        The first input that cannot be trusted, or a wrong argument.
    """
    allel = load_extra("allel", "frames")
    kb = knowledge_of(kb_overlay, knowledge)
    given = [paths] if isinstance(paths, (str, Path)) else list(paths)
    settings = RunSettings(
        assembly=None if assembly is None else Assembly(assembly),
        genes=tuple(genes),
        samples=tuple(samples),
        absent=Absent(absent),
    )
    wanted = {kb.gene(name).gene for name in settings.genes} or set(kb.genes)
    chosen = [g for name, g in kb.genes.items() if name in wanted and g.variants]
    found = read_inputs(given, chosen, settings, sample_info or {}, known=list(kb.genes.values()))
    if found.refused:
        raise found.refused[0]
    columns = _columns(found.samples, settings.samples)
    parts = [found.combined(gene) for gene in chosen]
    return _joined(allel, parts, [found.samples[i] for i in columns], columns)


def _columns(there: Sequence[str], asked: Sequence[str]) -> list[int]:
    lacking = set(asked) - set(there)
    if lacking:
        raise SampleNotFoundError(
            f"{len(lacking)} of the samples asked for are in no input",
            remedy="check the names against the #CHROM line",
        )
    return [i for i, name in enumerate(there) if not asked or name in asked]


def _joined(
    allel: Any,  # noqa: ANN401 - the module
    parts: Sequence[GeneGenotypes],
    samples: Sequence[str],
    columns: Sequence[int],
) -> DefiningGenotypes:
    """Join genes and sort their positions as a genome is read."""
    sites = [(part, i) for part in parts for i in range(len(part.gene.variants))]
    sites.sort(key=_place)
    n = len(columns)
    codes = np.array([p.call[i, columns] for p, i in sites], np.int8).reshape(-1, n, 2)
    blocks = np.array([p.phase_block[i, columns] for p, i in sites], np.int32).reshape(-1, n)
    genotypes = allel.GenotypeArray(np.where(codes == ABSENT, MISSING, codes).astype(np.int8))
    genotypes.is_phased = blocks != UNPHASED
    return DefiningGenotypes(
        genotypes=genotypes,
        haploid=np.asarray(codes[:, :, 1] == ABSENT),
        contig=_labels([p.gene.contig for p, _ in sites]),
        position=np.array([p.gene.variants[i].position for p, i in sites], np.int64),
        gene=_labels([p.gene.gene for p, _ in sites]),
        rsid=_labels([p.gene.variants[i].rsid for p, i in sites]),
        alleles=tuple(_alleles(p, i) for p, i in sites),
        samples=tuple(samples),
    )


def _place(site: tuple[GeneGenotypes, int]) -> tuple[int, int]:
    part, index = site
    return CANONICAL.index(part.gene.contig), part.gene.variants[index].position


def _labels(texts: Sequence[str]) -> npt.NDArray[np.object_]:
    return np.array(texts, dtype=object)


def _alleles(part: GeneGenotypes, index: int) -> tuple[str, ...]:
    named = part.gene.variants[index].alleles
    extra = part.extra[index] if index < len(part.extra) else []
    return (*named, *(label.rpartition(">")[2] for label in extra))
