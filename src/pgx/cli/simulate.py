"""``pgx simulate``: a VCF or gVCF with chosen diplotypes, or gVCFs whose depth follows copies."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from pgx.base.assemblies import Assembly
from pgx.base.texts import is_text
from pgx.cli.options import Release, run_app, single
from pgx.errors import OutputError, UsageError
from pgx.inputs.release import release_at
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.genes import GeneDefinition
from pgx.simulator.depth.noise import DepthSettings, generator
from pgx.simulator.depth.people import truth_table
from pgx.simulator.files import SampleTable, read_samples, write_vcf
from pgx.simulator.haplotypes import common_spellings, parse_diplotype
from pgx.simulator.settings import (
    AmbiguityChoice,
    ContigStyle,
    Sex,
    SimulationSettings,
    SitePosition,
    VariantForm,
    WriteStyle,
    known_gene,
)
from pgx.simulator.vcf import check_samples, render_vcf

__all__ = [
    "numbered",
    "run",
    "simulate",
    "with_structures",
    "write_depth",
]


_DRAW_STREAM = 1
_LONGEST_NAME = 200
_ENDING = ".g.vcf.gz"


def numbered(table: SampleTable, count: int | None) -> SampleTable:
    """Return as many samples like the only one, numbered; the table itself without a count.

    Raises
    ------
    UsageError
        No samples, or a table that has several.
    """
    if count is None:
        return table
    if count < 1 or len(table.samples) != 1:
        raise UsageError(
            "--count needs one kind of sample and a number from 1",
            remedy="leave out --table, or --count",
        )
    ((name, diplotypes),) = table.samples.items()
    samples = {f"{name}_{n}": diplotypes for n in range(1, count + 1)}
    return SampleTable(samples=samples, sex_of={})


def with_structures(kb: KnowledgeBase, table: SampleTable, seed: int) -> SampleTable:
    """Draw what chromosomes carry for genes of a known structure that a sample does not name."""
    from pgx.simulator.depth.people import draw_diplotypes

    samples = {}
    for name, diplotypes in table.samples.items():
        open_genes = {g: own for g, own in kb.genes.items() if g not in diplotypes}
        drawn = draw_diplotypes(open_genes, kb.frequencies, generator(seed, _DRAW_STREAM, name))
        samples[name] = {**diplotypes, **drawn}
    return msgspec.structs.replace(table, samples=samples)


def write_depth(
    output: Path,
    genes: Mapping[str, GeneDefinition],
    table: SampleTable,
    settings: SimulationSettings,
    depth: DepthSettings,
) -> None:
    """Write the gVCF of the only sample, or a folder with one gVCF a sample.

    Raises
    ------
    UsageError
        Settings that contradict each other, a name that is none for a file, or several samples
        for standard output.
    OutputError
        The folder cannot be made, or a file not be written.
    """
    from pgx.copynumber.depth import default_panel
    from pgx.simulator.depth.gvcf import DepthSimulator
    from pgx.simulator.depth.noise import panel_windows

    check_samples(table.samples)
    windows, _ = panel_windows(default_panel())
    simulator = DepthSimulator(genes, settings, depth, windows)
    if len(table.samples) == 1 and not output.is_dir():
        ((sample, diplotypes),) = table.samples.items()
        return _write(output, simulator.render(sample, diplotypes))
    files = {sample: output / (_file_name(sample) + _ENDING) for sample in table.samples}
    _make_folder(output)
    for sample, path in files.items():
        write_vcf(path, simulator.render(sample, table.samples[sample]))
    return None


def _file_name(sample: str) -> str:
    """Return a sample's name where it can be that of a file.

    Raises
    ------
    UsageError
        It names a folder, is hidden, too long, or has signs that cannot be printed.
    """
    odd = any(sign in sample for sign in "/\\:") or not sample.isprintable()
    if odd or sample.startswith(".") or len(sample.encode()) > _LONGEST_NAME:
        raise UsageError(
            "a sample's name cannot be that of a file",
            remedy="give names of letters, digits, _ and -",
        )
    return sample


def _make_folder(output: Path) -> None:
    if str(output) == "-":
        raise UsageError(
            "several samples with depth are several files", remedy="give a folder as --output"
        )
    try:
        output.mkdir(exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"cannot make the folder: {error.strerror}", where=str(output), remedy="check its place"
        ) from error


_SITES = "GENE:POSITION on GRCh38, or GENE:all; may be repeated."


def simulate(
    *,
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            help="File to write; .gz compresses, - is stdout. A folder for many with --coverage.",
        ),
    ],
    gene: Annotated[
        list[str] | None,
        typer.Option("--gene", help="GENE=ALLELE/ALLELE, in phase; may be repeated."),
    ] = None,
    sample: Annotated[str, typer.Option(help="Name of the sample of --gene.")] = "SAMPLE",
    table: Annotated[
        Path | None, typer.Option(help="TSV of sample, gene, diplotype: several samples at once.")
    ] = None,
    assembly: Annotated[Assembly, typer.Option(help="Assembly to write.")] = Assembly.GRCH38,
    style: Annotated[
        WriteStyle | None,
        typer.Option(
            help="Variant sites only, all sites (default), or a gVCF with blocks; "
            "with --coverage a gVCF.",
            show_default=False,
        ),
    ] = None,
    unphased: Annotated[bool, typer.Option("--unphased", help="Write 0/1, not 0|1.")] = False,
    missing: Annotated[list[str] | None, typer.Option(help=f"Leave out: {_SITES}")] = None,
    no_call: Annotated[list[str] | None, typer.Option(help=f"Write ./.: {_SITES}")] = None,
    half_call: Annotated[list[str] | None, typer.Option(help=f"Write ./1: {_SITES}")] = None,
    filtered: Annotated[list[str] | None, typer.Option(help=f"FILTER LowQual: {_SITES}")] = None,
    low_quality: Annotated[list[str] | None, typer.Option(help=f"DP and GQ 0: {_SITES}")] = None,
    contigs: Annotated[
        ContigStyle, typer.Option(help="Names of contigs: chr10, 10, NC_000010.11, CM000672.2.")
    ] = ContigStyle.CHR,
    sex: Annotated[Sex | None, typer.Option(help="A male has one copy of chrX genes.")] = None,
    diploid_x: Annotated[
        bool, typer.Option("--diploid-x", help="Write a male's chrX genotypes as 0/0, 1/1.")
    ] = False,
    write_variants: Annotated[
        VariantForm, typer.Option(help="Indels leftmost, rightmost, or padded and joined.")
    ] = VariantForm.LEFT,
    phase_sets: Annotated[
        list[str] | None, typer.Option(help="N or GENE:N phase blocks (PS); may be repeated.")
    ] = None,
    flip_blocks: Annotated[
        bool, typer.Option("--flip-blocks", help="Exchange haplotypes in every second block.")
    ] = False,
    ambiguity: Annotated[
        AmbiguityChoice, typer.Option(help="Base where a definition allows several.")
    ] = AmbiguityChoice.COMMON,
    only_named: Annotated[
        bool, typer.Option("--only-named", help="Leave out genes without --gene.")
    ] = False,
    no_depth: Annotated[bool, typer.Option("--no-depth", help="No AD, DP, GQ.")] = False,
    undeclared: Annotated[
        bool, typer.Option("--undeclared", help="A header that does not tell the assembly.")
    ] = False,
    no_star: Annotated[
        bool, typer.Option("--no-star", help="Reference, not *, at sites inside a deletion.")
    ] = False,
    lower_case: Annotated[bool, typer.Option("--lower-case", help="Bases in lower case.")] = False,
    crlf: Annotated[bool, typer.Option("--crlf", help="CR LF line ends.")] = False,
    coverage: Annotated[
        float | None,
        typer.Option(help="Reads over two copies, such as 30: a gVCF whose depth follows copies."),
    ] = None,
    noise: Annotated[
        float, typer.Option(help="SD of the log depth between windows, beside counting reads.")
    ] = 0.05,
    structures: Annotated[
        bool,
        typer.Option("--structures", help="Draw copies and hybrids of genes that have them."),
    ] = False,
    count: Annotated[
        int | None, typer.Option(help="So many samples, NAME_1 to NAME_N, in a folder.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of depth and of what is drawn.")] = 0,
    truth: Annotated[
        Path | None, typer.Option(help="Write a TSV of sample, gene, diplotype as results name it.")
    ] = None,
    kb: Release = None,
) -> None:
    """Write a VCF whose diplotypes are known, from the knowledge base alone.

    Genes that are not named carry their default allele.

    Examples:
      pgx simulate -o patient.vcf --gene CYP2C19=*2/*17 --gene "VKORC1=rs9923231 variant (T)/rs9923231 reference (C)"

      pgx simulate -o patient.g.vcf.gz --style gvcf --sex male --gene "DPYD=Reference/c.1905+1G>A (*2A)"

      pgx simulate -o old.vcf --assembly GRCh37 --unphased --missing CYP2C19:94781859 --gene CYP2C19=*1/*2

      pgx simulate -o cohort.vcf --table patients.tsv --style variants

      pgx simulate -o deep.g.vcf.gz --coverage 30 --gene CYP2D6=*36+*10/*2

      pgx simulate -o people --coverage 30 --structures --count 50 --truth truth.tsv
    """  # noqa: E501 (examples are copied as one line)
    release = release_at(kb)
    genes = release.genes
    chosen = _samples(gene, sample, table)
    depth = _depth(coverage, noise, seed)
    if depth is None and (structures or count is not None):
        raise UsageError("--structures and --count need --coverage", remedy="add --coverage 30")
    chosen = numbered(chosen, count)
    if structures:
        chosen = with_structures(release, chosen, seed)
    settings = SimulationSettings(
        assembly=assembly,
        phased=not unphased,
        style=style or (WriteStyle.ALL_SITES if depth is None else WriteStyle.GVCF),
        form=write_variants,
        contig_style=contigs,
        missing=_sites(genes, "--missing", missing),
        no_calls=_sites(genes, "--no-call", no_call),
        half_calls=_sites(genes, "--half-call", half_call),
        filtered=_sites(genes, "--filtered", filtered),
        low_quality=_sites(genes, "--low-quality", low_quality),
        ambiguity=ambiguity,
        common=common_spellings(genes, release.frequencies),
        sex=sex,
        sex_of=chosen.sex_of,
        diploid_x=diploid_x,
        only_named=only_named,
        phase_sets=_phase_sets(phase_sets or ()),
        default_phase_sets=_default_phase_sets(phase_sets or ()),
        flip_blocks=flip_blocks,
        depth=not no_depth,
        declared=not undeclared,
        star_alleles=not no_star,
        lower_case=lower_case,
        crlf=crlf,
    )
    if depth is None:
        _write(output, render_vcf(genes, chosen.samples, settings))
    else:
        write_depth(output, genes, chosen, settings, depth)
    if truth is not None:
        _write(truth, truth_table(genes, chosen))


def _depth(coverage: float | None, noise: float, seed: int) -> DepthSettings | None:
    if coverage is None:
        return None
    return DepthSettings(coverage=coverage, noise=noise, seed=seed)


def _write(output: Path, text: str) -> None:
    if str(output) == "-":
        sys.stdout.buffer.write(text.encode("utf-8"))
    else:
        write_vcf(output, text)


def _samples(named: list[str] | None, sample: str, table: Path | None) -> SampleTable:
    """Return the samples of the table, or the one of ``--gene``.

    Raises
    ------
    UsageError
        Both are given, a gene twice, or a text without ``=``.
    """
    if table is not None:
        if named:
            raise UsageError("--gene and --table exclude each other", remedy="use one of them")
        return read_samples(table)
    if not is_text(sample):
        raise UsageError("the name of the sample is not UTF-8 text", remedy="choose another one")
    diplotypes: dict[str, tuple[str, ...]] = {}
    for text in named or ():
        gene, equals, names = text.partition("=")
        if not equals:
            raise UsageError(f"--gene {text!r} has no =", remedy="write it like CYP2C19=*1/*2")
        if gene in diplotypes:
            raise UsageError(f"--gene names {gene} twice", remedy="give one diplotype a gene")
        diplotypes[gene] = parse_diplotype(names)
    return SampleTable(samples={sample: diplotypes}, sex_of={})


def _sites(
    genes: Mapping[str, GeneDefinition], option: str, texts: list[str] | None
) -> frozenset[SitePosition]:
    """Parse ``GENE:POSITION`` and ``GENE:all``.

    Raises
    ------
    UnknownGeneError
        No such gene.
    UsageError
        Not a gene and a position.
    """
    found: set[SitePosition] = set()
    for text in texts or ():
        gene, _, place = text.rpartition(":")
        definition = known_gene(genes, gene)
        if place == "all":
            found.update((gene, variant.position) for variant in definition.variants)
        elif place.isascii() and place.isdigit():
            found.add((gene, int(place)))
        else:
            raise UsageError(f"{option} {text!r} has no position", remedy="write GENE:POSITION")
    return frozenset(found)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise UsageError(f"--phase-sets {text!r} is no number", remedy="write N or GENE:N")
    return int(text)


def _phase_sets(texts: Iterable[str]) -> dict[str, int]:
    pairs = (text.rpartition(":") for text in texts if ":" in text)
    return {gene: _count(number) for gene, _, number in pairs}


def _default_phase_sets(texts: Iterable[str]) -> int:
    return max((_count(text) for text in texts if ":" not in text), default=0)


def run(words: list[str]) -> int:
    """Run the command; return its exit status."""
    return run_app(single(simulate, "simulate"), words, "pgx simulate")
