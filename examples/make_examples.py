"""Write the example files again from ``patients.tsv``: ``python examples/make_examples.py``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import msgspec

from pgx.base.assemblies import Assembly
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.simulator.haplotypes import common_spellings
from pgx.simulator.settings import AmbiguityChoice, SimulationSettings, WriteStyle
from pgx.simulator.vcf import SampleTable, read_samples, render_vcf, write_vcf

HERE: Final = Path(__file__).parent
PATIENT: Final = "EXAMPLE_1"
FILES: Final[dict[str, tuple[str | None, SimulationSettings]]] = {
    "patient.g.vcf": (PATIENT, SimulationSettings(style=WriteStyle.GVCF, phased=False)),
    "patient.grch37.vcf": (
        PATIENT,
        SimulationSettings(
            assembly=Assembly.GRCH37, style=WriteStyle.VARIANTS, phased=False, depth=False
        ),
    ),
    "cohort.vcf": (None, SimulationSettings(style=WriteStyle.ALL_SITES, depth=False)),
}
"""File name to the one sample it holds (None: all of them) and how it is written."""


def example_texts(table: SampleTable) -> dict[str, str]:
    """Return the text of each example file by its name."""
    kb = KnowledgeBase()
    genes, common = kb.genes, common_spellings(kb.genes, kb.frequencies)
    texts = {}
    for name, (sample, plain) in FILES.items():
        samples = table.samples if sample is None else {sample: table.samples[sample]}
        settings = msgspec.structs.replace(
            plain, sex_of=table.sex_of, ambiguity=AmbiguityChoice.COMMON, common=common
        )
        texts[name] = render_vcf(genes, samples, settings)
    return texts


def main(folder: Path = HERE) -> None:
    """Write the example files into a folder."""
    for name, text in example_texts(read_samples(HERE / "patients.tsv")).items():
        write_vcf(folder / name, text)
        sys.stdout.write(f"{name}\n")


if __name__ == "__main__":
    main()
