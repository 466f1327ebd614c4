"""``pgx simulate``: a VCF or gVCF of chosen diplotypes, or gVCFs with depth by copy number."""

from __future__ import annotations

import sys
from collections.abc import Mapping
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
from pgx.simulator.vcf import SampleTable, check_samples, read_samples, render_vcf, write_vcf

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
_SITES = "GENE:POSITION on GRCh38, or GENE:all; may be repeated."

Output = Annotated[
    Path,
    typer.Option(
        "--output",
        "-o",
        help="File to write; .gz compresses, - is stdout. A folder for many with --coverage.",
    ),
]
GeneOption = Annotated[
    list[str] | None,
    typer.Option("--gene", help="GENE=ALLELE/ALLELE, in phase; may be repeated."),
]
Sample = Annotated[str, typer.Option(help="Name of the sample of --gene.")]
Table = Annotated[
    Path | None, typer.Option(help="TSV of sample, gene, diplotype: several samples at once.")
]
AssemblyOption = Annotated[Assembly, typer.Option(help="Assembly to write.")]
StyleOption = Annotated[
    WriteStyle | None,
    typer.Option(
        help="Variant sites only, all sites (default), or a gVCF with blocks; "
        "with --coverage a gVCF.",
        show_default=False,
    ),
]
Unphased = Annotated[bool, typer.Option("--unphased", help="Write 0/1, not 0|1.")]
Missing = Annotated[list[str] | None, typer.Option(help=f"Leave out: {_SITES}")]
NoCall = Annotated[list[str] | None, typer.Option(help=f"Write ./.: {_SITES}")]
HalfCall = Annotated[list[str] | None, typer.Option(help=f"Write ./1: {_SITES}")]
Filtered = Annotated[list[str] | None, typer.Option(help=f"FILTER LowQual: {_SITES}")]
LowQuality = Annotated[list[str] | None, typer.Option(help=f"DP and GQ 0: {_SITES}")]
ContigsOption = Annotated[
    ContigStyle, typer.Option(help="Names of contigs: chr10, 10, NC_000010.11, CM000672.2.")
]
SexOption = Annotated[Sex | None, typer.Option(help="A male has one copy of chrX genes.")]
DiploidX = Annotated[
    bool, typer.Option("--diploid-x", help="Write a male's chrX genotypes as 0/0, 1/1.")
]
WriteVariants = Annotated[
    VariantForm, typer.Option(help="Indels leftmost, rightmost, or padded and joined.")
]
PhaseSets = Annotated[
    list[str] | None, typer.Option(help="N or GENE:N phase blocks (PS); may be repeated.")
]
FlipBlocks = Annotated[
    bool, typer.Option("--flip-blocks", help="Exchange haplotypes in every second block.")
]
Ambiguity = Annotated[AmbiguityChoice, typer.Option(help="Base where a definition allows several.")]
OnlyNamed = Annotated[bool, typer.Option("--only-named", help="Leave out genes without --gene.")]
NoDepth = Annotated[bool, typer.Option("--no-depth", help="No AD, DP, GQ.")]
Undeclared = Annotated[bool, typer.Option("--undeclared", help="A header without the assembly.")]
NoStar = Annotated[
    bool, typer.Option("--no-star", help="Reference, not *, at sites inside a deletion.")
]
LowerCase = Annotated[bool, typer.Option("--lower-case", help="Bases in lower case.")]
Crlf = Annotated[bool, typer.Option("--crlf", help="CR LF line ends.")]
Coverage = Annotated[
    float | None,
    typer.Option(help="Reads over two copies, such as 30: a gVCF whose depth follows copies."),
]
Noise = Annotated[
    float, typer.Option(help="SD of the log depth between windows, beside counting reads.")
]
Structures = Annotated[
    bool,
    typer.Option("--structures", help="Simulate copy number and hybrid genes."),
]
Count = Annotated[
    int | None, typer.Option(help="Number of samples, NAME_1 to NAME_N, in a folder.")
]
Seed = Annotated[int, typer.Option(help="Random seed.")]
Truth = Annotated[
    Path | None, typer.Option(help="Write a TSV of sample, gene, diplotype as results name it.")
]


def numbered(table: SampleTable, count: int | None) -> SampleTable:
    """Return numbered copies of the only sample; the table itself without a count.

    Raises
    ------
    UsageError
        The table has no sample, or several.
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
    """Draw structural haplotypes for genes of known structure that a sample does not specify."""
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
    """Write the gVCF of the only sample, or a folder with one gVCF per sample.

    Raises
    ------
    UsageError
        Contradictory settings, a name that is invalid for a file, or several samples
        for standard output.
    OutputError
        The folder cannot be created, or a file cannot be written.
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
    """Return a sample's name if it is valid as a file name.

    Raises
    ------
    UsageError
        It names a folder, is hidden, too long, or has unprintable characters.
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


def simulate(
    *,
    output: Output,
    gene: GeneOption = None,
    sample: Sample = "SAMPLE",
    table: Table = None,
    assembly: AssemblyOption = Assembly.GRCH38,
    style: StyleOption = None,
    unphased: Unphased = False,
    missing: Missing = None,
    no_call: NoCall = None,
    half_call: HalfCall = None,
    filtered: Filtered = None,
    low_quality: LowQuality = None,
    contigs: ContigsOption = ContigStyle.CHR,
    sex: SexOption = None,
    diploid_x: DiploidX = False,
    write_variants: WriteVariants = VariantForm.LEFT,
    phase_sets: PhaseSets = None,
    flip_blocks: FlipBlocks = False,
    ambiguity: Ambiguity = AmbiguityChoice.COMMON,
    only_named: OnlyNamed = False,
    no_depth: NoDepth = False,
    undeclared: Undeclared = False,
    no_star: NoStar = False,
    lower_case: LowerCase = False,
    crlf: Crlf = False,
    coverage: Coverage = None,
    noise: Noise = 0.05,
    structures: Structures = False,
    count: Count = None,
    seed: Seed = 0,
    truth: Truth = None,
    kb: Release = None,
) -> None:
    """Write a VCF with known diplotypes, using only the knowledge base.

    Genes not listed carry their default allele.

    Examples:
      pgx simulate -o patient.vcf --gene CYP2C19=*2/*17 --gene "VKORC1=rs9923231 variant (T)/rs9923231 reference (C)"

      pgx simulate -o patient.g.vcf.gz --style gvcf --sex male --gene "DPYD=Reference/c.1905+1G>A (*2A)"

      pgx simulate -o old.vcf --assembly GRCh37 --unphased --missing CYP2C19:94781859 --gene CYP2C19=*1/*2

      pgx simulate -o cohort.vcf --table patients.tsv --style variants

      pgx simulate -o deep.g.vcf.gz --coverage 30 --gene CYP2D6=*36+*10/*2

      pgx simulate -o people --coverage 30 --structures --count 50 --truth truth.tsv
    """  # noqa: E501 (examples are copied as one line)
    release = release_at(kb)
    chosen = _samples(gene, sample, table)
    depth = _depth(coverage, noise, seed, is_needed=structures or count is not None)
    chosen = numbered(chosen, count)
    if structures:
        chosen = with_structures(release, chosen, seed)
    settings = SimulationSettings(
        assembly=assembly, phased=not unphased, form=write_variants, contig_style=contigs,
        style=style or (WriteStyle.ALL_SITES if depth is None else WriteStyle.GVCF),
        missing=_sites(release.genes, "--missing", missing),
        no_calls=_sites(release.genes, "--no-call", no_call),
        half_calls=_sites(release.genes, "--half-call", half_call),
        filtered=_sites(release.genes, "--filtered", filtered),
        low_quality=_sites(release.genes, "--low-quality", low_quality), star_alleles=not no_star,
        common=common_spellings(release.genes, release.frequencies), only_named=only_named,
        phase_sets=_phase_sets(phase_sets), default_phase_sets=_default_phase_sets(phase_sets),
        sex=sex, sex_of=chosen.sex_of, diploid_x=diploid_x, crlf=crlf, flip_blocks=flip_blocks,
        ambiguity=ambiguity, depth=not no_depth, declared=not undeclared, lower_case=lower_case,
    )  # fmt: skip
    if depth is None:
        _write(output, render_vcf(release.genes, chosen.samples, settings))
    else:
        write_depth(output, release.genes, chosen, settings, depth)
    if truth is not None:
        _write(truth, truth_table(release.genes, chosen))


def _depth(
    coverage: float | None, noise: float, seed: int, *, is_needed: bool
) -> DepthSettings | None:
    if coverage is None and is_needed:
        raise UsageError("--structures and --count need --coverage", remedy="add --coverage 30")
    if coverage is None:
        return None
    return DepthSettings(coverage=coverage, noise=noise, seed=seed)


def _write(output: Path, text: str) -> None:
    if str(output) == "-":
        sys.stdout.buffer.write(text.encode("utf-8"))
    else:
        write_vcf(output, text)


def _samples(named: list[str] | None, sample: str, table: Path | None) -> SampleTable:
    """Return the samples of the table, or the single sample of ``--gene``.

    Raises
    ------
    UsageError
        Both are given, a gene is repeated, or a text has no ``=``.
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


def _phase_sets(texts: list[str] | None) -> dict[str, int]:
    pairs = (text.rpartition(":") for text in texts or () if ":" in text)
    return {gene: _count(number) for gene, _, number in pairs}


def _default_phase_sets(texts: list[str] | None) -> int:
    return max((_count(text) for text in texts or () if ":" not in text), default=0)


def run(words: list[str]) -> int:
    """Run the command; return its exit status."""
    return run_app(single(simulate, "simulate"), words, "pgx simulate")
