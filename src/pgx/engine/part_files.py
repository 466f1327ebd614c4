"""Part files: the genotypes, calls or recommendations of a part, as ZIPs of arrays and JSON."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt

import pgx.errors as errors
from pgx.base.assemblies import Assembly
from pgx.copynumber.evidence import CopyEvidence, SiteReads
from pgx.engine.calling import GeneTable
from pgx.engine.reading import GroupedGene, Inputs, ReadInput
from pgx.errors import InputError, OutputError, PgxError
from pgx.genotypes.matrix import GeneGenotypes, LikelyGenotype, SeenCopies
from pgx.records.calls import GeneCall, Recommendation
from pgx.records.genes import GeneDefinition
from pgx.records.structures import StructureEvidence
from pgx.reports.files.output_folder import new_file

__all__ = [
    "PART_SUFFIX",
    "Evidence",
    "Refusal",
    "is_whole",
    "load_advice",
    "load_calls",
    "load_evidence",
    "load_gene",
    "load_inputs",
    "raised",
    "refusal_of",
    "save_advice",
    "save_calls",
    "save_evidence",
    "save_inputs",
]


class Refusal(msgspec.Struct, frozen=True, kw_only=True, tag="refused"):
    """One of our errors as data: the name of its class, and its message."""

    kind: str
    what: str
    where: str
    remedy: str
    code: str


def refusal_of(error: PgxError) -> Refusal:
    """Return an error as data."""
    return Refusal(
        kind=type(error).__name__,
        what=error.what,
        where=error.where,
        remedy=error.remedy,
        code=error.code,
    )


def raised(refusal: Refusal) -> PgxError:
    """Return the error that a refusal stores."""
    kind: type[PgxError] = getattr(errors, refusal.kind)
    return kind(refusal.what, where=refusal.where, remedy=refusal.remedy, code=refusal.code)


PART_SUFFIX: Final = ".part"
"""File name suffix of a finished part."""
Evidence = Sequence[Mapping[str, float] | None]
"""One gene's evidence on each sample's population."""

_ARRAYS: Final = ("call", "phase_block", "evidence", "reason", "structural")
_DAMAGED: Final = (ValueError, KeyError, EOFError, zipfile.BadZipFile, msgspec.MsgspecError)
_INPUTS: Final = "inputs"


class _Meta(msgspec.Struct, frozen=True, kw_only=True, tag="read"):
    """Description of an input, without its genotypes."""

    name: str
    sha256: str
    assembly: Assembly
    samples: tuple[str, ...]
    notes: tuple[str, ...]
    hints: list[str]


class _Array(msgspec.Struct, frozen=True, array_like=True):
    """An array as bytes in C order, little-endian."""

    kind: str
    shape: tuple[int, ...]
    data: bytes


class _Copies(msgspec.Struct, frozen=True, array_like=True):
    """Copy-number evidence of one gene in one sample."""

    log_likelihood: _Array
    reads: list[tuple[int, tuple[str, ...], tuple[int, ...]]]
    report: StructureEvidence


class _Gene(msgspec.Struct, frozen=True, kw_only=True):
    """One gene's genotypes of one input: the input's index, arrays, and other fields."""

    number: int
    arrays: dict[str, _Array]
    groups: _Array
    samples: tuple[str, ...]
    extra: list[list[str]]
    notes: dict[int, list[str]]
    likelihoods: list[tuple[int, int, tuple[tuple[int, int, int], ...]]]
    haploid_samples: list[int]
    shares: list[tuple[int, int, float]] = []
    seen: dict[int, SeenCopies]
    copies: list[_Copies] = []


def save_inputs(path: Path, found: Inputs) -> None:
    """Write the results of reading some inputs.

    Raises
    ------
    OutputError
        Disk, permission or quota; no incomplete file is left.
    """
    genes: dict[str, list[_Gene]] = {}
    for number, item in enumerate(found):
        if not isinstance(item, InputError):
            for name, gene in item.genes.items():
                genes.setdefault(name, []).append(_packed_gene(number, gene))
    members = {name: msgspec.msgpack.encode(own) for name, own in genes.items()}
    _save(path, {_INPUTS: msgspec.json.encode([_meta(item) for item in found]), **members})


def _meta(item: ReadInput | InputError) -> _Meta | Refusal:
    if isinstance(item, InputError):
        return refusal_of(item)
    return _Meta(
        name=item.name,
        sha256=item.sha256,
        assembly=item.assembly,
        samples=item.samples,
        notes=item.notes,
        hints=item.hints,
    )


def _packed_gene(number: int, gene: GroupedGene) -> _Gene:
    own = gene.genotypes
    return _Gene(
        number=number,
        arrays={name: _packed(getattr(own, name)) for name in _ARRAYS},
        groups=_packed(gene.groups),
        samples=own.samples,
        extra=own.extra,
        notes={column: sorted(codes) for column, codes in own.notes.items()},
        likelihoods=[(i, j, tuple(likely)) for (i, j), likely in own.likelihoods.items()],
        haploid_samples=sorted(own.haploid_samples),
        shares=[(i, j, share) for (i, j), share in own.shares.items()],
        seen=own.copies,
        copies=[_packed_copies(each) for each in gene.copies],
    )


def _packed_copies(own: CopyEvidence) -> _Copies:
    reads = [(r.position, r.alleles, r.reads) for r in own.reads]
    return _Copies(_packed(own.log_likelihood), reads, own.report)


def _copies(own: _Copies) -> CopyEvidence:
    reads = tuple(SiteReads(*each) for each in own.reads)
    return CopyEvidence(_array(own.log_likelihood), reads, own.report)


def load_inputs(path: Path) -> list[ReadInput | InputError]:
    """Return the results of reading some inputs, without genotypes.

    Raises
    ------
    OutputError
        The file is absent or damaged.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            items = msgspec.json.decode(archive.read(_INPUTS), type=list[_Meta | Refusal])
    except (*_DAMAGED, OSError) as error:
        raise _damaged(path) from error
    return [_loaded(item) for item in items]


def load_gene(path: Path, gene: GeneDefinition) -> dict[int, GroupedGene]:
    """Return one gene's genotypes by index of the input; no other gene is read.

    Raises
    ------
    OutputError
        The file is absent or damaged.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if gene.gene not in archive.NameToInfo:
                return {}
            found = msgspec.msgpack.decode(archive.read(gene.gene), type=list[_Gene])
    except (*_DAMAGED, OSError) as error:
        raise _damaged(path) from error
    return {own.number: _gene(own, gene) for own in found}


def _loaded(item: _Meta | Refusal) -> ReadInput | InputError:
    if isinstance(item, Refusal):
        error = raised(item)
        return error if isinstance(error, InputError) else InputError(item.what)
    return ReadInput(
        name=item.name,
        sha256=item.sha256,
        assembly=item.assembly,
        samples=item.samples,
        notes=item.notes,
        hints=item.hints,
        genes={},
    )


def _gene(own: _Gene, gene: GeneDefinition) -> GroupedGene:
    arrays = {name: _array(own.arrays[name]) for name in _ARRAYS}
    # grouped samples have no quality or depth of their own
    unknown = np.broadcast_to(np.int32(-1), arrays["reason"].shape)
    genotypes = GeneGenotypes(
        gene=gene,
        samples=own.samples,
        gq=unknown,
        dp=unknown,
        extra=own.extra,
        notes={column: set(codes) for column, codes in own.notes.items()},
        likelihoods={
            (i, j): tuple(LikelyGenotype(*each) for each in likely)
            for i, j, likely in own.likelihoods
        },
        haploid_samples=set(own.haploid_samples),
        shares={(i, j): share for i, j, share in own.shares},
        copies=own.seen,
        **arrays,
    )
    return GroupedGene(genotypes, _array(own.groups), tuple(map(_copies, own.copies)))


def save_calls(path: Path, table: GeneTable) -> None:
    """Write one gene's distinct calls and the call index of each sample.

    Raises
    ------
    OutputError
        Disk, permission or quota; no incomplete file is left.
    """
    index = msgspec.msgpack.encode(_packed(table.index))
    _save(path, {"calls": msgspec.json.encode(table.calls), "index": index})


def load_calls(path: Path, gene: str) -> GeneTable:
    """Return one gene's distinct calls and the call index of each sample.

    Raises
    ------
    OutputError
        The file is absent or damaged.
    """
    calls, index = _load(path, list[GeneCall], "calls")
    return GeneTable(gene, calls, index)


def save_evidence(path: Path, evidence: Evidence) -> None:
    """Write one gene's evidence on each sample's population; equal objects once.

    Raises
    ------
    OutputError
        Disk, permission or quota; no incomplete file is left.
    """
    distinct = {id(known): known for known in evidence}
    places = {key: place for place, key in enumerate(distinct)}
    index = np.array([places[id(known)] for known in evidence], np.int32)
    known = msgspec.json.encode(list(distinct.values()))
    _save(path, {"known": known, "index": msgspec.msgpack.encode(_packed(index))})


def load_evidence(path: Path) -> Evidence:
    """Return one gene's evidence on each sample's population.

    Raises
    ------
    OutputError
        The file is absent or damaged.
    """
    known, index = _load(path, list[dict[str, float] | None], "known")
    return [known[place] for place in index.tolist()]


def save_advice(path: Path, records: Sequence[Recommendation], rows: npt.NDArray[np.int32]) -> None:
    """Write distinct recommendations, and (N, width) their indices per sample.

    Raises
    ------
    OutputError
        Disk, permission or quota; no incomplete file is left.
    """
    own, places = np.unique(rows, return_inverse=True)
    index = places.reshape(rows.shape).astype(np.min_scalar_type(max(0, len(own) - 1)))
    known = msgspec.json.encode([records[row] for row in own.tolist()])
    _save(path, {"records": known, "index": msgspec.msgpack.encode(_packed(index))})


def load_advice(path: Path) -> tuple[list[Recommendation], npt.NDArray[Any]]:
    """Return distinct recommendations, and (N, width) unsigned their indices per sample.

    Raises
    ------
    OutputError
        The file is absent or damaged.
    """
    return _load(path, list[Recommendation], "records")


def is_whole(path: Path) -> bool:
    """Whether a part file exists and is undamaged."""
    try:
        with zipfile.ZipFile(path) as archive:
            # compares the checksums of all members
            return archive.testzip() is None
    except (*_DAMAGED, OSError):
        return False


def _load(path: Path, kind: Any, name: str) -> tuple[Any, npt.NDArray[Any]]:  # noqa: ANN401
    """Return a file's distinct records of a type, and the record index of each sample."""
    try:
        with zipfile.ZipFile(path) as archive:
            known = msgspec.json.decode(archive.read(name), type=kind)
            return known, _array(msgspec.msgpack.decode(archive.read("index"), type=_Array))
    except (*_DAMAGED, OSError) as error:
        raise _damaged(path) from error


def _packed(array: npt.NDArray[Any]) -> _Array:
    # little-endian on every machine, so that machines of one run can share parts
    ordered = array.astype(array.dtype.newbyteorder("<"), copy=False)
    return _Array(ordered.dtype.str, array.shape, ordered.tobytes())


def _array(packed: _Array) -> npt.NDArray[Any]:
    """Return a writable array in this machine's byte order."""
    stored = np.frombuffer(packed.data, np.dtype(packed.kind)).reshape(packed.shape)
    # astype copies: arrays from frombuffer are read-only
    return stored.astype(stored.dtype.newbyteorder("="))


def _save(path: Path, members: Mapping[str, bytes]) -> None:
    with new_file(path, is_private=True) as handle, zipfile.ZipFile(handle, "w") as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data)  # no clock time: equal bytes


def _damaged(path: Path) -> OutputError:
    return OutputError(
        "a finished part is absent or damaged",
        where=path.name,
        remedy="start the same command again: it is made anew",
    )
