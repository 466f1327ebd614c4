"""Diplotypes in, the text of a VCF or gVCF out: nothing but the knowledge base is needed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from pgx.base.assemblies import CANONICAL
from pgx.base.errors import UsageError
from pgx.base.genes import GeneDefinition
from pgx.simulator.blocks import as_block, reference_blocks
from pgx.simulator.haplotypes import SimulatedHaplotype, sample_haplotypes
from pgx.simulator.header import contig_names, header_lines
from pgx.simulator.phasing import with_phase_sets
from pgx.simulator.records import Call, GeneScene, Record, gene_records
from pgx.simulator.sequence import GeneSequence
from pgx.simulator.settings import SimulationSettings, WriteStyle, check_settings

__all__ = ["check_samples", "render_vcf", "simulate_records"]

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
        Sample name to gene to allele names, one a haplotype, e.g. ``("*1", "*2")``; one name
        for a mitochondrial gene or a male's chrX gene. ``[a + b]`` names several alleles
        of one haplotype. Genes not named carry their default allele on every haplotype.
    settings
        How the file is written.

    Returns
    -------
    str
        The whole file. The same arguments give the same text. With a site inside a
        deletion of the same haplotype, the record shows ``*`` there.

    Raises
    ------
    UnknownGeneError, UnknownAlleleError
        A name that the knowledge base does not have.
    UsageError
        No or odd sample names, settings that contradict each other, a structural allele,
        or a number of alleles that does not fit the gene.
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
        No or odd sample names.
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
    """Share the reads among a call's alleles; an unknown haplotype's reads count for none."""
    counts = [0] * n_alleles
    for index in call.alleles:
        if index is not None:
            counts[index] += depth // len(call.alleles)
    return counts
