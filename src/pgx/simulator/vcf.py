"""Simulated VCF: header and records from tables of diplotypes."""

from __future__ import annotations

import gzip
import itertools
import os
import tempfile
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from pgx._version import __version__
from pgx.base.assemblies import (
    CANONICAL,
    MITOCHONDRION,
    Assembly,
    accession_assembly,
    contig_aliases,
    contig_length,
)
from pgx.base.files import read_whole
from pgx.errors import OutputError, UsageError
from pgx.records.genes import GeneDefinition
from pgx.simulator.haplotypes import (
    GeneSequence,
    SimulatedHaplotype,
    parse_diplotype,
    sample_haplotypes,
)
from pgx.simulator.records import Call, GeneScene, Record, as_block, gene_records, reference_blocks
from pgx.simulator.settings import ContigStyle, Sex, SimulationSettings, WriteStyle, check_settings

__all__ = [
    "COLUMNS",
    "SampleTable",
    "check_samples",
    "contig_names",
    "header_lines",
    "parse_samples",
    "read_samples",
    "render_vcf",
    "simulate_records",
    "with_phase_sets",
    "write_vcf",
]

_FORMATS = {
    "GT": '1,Type=String,Description="Genotype"',
    "AD": 'R,Type=Integer,Description="Reads that support each allele"',
    "DP": '1,Type=Integer,Description="Reads at this position"',
    "GQ": '1,Type=Integer,Description="Genotype quality"',
    "MIN_DP": '1,Type=Integer,Description="Lowest DP within the block"',
    "PL": 'G,Type=Integer,Description="Phred-scaled likelihoods of genotypes"',
    "PS": '1,Type=Integer,Description="Phase set"',
}


def contig_names(style: ContigStyle, assembly: Assembly) -> dict[str, str]:
    """Return the name of each canonical contig in a naming style."""
    if style is ContigStyle.CHR:
        return {name: name for name in CANONICAL}
    if style is ContigStyle.BARE:
        return {name: "MT" if name == MITOCHONDRION else name[3:] for name in CANONICAL}
    prefixes = ("NC_",) if style is ContigStyle.REFSEQ else ("CM", "J0")
    return {
        canonical: alias
        for alias, canonical in contig_aliases().items()
        if alias.startswith(prefixes)
        and "." in alias
        and (canonical == MITOCHONDRION or accession_assembly(alias) is assembly)
    }


def header_lines(
    samples: Sequence[str], settings: SimulationSettings, *, likelihoods: bool = False
) -> list[str]:
    """Return all header lines, the column line last, without line ends."""
    lines = ["##fileformat=VCFv4.3", f"##source=pgx simulate {__version__}"]
    if settings.declared:
        lines.append(f"##reference={settings.assembly}")
    if settings.style is WriteStyle.GVCF:
        lines += _gvcf_lines(settings)
    lines.append('##FILTER=<ID=PASS,Description="All filters passed">')
    lines.append('##FILTER=<ID=LowQual,Description="Low quality">')
    keys = [*_format_keys(settings), *(["PL"] if likelihoods else [])]
    lines += [f"##FORMAT=<ID={key},Number={_FORMATS[key]}>" for key in keys]
    lines += _contig_lines(settings)
    columns = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", *samples]
    return [*lines, "\t".join(columns)]


def _gvcf_lines(settings: SimulationSettings) -> list[str]:
    options = (
        "HaplotypeCaller emitRefConfidence=GVCF "
        f"indelSizeToEliminateInRefModel={settings.eliminated_indel_size}"
    )
    return [
        '##ALT=<ID=NON_REF,Description="Any other allele at this position">',
        f'##GATKCommandLine=<ID=HaplotypeCaller,CommandLine="{options}",Version="simulated">',
        '##INFO=<ID=END,Number=1,Type=Integer,Description="Last position of the block">',
    ]


def _format_keys(settings: SimulationSettings) -> list[str]:
    keys = ["GT"]
    if settings.depth:
        keys += ["AD", "DP", "GQ"]
        keys += ["MIN_DP"] * (settings.style is WriteStyle.GVCF)
    return keys + ["PS"] * settings.writes_phase_sets


def _contig_lines(settings: SimulationSettings) -> list[str]:
    names = contig_names(settings.contig_style, settings.assembly)
    if not settings.declared:
        return [f"##contig=<ID={names[canonical]}>" for canonical in CANONICAL]
    return [
        f"##contig=<ID={names[canonical]},length={contig_length(canonical, settings.assembly)}"
        f",assembly={settings.assembly}>"
        for canonical in CANONICAL
    ]


def with_phase_sets(records: Sequence[Record], n_blocks: int, *, flip: bool) -> list[Record]:
    """Split each sample's heterozygous phased sites into blocks of about equal size.

    A block's number is the POS of its first record, as the VCF specification suggests.
    With ``flip`` the haplotypes are exchanged in every second block: their order across blocks
    is arbitrary. ``records`` are sorted and of one gene.
    """
    calls = [list(record.calls) for record in records]
    for sample in range(len(records[0].calls) if records and n_blocks else 0):
        sites = [i for i, record in enumerate(records) if _needs_phase(record.calls[sample])]
        for block, members in enumerate(_chunks(sites, n_blocks)):
            for site in members:
                position = records[members[0]].position
                exchange = flip and block % 2 == 1
                calls[site][sample] = _in_block(calls[site][sample], position, exchange=exchange)
    return [
        msgspec.structs.replace(record, calls=tuple(own))
        for record, own in zip(records, calls, strict=True)
    ]


def _needs_phase(call: Call) -> bool:
    return call.phased and len(set(call.alleles)) > 1


def _chunks(sites: list[int], n_blocks: int) -> list[list[int]]:
    """Cut a list into at most ``n_blocks`` runs, none empty."""
    cuts = [len(sites) * k // n_blocks for k in range(n_blocks + 1)]
    return [sites[a:b] for a, b in itertools.pairwise(cuts) if a < b]


def _in_block(call: Call, phase_set: int, *, exchange: bool) -> Call:
    alleles = call.alleles[::-1] if exchange else call.alleles
    return msgspec.structs.replace(call, alleles=alleles, phase_set=phase_set)


Diplotypes = Mapping[str, Sequence[str]]
_DEPTH = 30
_QUALITY = 60
_NON_REF = "<NON_REF>"


def render_vcf(
    genes: Mapping[str, GeneDefinition],
    samples: Mapping[str, Diplotypes],
    settings: SimulationSettings | None = None,
) -> str:
    """Return a VCF whose samples carry the given diplotypes.

    Parameters
    ----------
    genes
        Genes of the knowledge base by name, ``KnowledgeBase().genes``.
    samples
        Sample name to gene to allele names, one per haplotype, e.g. ``("*1", "*2")``; one name
        for a mitochondrial gene or a male's chrX gene. ``[a + b]`` names several alleles
        of one haplotype. Genes not named carry their default allele on every haplotype.
    settings
        Output settings.

    Returns
    -------
    str
        The whole file. The same arguments give the same text. At a site inside a deletion of
        the same haplotype, the record has ``*``.

    Raises
    ------
    UnknownGeneError, UnknownAlleleError
        A name that the knowledge base does not have.
    UsageError
        No or invalid sample names, contradictory settings, a structural allele, or a number
        of alleles that does not fit the gene.
    """
    chosen = settings or SimulationSettings()
    records = simulate_records(genes, samples, chosen)
    names = contig_names(chosen.contig_style, chosen.assembly)
    lines = header_lines(list(samples), chosen)
    lines += [_line(record, names[record.contig], chosen) for record in records]
    end = "\r\n" if chosen.crlf else "\n"
    return end.join([*lines, ""])


def simulate_records(
    genes: Mapping[str, GeneDefinition],
    samples: Mapping[str, Diplotypes],
    settings: SimulationSettings,
) -> list[Record]:
    """Return the records of a simulated file in file order; see `render_vcf`."""
    check_samples(samples)
    check_settings(genes, settings)
    haplotypes = {
        sample: sample_haplotypes(genes, sample, diplotypes, settings)
        for sample, diplotypes in samples.items()
    }
    records: list[Record] = []
    for gene in sorted({gene for own in haplotypes.values() for gene in own}):
        by_sample = {sample: own.get(gene, ()) for sample, own in haplotypes.items()}
        records += _gene(genes[gene], by_sample, settings)
    return sorted(records, key=lambda r: (CANONICAL.index(r.contig), r.position))


def _gene(
    definition: GeneDefinition,
    haplotypes: dict[str, tuple[SimulatedHaplotype, ...]],
    settings: SimulationSettings,
) -> list[Record]:
    sequence = GeneSequence(definition, settings.assembly)
    scene = GeneScene(
        definition=definition, sequence=sequence, haplotypes=haplotypes, settings=settings
    )
    n_blocks = settings.n_blocks(definition.gene)
    records = with_phase_sets(gene_records(scene), n_blocks, flip=settings.flip_blocks)
    if settings.style is not WriteStyle.GVCF:
        return records
    blocks = reference_blocks(scene, records)
    return [as_block(record, sequence) for record in records] + blocks


def check_samples(samples: Collection[str]) -> None:
    """Refuse names that a VCF cannot hold, and a file without samples.

    Raises
    ------
    UsageError
        No or invalid sample names.
    """
    odd = [name for name in samples if not name or any(c in name for c in "\t\r\n")]
    if odd or not samples:
        raise UsageError(
            "a simulated file needs samples with names free of tabs and line ends",
            remedy="name at least one sample",
        )


def _line(record: Record, contig: str, settings: SimulationSettings) -> str:
    gvcf = settings.style is WriteStyle.GVCF
    alts = (*record.alts, _NON_REF) if gvcf else record.alts
    ref, shown = record.ref, ",".join(alts) or "."
    if settings.lower_case:
        ref = ref.lower()
        shown = ",".join(alt if alt.startswith("<") else alt.lower() for alt in alts) or "."
    keys = _keys(record, settings)
    info = "." if record.block_end is None else f"END={record.block_end}"
    cell_of = {call: _sample(call, keys, len(alts) + 1) for call in set(record.calls)}
    cells = [contig, str(record.position), record.rsid, ref, shown, ".", record.filter, info]
    return "\t".join([*cells, ":".join(keys), *map(cell_of.__getitem__, record.calls)])


def _keys(record: Record, settings: SimulationSettings) -> list[str]:
    keys = ["GT"]
    if settings.depth:
        keys += ["AD", "DP", "GQ"] if record.block_end is None else ["DP", "GQ", "MIN_DP"]
    return keys + ["PS"] * any(call.phase_set is not None for call in record.calls)


def _sample(call: Call, keys: Sequence[str], n_alleles: int) -> str:
    depth = _DEPTH if call.seen else 0
    values = {
        "GT": ("|" if call.phased else "/").join(
            "." if index is None else str(index) for index in call.alleles
        ),
        "AD": ",".join(str(n) for n in _support(call, depth, n_alleles)),
        "DP": str(depth),
        "GQ": str(_QUALITY if call.seen else 0),
        "MIN_DP": str(depth),
        "PS": "." if call.phase_set is None else str(call.phase_set),
    }
    return ":".join(values[key] for key in keys)


def _support(call: Call, depth: int, n_alleles: int) -> list[int]:
    """Distribute the reads among a call's alleles; reads of an unknown haplotype do not count."""
    counts = [0] * n_alleles
    for index in call.alleles:
        if index is not None:
            counts[index] += depth // len(call.alleles)
    return counts


_MAX_BYTES: Final = 1 << 26
COLUMNS = ("sample", "gene", "diplotype")


class SampleTable(msgspec.Struct, frozen=True, kw_only=True):
    """Samples in file order with their diplotypes, and the sex of those that state one."""

    samples: dict[str, dict[str, tuple[str, ...]]]
    sex_of: dict[str, Sex]


def read_samples(path: Path) -> SampleTable:
    """Read a table of diplotypes; see `parse_samples`.

    Raises
    ------
    UsageError
        The file cannot be read, or a line cannot be used.
    """
    try:
        return parse_samples(read_whole(path, _MAX_BYTES).decode("utf-8"), path.name)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError("the table of diplotypes cannot be read", where=path.name) from error


def parse_samples(text: str, where: str = "table") -> SampleTable:
    """Parse tab-separated lines ``sample gene diplotype`` below a header.

    Lines that start with ``#`` are comments. The gene ``sex`` gives the sample's sex
    (``male`` or ``female``) instead of a diplotype.

    Raises
    ------
    UsageError
        Wrong columns, a gene twice in one sample, or an unknown sex.
    """
    lines = [(n, line) for n, line in enumerate(text.splitlines(), 1) if not _is_empty(line)]
    if not lines or tuple(lines[0][1].split("\t")) != COLUMNS:
        raise UsageError(
            "a table of diplotypes needs the header sample, gene, diplotype (tab-separated)",
            where=where,
        )
    table = SampleTable(samples={}, sex_of={})
    for number, line in lines[1:]:
        _add(table, line.split("\t"), f"{where} line {number}")
    return table


def _is_empty(line: str) -> bool:
    return not line.strip() or line.startswith("#")


def _add(table: SampleTable, cells: list[str], where: str) -> None:
    if len(cells) != len(COLUMNS):
        raise UsageError(f"{len(cells)} columns, expected {len(COLUMNS)}", where=where)
    sample, gene, value = cells
    diplotypes = table.samples.setdefault(sample, {})
    if gene in diplotypes or (gene == "sex" and sample in table.sex_of):
        raise UsageError(f"{gene} is given twice for one sample", where=where)
    if gene != "sex":
        diplotypes[gene] = parse_diplotype(value)
    elif value in set(Sex):
        table.sex_of[sample] = Sex(value)
    else:
        raise UsageError(f"unknown sex {value!r}", where=where, remedy="write male or female")


def write_vcf(path: Path, text: str) -> None:
    """Write a file's text, gzip-compressed where the name ends in ``.gz``; whole or not at all.

    Raises
    ------
    OutputError
        The folder is absent, not writable or full.
    """
    data = text.encode("utf-8")
    if path.suffix == ".gz":
        data = gzip.compress(data, mtime=0)
    temporary: Path | None = None
    try:
        with tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as handle:
            temporary = Path(handle.name)
            handle.write(data)
            handle.flush()
            os.fsync(handle.fileno())
        temporary.chmod(0o666 & ~_umask())
        os.replace(temporary, path)  # noqa: PTH105 (one atomic step is the point)
    except OSError as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        raise OutputError(
            f"cannot write: {error.strerror}", where=str(path), remedy="check folder and disk"
        ) from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
