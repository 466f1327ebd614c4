"""Check files, run cohorts of any size, and write files with known diplotypes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Unpack, cast

from pgx.api.arguments import (
    Base,
    Paths,
    SampleTable,
    base_of,
    path_of,
    paths_of,
    record_of,
    sample_info_of,
)
from pgx.base.assemblies import Assembly
from pgx.errors import UsageError
from pgx.inputs.choices import Names, assembly_of, settings_of
from pgx.inputs.settings import Absent, Limits

if TYPE_CHECKING:
    from pgx.engine.check import CheckRun
    from pgx.engine.results import CohortOutcome
    from pgx.simulator.settings import SimulationSettings

__all__ = ["check", "cohort", "simulate"]

Diplotypes = Mapping[str, str | Sequence[str]]
"""Gene to a diplotype, ``"*1/*2"``, or to the names of its alleles."""


def check(
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
) -> CheckRun:
    """Return the genes that files can answer, position by position, before calling.

    Arguments are those of `pgx.annotate`.

    Returns
    -------
    pgx.engine.check.CheckRun
        ``genes`` with their verdicts, positions and the alleles that cannot be identified.

    Raises
    ------
    PgxError
        The first input that cannot be trusted, or an invalid argument.
    """
    from pgx.engine.check import check as check_inputs

    settings = settings_of(
        assembly=assembly, genes=genes, samples=samples, absent=absent, limits=limits
    )
    kb, info = base_of(knowledge, kb_overlay), sample_info_of(sample_info)
    found = check_inputs(paths_of(paths), settings, knowledge=kb, sample_info=info)
    if found.refused:
        raise found.refused[0]
    return found


def cohort(
    paths: Paths,
    output: str | Path,
    *,
    assembly: Assembly | str | None = None,
    genes: Names = (),
    drugs: Names = (),
    samples: Names = (),
    absent: Absent | str = Absent.NO_CALL,
    sample_info: str | Path | None = None,
    outside: str | Path | None = None,
    knowledge: Base = None,
    kb_overlay: str | Path | None = None,
    tsv: bool = False,
    workers: int = 0,
    force: bool = False,
    **limits: Unpack[Limits],
) -> CohortOutcome:
    """Call any number of samples and write the tables of ``pgx cohort``.

    Parameters
    ----------
    paths
        VCF, gVCF, BCF or VCF Zarr: different regions or different samples.
    output
        The output folder. It receives ``calls.parquet``, ``recommendations.parquet``,
        ``cohort.json`` and the tables of frequencies and quality.
    sample_info, outside
        Files: a table of sex and population, calls of other tools.
    tsv
        Also write the tables as text.
    workers
        Number of processes that read and call; this process alone by default.
    force
        Replace results in the folder, or another run's unfinished parts.
    assembly, genes, drugs, samples, absent, knowledge, kb_overlay, **limits
        As of `pgx.annotate`.

    Returns
    -------
    pgx.engine.results.CohortOutcome
        The samples, the files, and the ``refused`` inputs, which do not affect the others.

    Raises
    ------
    PgxError
        An invalid argument, no usable input, or a folder that cannot be written.
    """
    from pgx.engine.plan import make_plan
    from pgx.engine.run import check_workers, run_whole
    from pgx.engine.work import Silent

    settings = settings_of(
        assembly=assembly,
        genes=genes,
        drugs=drugs,
        samples=samples,
        absent=absent,
        with_sites=False,
        limits=limits,
    )
    kb, folder = base_of(knowledge, kb_overlay), path_of(output)
    plan = make_plan(
        [str(path) for path in paths_of(paths)],
        settings,
        sample_info=None if sample_info is None else path_of(sample_info),
        outside_calls=None if outside is None else path_of(outside),
        overlay=None if kb_overlay is None else path_of(kb_overlay),
        formats=("parquet", "tsv") if tsv else ("parquet",),
        knowledge=kb,
    )
    check_workers(plan, record_of(workers, int, "workers"), "")
    outcome = run_whole(plan, kb, folder, Silent(), force=force, n_workers=workers)
    if outcome.refused and not outcome.n_samples:
        raise outcome.refused[0]
    return outcome


def simulate(
    diplotypes: Diplotypes | Mapping[str, Diplotypes],
    path: str | Path | None = None,
    *,
    sample: str = "SAMPLE",
    assembly: Assembly | str | None = None,
    settings: SimulationSettings | None = None,
    knowledge: Base = None,
) -> str:
    """Return the text of a VCF with known diplotypes; also write it if a path is given.

    Parameters
    ----------
    diplotypes
        Gene to diplotype of one sample, ``{"CYP2C19": "*1/*2"}``, or sample to such a mapping.
        Other genes carry their default allele.
    path
        File to write; ``.gz`` compresses.
    sample
        Name of the single sample.
    assembly
        ``GRCh38`` by default.
    settings
        Output style: form, phase, missing positions; in place of ``assembly``.
    knowledge
        As in `pgx.annotate`.

    Raises
    ------
    UnknownGeneError, UnknownAlleleError
        A name that the knowledge base does not have.
    UsageError
        Another invalid argument.
    OutputError
        The file cannot be written.

    Examples
    --------
    >>> text = simulate({"CYP2C19": "*2/*2"})
    >>> [line.split()[9][:3] for line in text.splitlines() if "rs4244285" in line]
    ['1|1']
    """
    from pgx.simulator.settings import SimulationSettings
    from pgx.simulator.vcf import render_vcf, write_vcf

    if settings is not None and assembly is not None:
        raise UsageError("settings and assembly exclude each other")
    chosen = (
        settings
        if settings is not None
        else SimulationSettings(assembly=assembly_of(assembly) or Assembly.GRCH38)
    )
    people = {name: _alleles(own) for name, own in _by_sample(diplotypes, sample).items()}
    genes = base_of(knowledge).genes
    text = render_vcf(genes, people, record_of(chosen, SimulationSettings, "settings"))
    if path is not None:
        write_vcf(path_of(path), text)
    return text


def _by_sample(
    diplotypes: Diplotypes | Mapping[str, Diplotypes], sample: str
) -> dict[str, Diplotypes]:
    if not isinstance(diplotypes, Mapping) or not diplotypes:
        raise UsageError("diplotypes are given by gene", remedy="see help(pgx.simulate)")
    if not all(isinstance(name, str) for name in (sample, *diplotypes)):
        raise UsageError("names of samples and genes are texts")
    several = {name: own for name, own in diplotypes.items() if isinstance(own, Mapping)}
    if not several:
        return {sample: cast("Diplotypes", diplotypes)}
    if len(several) != len(diplotypes):
        raise UsageError("diplotypes are given by gene, or by sample and gene, not both")
    return several


def _alleles(diplotypes: Diplotypes) -> dict[str, tuple[str, ...]]:
    from pgx.simulator.haplotypes import parse_diplotype

    found = {}
    for gene, own in diplotypes.items():
        record_of(gene, str, "a gene")
        names = own if isinstance(own, Sequence) else ()
        if not names or not all(isinstance(name, str) for name in names):
            raise UsageError(f"{gene}: no diplotype", remedy='such as "*1/*2" or ("*1", "*2")')
        found[gene] = parse_diplotype(own) if isinstance(own, str) else tuple(names)
    return found
