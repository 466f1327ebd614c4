"""Finished parts as files: arrays and JSON in one archive, complete or absent, no pickle."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt

import pgx.base.errors as errors
from pgx.base.calls import GeneCall
from pgx.base.errors import InputError, OutputError
from pgx.base.genes import Assembly, GeneDefinition
from pgx.cohort.calling import GeneTable
from pgx.cohort.reading import GroupedGene, GroupedInput
from pgx.genotypes.matrix import GeneGenotypes, LikelyGenotype
from pgx.reports.files import new_file

__all__ = ["load_calls", "load_inputs", "save_calls", "save_inputs"]

_ARRAYS: Final = ("call", "phase_block", "evidence", "reason", "structural")
_DAMAGED: Final = (ValueError, KeyError, EOFError, zipfile.BadZipFile, msgspec.MsgspecError)


class _Refusal(msgspec.Struct, frozen=True, kw_only=True, tag="refused"):
    """An error of an input, to be raised again elsewhere."""

    kind: str
    what: str
    where: str
    remedy: str
    code: str


class _Meta(msgspec.Struct, frozen=True, kw_only=True, tag="read"):
    """What an input is, without its genotypes."""

    name: str
    sha256: str
    assembly: Assembly
    samples: tuple[str, ...]
    notes: tuple[str, ...]
    hints: list[str]
    genes: tuple[str, ...]


class _Rest(msgspec.Struct, frozen=True, kw_only=True):
    """What a gene's genotypes hold besides arrays."""

    samples: tuple[str, ...]
    extra: list[list[str]]
    notes: dict[int, list[str]]
    likelihoods: list[tuple[int, int, tuple[tuple[int, int, int], ...]]]
    one_strand: list[int]


def save_inputs(path: Path, found: Sequence[GroupedInput | InputError]) -> None:
    """Write what became of some inputs.

    Raises
    ------
    OutputError
        Disk, permission or quota; nothing is left behind.
    """
    arrays: dict[str, npt.NDArray[Any]] = {"inputs": _packed([_meta(item) for item in found])}
    for number, item in enumerate(found):
        if isinstance(item, InputError):
            continue
        for name, gene in item.genes.items():
            own = gene.genotypes
            arrays |= {f"{number}/{name}/{a}": getattr(own, a) for a in _ARRAYS}
            arrays[f"{number}/{name}/groups"] = gene.groups
            arrays[f"{number}/{name}/rest"] = _packed(_rest(own))
    _save(path, arrays)


def _meta(item: GroupedInput | InputError) -> _Meta | _Refusal:
    if isinstance(item, InputError):
        return _Refusal(
            kind=type(item).__name__,
            what=item.what,
            where=item.where,
            remedy=item.remedy,
            code=item.code,
        )
    return _Meta(
        name=item.name,
        sha256=item.sha256,
        assembly=item.assembly,
        samples=item.samples,
        notes=item.notes,
        hints=item.hints,
        genes=tuple(item.genes),
    )


def _rest(own: GeneGenotypes) -> _Rest:
    return _Rest(
        samples=own.samples,
        extra=own.extra,
        notes={column: sorted(codes) for column, codes in own.notes.items()},
        likelihoods=[(i, j, tuple(likely)) for (i, j), likely in own.likelihoods.items()],
        one_strand=sorted(own.one_strand),
    )


def load_inputs(path: Path, genes: Mapping[str, GeneDefinition]) -> list[GroupedInput | InputError]:
    """Return what became of some inputs, with the genotypes of some genes only.

    Raises
    ------
    OutputError
        The file is damaged.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            kinds = list[_Meta | _Refusal]
            items = msgspec.json.decode(archive["inputs"].tobytes(), type=kinds)
            return [_loaded(archive, i, item, genes) for i, item in enumerate(items)]
    except _DAMAGED as error:
        raise _damaged(path) from error


def _loaded(
    archive: Mapping[str, npt.NDArray[Any]],
    number: int,
    item: _Meta | _Refusal,
    genes: Mapping[str, GeneDefinition],
) -> GroupedInput | InputError:
    if isinstance(item, _Refusal):
        kind = getattr(errors, item.kind)
        refused: InputError = kind(item.what, where=item.where, remedy=item.remedy, code=item.code)
        return refused
    return GroupedInput(
        name=item.name,
        sha256=item.sha256,
        assembly=item.assembly,
        samples=item.samples,
        notes=item.notes,
        hints=item.hints,
        genes={
            name: _gene(archive, f"{number}/{name}", genes[name])
            for name in item.genes
            if name in genes
        },
    )


def _gene(archive: Mapping[str, npt.NDArray[Any]], key: str, gene: GeneDefinition) -> GroupedGene:
    rest = msgspec.json.decode(archive[f"{key}/rest"].tobytes(), type=_Rest)
    arrays = {name: archive[f"{key}/{name}"] for name in _ARRAYS}
    unknown = np.broadcast_to(np.int32(-1), arrays["reason"].shape)
    genotypes = GeneGenotypes(
        gene=gene,
        samples=rest.samples,
        gq=unknown,
        dp=unknown,
        extra=rest.extra,
        notes={column: set(codes) for column, codes in rest.notes.items()},
        likelihoods={
            (i, j): tuple(LikelyGenotype(*each) for each in likely)
            for i, j, likely in rest.likelihoods
        },
        one_strand=set(rest.one_strand),
        **arrays,
    )
    return GroupedGene(genotypes, archive[f"{key}/groups"])


def save_calls(path: Path, table: GeneTable) -> None:
    """Write one gene's distinct calls and whose they are.

    Raises
    ------
    OutputError
        Disk, permission or quota; nothing is left behind.
    """
    _save(path, {"calls": _packed(table.calls), "index": table.index})


def load_calls(path: Path, gene: str) -> GeneTable:
    """Return one gene's distinct calls and whose they are.

    Raises
    ------
    OutputError
        The file is damaged.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            calls = msgspec.json.decode(archive["calls"].tobytes(), type=list[GeneCall])
            return GeneTable(gene, calls, archive["index"])
    except _DAMAGED as error:
        raise _damaged(path) from error


def _packed(tree: object) -> npt.NDArray[np.uint8]:
    return np.frombuffer(msgspec.json.encode(tree), np.uint8)


def _save(path: Path, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    with new_file(path, is_private=True) as handle:
        np.savez(handle, allow_pickle=False, **arrays)


def _damaged(path: Path) -> OutputError:
    return OutputError(
        "a part of an earlier run is damaged", where=path.name, remedy="start anew with --force"
    )
