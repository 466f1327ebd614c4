"""Results as pandas frames; genotypes as arrays of scikit-allel and xarray."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Unpack

import numpy as np
import numpy.typing as npt
import polars as pl

from pgx.api.arguments import Base, Paths, SampleTable, base_of, paths_of, record_of, sample_info_of
from pgx.base.assemblies import CANONICAL, Assembly
from pgx.base.extensions import load_extra
from pgx.engine.reading import read_inputs
from pgx.errors import SampleNotFoundError
from pgx.genotypes.matrix import ABSENT, MISSING, UNPHASED, GeneGenotypes
from pgx.inputs.choices import Names, chosen_genes, settings_of
from pgx.inputs.settings import Absent, Limits
from pgx.records.calls import PatientResult
from pgx.reports.content.drug_ranking import in_order
from pgx.reports.tables.polars_frames import call_frame, recommendation_frame

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "DefiningGenotypes",
    "Frames",
    "to_allel",
    "to_pandas",
    "to_xarray",
]


class Frames(NamedTuple):
    """Two frames, one row per call and one row per recommendation."""

    calls: pd.DataFrame
    recommendations: pd.DataFrame


def to_pandas(results: PatientResult | Iterable[PatientResult]) -> Frames:
    """Return calls and recommendations of results as pandas frames.

    Parameters
    ----------
    results
        One result or several, as `pgx.annotate` returns them.

    Returns
    -------
    Frames
        ``calls`` (with ``evidence``, see `pgx.call`) and ``recommendations``, with the columns of
        the tables of the same names; samples in the given order, genes and drugs A–Z (what a
        patient takes now first). Lists are lists, ``candidates`` and ``alternatives`` lists of
        dictionaries; ``n_*`` are int32, probabilities and dose factors float64 with nan if missing;
        all others are strings or NA.

    Raises
    ------
    UsageError
        pandas is not installed (extra ``frames``).

    Examples
    --------
    >>> calls, advice = to_pandas([])
    >>> len(calls), list(advice.columns[:3])
    (0, ['sample', 'drug', 'source'])
    """
    pandas = load_extra("pandas", "frames")
    items = results if isinstance(results, Iterable) else [results]
    given = [record_of(item, PatientResult, "a result") for item in items]
    calls = [c for r in given for c in sorted(r.calls, key=lambda call: call.gene)]
    advice = [row for r in given for row in in_order(r)]
    return Frames(
        calls=_frame(pandas, call_frame(calls, with_sample=True)),
        recommendations=_frame(pandas, recommendation_frame(advice, with_sample=True)),
    )


def _frame(pandas: Any, frame: pl.DataFrame) -> pd.DataFrame:  # noqa: ANN401 - the module
    """Return a polars frame as a pandas frame, without pyarrow, which polars would require."""
    # column by column: polars' own to_pandas needs pyarrow
    columns = {
        column.name: pandas.Series(column.to_list(), dtype=_type(pandas, column.dtype))
        for column in frame
    }
    return pandas.DataFrame(columns)


def _type(pandas: Any, kind: pl.DataType) -> Any:  # noqa: ANN401 - the module, a type of it
    if kind == pl.Int32:
        return "int32"
    if kind == pl.Float64:
        return "float64"
    return pandas.StringDtype() if kind == pl.String else object


if TYPE_CHECKING:
    import allel
    import xarray


_NO_COPY: Final = -2
"""Fill value of sgkit: no allele is present, as opposed to an unknown allele."""


@dataclass(frozen=True, slots=True)
class DefiningGenotypes:
    """Genotypes of N samples at P defining positions, sorted by contig and position.

    Attributes
    ----------
    genotypes
        allel.GenotypeArray (P, N, 2) int8: an index into ``alleles``, -1 unknown, and -1 for
        the second haplotype if there is only one copy; ``is_phased`` is set.
    haploid
        (P, N) bool: only one copy is present.
    contig, position
        (P,) names such as ``chr10``, and 1-based positions on GRCh38.
    gene, rsid
        (P,) labels; a position shared by two genes occurs twice.
    alleles
        One tuple per position: the GRCh38 base, documented alternatives, then observed alleles
        that no definition contains.
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
    paths: Paths,
    *,
    assembly: Assembly | str | None = None,
    genes: Names = (),
    samples: Names = (),
    absent: Absent | str = Absent.NO_CALL,
    sample_info: SampleTable = None,
    knowledge: Base = None,
    kb_overlay: str | Path | None = None,
    **limits: Unpack[Limits],
) -> DefiningGenotypes:
    """Read inputs as `pgx.annotate` does and return the genotypes at defining positions.

    Parameters
    ----------
    paths
        One file or several (different regions or different samples).
    assembly, genes, samples, absent, sample_info, knowledge, kb_overlay, **limits
        As in `pgx.annotate`.

    Raises
    ------
    UsageError
        scikit-allel is not installed (extra ``frames``).
    UnknownGeneError
        A gene that the knowledge base does not have.
    PgxError
        The first input that cannot be trusted, or an invalid argument.
    """
    allel = load_extra("allel", "frames")
    settings = settings_of(
        assembly=assembly, genes=genes, samples=samples, absent=absent, limits=limits
    )
    kb = base_of(knowledge, kb_overlay)
    chosen = [gene for gene in chosen_genes(kb, settings) if gene.variants]
    info, known = sample_info_of(sample_info), list(kb.genes.values())
    found = read_inputs(paths_of(paths), chosen, settings, info or {}, known=known)
    if found.refused:
        raise found.refused[0]
    columns = _columns(found.samples, settings.samples)
    parts = [found.combined(gene) for gene in chosen]
    return _joined(allel, parts, [found.samples[i] for i in columns], columns)


def to_xarray(
    paths: Paths,
    *,
    assembly: Assembly | str | None = None,
    genes: Names = (),
    samples: Names = (),
    absent: Absent | str = Absent.NO_CALL,
    sample_info: SampleTable = None,
    knowledge: Base = None,
    kb_overlay: str | Path | None = None,
    **limits: Unpack[Limits],
) -> xarray.Dataset:
    """Return the data of `to_allel` as a dataset with sgkit's variable names.

    Returns
    -------
    xarray.Dataset
        Over variants, samples and ploidy: ``call_genotype`` (int8, -1 unknown, -2 if only one
        copy is present), ``call_genotype_mask`` (bool) and, without ploidy,
        ``call_genotype_phased``. Over variants: ``variant_contig`` (an index into ``contig_id``),
        ``variant_position`` (1-based, GRCh38), ``variant_id`` (rsID) and ``variant_gene``; over
        variants and alleles ``variant_allele``, padded with "". Over samples: ``sample_id``.

    Raises
    ------
    PgxError
        As in `to_allel`; ``UsageError`` if xarray is not installed (extra ``frames``).
    """
    library = load_extra("xarray", "frames")
    found = to_allel(
        paths,
        assembly=assembly,
        genes=genes,
        samples=samples,
        absent=absent,
        sample_info=sample_info,
        knowledge=knowledge,
        kb_overlay=kb_overlay,
        **limits,
    )
    calls = np.array(found.genotypes.values)
    # scikit-allel has no code for an absent copy; sgkit distinguishes it from a missing allele
    calls[:, :, 1][found.haploid] = _NO_COPY
    contigs = list(dict.fromkeys(found.contig))
    # sgkit pads the alleles of a variant with empty strings to a common number
    most = max((len(own) for own in found.alleles), default=0)
    alleles = [[*own, *[""] * (most - len(own))] for own in found.alleles]
    numbers = np.array([contigs.index(name) for name in found.contig], np.int8)
    cells, variants = ("variants", "samples"), ("variants",)
    dataset: xarray.Dataset = library.Dataset(
        {
            "call_genotype": ((*cells, "ploidy"), calls),
            "call_genotype_mask": ((*cells, "ploidy"), calls < 0),
            "call_genotype_phased": (cells, np.array(found.genotypes.is_phased)),
            "variant_contig": (variants, numbers),
            "variant_position": (variants, found.position),
            "variant_allele": (
                ("variants", "alleles"),
                np.array(alleles, dtype=object).reshape(len(alleles), most),
            ),
            "variant_id": (variants, found.rsid),
            "variant_gene": (variants, found.gene),
            "contig_id": (("contigs",), _labels(contigs)),
            "sample_id": (("samples",), _labels(found.samples)),
        },
        attrs={"assembly": Assembly.GRCH38.value},
    )
    return dataset


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
    """Concatenate genes and sort their positions in genome order."""
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
