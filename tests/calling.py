"""Call a file's samples in tests: ``call_file(path)["S1", "CYP2C19"]``."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from pgx.engine.reading import Observations, read_inputs
from pgx.haplotypes.caller import GeneCaller
from pgx.inputs.settings import RunSettings, SampleInfo
from pgx.records.calls import GeneCall
from pgx.records.genes import GeneDefinition
from simulated import genes


@functools.cache
def caller(gene: str) -> GeneCaller:
    return GeneCaller(genes()[gene])


def read_files(
    paths: Sequence[Path], *only: str, sexes: dict[str, str] | None = None, **settings: Any
) -> tuple[list[GeneDefinition], Observations]:
    """Read genes without calling them; return their definitions and what was found."""
    wanted = [g for name, g in genes().items() if g.variants and (not only or name in only)]
    info = {s: SampleInfo(sample=s, sex=sex) for s, sex in (sexes or {}).items()}
    own = msgspec.convert(settings, RunSettings, strict=False)
    return wanted, read_inputs(list(paths), wanted, own, info)


def call_files(
    paths: Sequence[Path],
    only: Sequence[str] = (),
    *,
    called: str = "",
    with_sites: bool = True,
    sexes: dict[str, str] | None = None,
    **settings: Any,
) -> dict[tuple[str, str], GeneCall]:
    """Return every sample's call of every gene; refusals are raised.

    ``called`` names the only gene that is called; others are read for what they tell of the file.
    """
    wanted, found = read_files(paths, *only, sexes=sexes, **settings)
    if found.refused:
        raise found.refused[0]
    calls = {}
    for gene in [g for g in wanted if called in ("", g.gene)]:
        genotypes = found.combined(gene)
        for column, sample in enumerate(found.samples):
            calls[sample, gene.gene] = caller(gene.gene).call(
                genotypes, column, with_sites=with_sites
            )
    return calls


def call_file(path: Path, *only: str, **settings: Any) -> dict[tuple[str, str], GeneCall]:
    return call_files([path], only, **settings)
