"""The part of ``pgx simulate`` that writes depth: one gVCF a sample, and the truth."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec

from pgx.errors import OutputError, UsageError
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.genes import GeneDefinition
from pgx.simulator.depth.noise import DepthSettings, generator
from pgx.simulator.files import SampleTable, write_vcf
from pgx.simulator.settings import SimulationSettings
from pgx.simulator.vcf import check_samples

__all__ = ["numbered", "with_structures", "write_depth"]

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


def _write(output: Path, text: str) -> None:
    if str(output) == "-":
        sys.stdout.buffer.write(text.encode("utf-8"))
    else:
        write_vcf(output, text)


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
