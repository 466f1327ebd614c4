"""The header of a simulated file."""

from __future__ import annotations

from collections.abc import Sequence

from pgx._version import __version__
from pgx.base.assemblies import (
    CANONICAL,
    MITOCHONDRION,
    accession_assembly,
    contig_aliases,
    contig_length,
)
from pgx.base.genes import Assembly
from pgx.simulator.settings import ContigStyle, SimulationSettings, WriteStyle

__all__ = ["contig_names", "header_lines"]

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
    """Return the name of each canonical contig in a style."""
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
