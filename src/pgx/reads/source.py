"""Aligned reads from BAM or CRAM, and their errors."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, Self

import numpy as np

from pgx.base.assemblies import Assembly, assembly_of_length, canonical_contig
from pgx.base.texts import shown_name
from pgx.errors import AssemblyMismatchError, InputError, ReadsFileError
from pgx.reads.columns import Blocks, Reads

__all__ = [
    "ReadsFile",
    "Region",
    "open_reads",
    "refusal",
]

_FAULTS: Final[dict[str, tuple[str, str, str]]] = {
    "stream": (
        "PGX-BAM-001",
        "reads cannot come from standard input",
        "give the path of an indexed BAM or CRAM file",
    ),
    "unreadable": ("PGX-BAM-001", "the file cannot be read", "check the path and the permissions"),
    "format": (
        "PGX-BAM-001",
        "not a BAM or CRAM file",
        "--reads takes aligned reads; give VCF files as INPUT",
    ),
    "no_index": ("PGX-BAM-002", "the file has no index", "run: samtools index FILE"),
    "old_index": (
        "PGX-BAM-002",
        "the index is older than the file",
        "run: samtools index FILE",
    ),
    "bad_index": (
        "PGX-BAM-002",
        "the index cannot be read or is not this file's",
        "run: samtools index FILE",
    ),
    "truncated": (
        "PGX-BAM-003",
        "the file is truncated or damaged",
        "copy it again, and check it with: samtools quickcheck FILE",
    ),
    "header": (
        "PGX-BAM-003",
        "the header holds bytes that are not UTF-8 text",
        "write it anew: samtools reheader",
    ),
    "unsorted": (
        "PGX-BAM-004",
        "the reads are not sorted by position",
        "run: samtools sort FILE, then samtools index",
    ),
    "several_samples": (
        "PGX-BAM-005",
        "the read groups name several samples",
        "split the file: samtools split, or samtools view -r",
    ),
    "no_reads": (
        "PGX-BAM-006",
        "the file has no reads over the genes that are called from reads",
        "give the file that holds chromosome 22, or one with that region",
    ),
    "reference": (
        "PGX-BAM-007",
        "the CRAM file cannot be read without its reference",
        "give the FASTA file that it was made with: --reference FASTA",
    ),
    "reference_file": (
        "PGX-BAM-007",
        "the reference FASTA cannot be read",
        "give an indexed FASTA file (samtools faidx) with --reference",
    ),
    "bed": (
        "PGX-BAM-008",
        "not a BED file of regions on this assembly",
        "each line: contig, start (0-based), end, tab-separated",
    ),
}


def refusal(kind: str, where: str, *, detail: str = "") -> ReadsFileError:
    """Return the error of a rejected file; ``where`` is the file's name without its folder."""
    code, what, remedy = _FAULTS[kind]
    return ReadsFileError(
        f"{what} ({detail})" if detail else what, where=where, remedy=remedy, code=code
    )


Region = tuple[str, int, int]
"""Canonical contig, first and last position, 1-based inclusive."""

NOT_COUNTED: Final = 0xF04
"""Flags of reads that are not counted: unmapped, secondary, failed, duplicate, supplementary."""

_BGZF_END: Final = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
_CRAM_ENDS: Final = (
    bytes.fromhex("0f000000ffffffff0fe0454f4600000000010005bdd94f0001000606010001000100ee63014b"),
    bytes.fromhex("0b000000ffffffff0fe0454f460000000001000001000606010001000100"),
)
_INDEXES: Final = {"bam": (".bai", ".csi"), "cram": (".crai",)}
_REMOTE: Final = ("http:", "https:", "ftp:", "s3:", "gs:", "s3+", "gs+")
_OPERATIONS_OF_READ: Final = (0, 1, 4, 7, 8)  # M I S = X use bases of the read
_ALIGNED: Final = (0, 7, 8)
_SKIPPED: Final = (2, 3)  # D N use positions of the reference
_SOFT_CLIP: Final = 4


class ReadsFile:
    """An open file; close it, or use it in a ``with`` statement.

    Attributes
    ----------
    name
        The file's name without its folder.
    sample
        The sample of the read groups; empty if they have none.
    assembly
        Determined by the length of chromosome 22.
    contigs
        Names in the file by canonical name.
    """

    def __init__(
        self,
        handle: Any,  # noqa: ANN401 - pysam has no types
        name: str,
        *,
        is_cram: bool,
        has_reference: bool,
    ) -> None:
        self._handle = handle
        self.name = name
        self._fault = "reference" if is_cram and not has_reference else "truncated"
        header = handle.header.to_dict()
        _check_order(header, name)
        self.sample = _sample(header, name)
        lengths = dict(zip(handle.references, handle.lengths, strict=True))
        self.contigs = {c: n for n in lengths if (c := canonical_contig(n)) is not None}
        self.other_contigs = tuple(n for n in lengths if canonical_contig(n) is None)
        self.assembly = _assembly(self.contigs, lengths, name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):  # of a file that was refused as damaged
            self._handle.close()

    def columns(self, regions: Sequence[Region]) -> Reads:
        """Return the reads over some regions of one contig, each once.

        Raises
        ------
        ReadsFileError
            The file is damaged, or a CRAM file's reference is missing.
        """
        made = _Columns()
        for contig, start, end in regions:
            for read in self._fetch(self.contigs.get(contig), start, end):
                made.add(read)
        return made.reads()

    def mean_depth(self, region: Region) -> float:
        """Return the mean depth of a region; 0 if the file has no reads there.

        Raises
        ------
        ReadsFileError
            As `columns`.
        """
        contig, start, end = region
        aligned = sum(
            read.get_overlap(start - 1, end)
            for read in self._fetch(self.contigs.get(contig), start, end)
        )
        return float(aligned / (end - start + 1))

    def count(self, contig: str) -> int:
        """Return the number of counted reads on a contig by its name in the file."""
        return sum(1 for _ in self._fetch(contig, None, None))

    def _fetch(self, contig: str | None, start: int | None, end: int | None) -> Iterator[Any]:
        if contig is None:
            return
        first = None if start is None else max(start - 1, 0)
        try:
            with _offline():
                for read in self._handle.fetch(contig, first, end):
                    if not read.flag & NOT_COUNTED:
                        yield read
        except (OSError, ValueError) as error:
            raise refusal(self._fault, self.name) from error


class _Columns:
    """Columns of reads while they are being filled."""

    def __init__(self) -> None:
        self._seen: set[tuple[str, int, int]] = set()
        self._fragments: dict[str, int] = {}
        self._rows: list[tuple[int, int, int, int, int, int]] = []
        self._blocks: list[tuple[int, int, int, int]] = []
        self._bases: list[bytes] = []
        self._qualities: list[bytes] = []
        self._lengths: list[int] = []

    def add(self, read: Any) -> None:  # noqa: ANN401 - pysam has no types
        """Add a read once; one without bases or alignment is left out."""
        bases, cigar = read.query_sequence, read.cigartuples
        key = read.query_name, read.flag, read.reference_start
        if not bases or not cigar or key in self._seen:
            return
        self._seen.add(key)
        fragment = self._fragments.setdefault(read.query_name, len(self._fragments))
        end = self._add_blocks(len(self._rows), read.reference_start + 1, cigar)
        clipped = [n if op == _SOFT_CLIP else 0 for op, n in _ends(cigar)]
        quality = read.query_qualities
        self._rows.append((fragment, read.mapping_quality, read.reference_start + 1, end, *clipped))
        self._bases.append(bases.upper().encode("ascii"))
        self._qualities.append(bytes(quality) if quality is not None else bytes([30]) * len(bases))
        self._lengths.append(len(bases))

    def _add_blocks(self, row: int, position: int, cigar: Sequence[tuple[int, int]]) -> int:
        """Add a read's aligned stretches; return its last position."""
        offset = 0
        for operation, length in cigar:
            if operation in _ALIGNED:
                self._blocks.append((row, position, offset, length))
                position += length
            elif operation in _SKIPPED:
                position += length
            if operation in _OPERATIONS_OF_READ:
                offset += length
        return position - 1

    def reads(self) -> Reads:
        """Return the finished columns."""
        rows = np.array(self._rows, np.int64).reshape(-1, 6)
        blocks = np.array(self._blocks, np.int64).reshape(-1, 4)
        return Reads(
            fragment=rows[:, 0],
            mapping_quality=rows[:, 1],
            start=rows[:, 2],
            end=rows[:, 3],
            clipped=rows[:, 4:6],
            first=np.concatenate([[0], np.cumsum(self._lengths)]).astype(np.int64),
            bases=np.frombuffer(b"".join(self._bases), np.uint8),
            qualities=np.frombuffer(b"".join(self._qualities), np.uint8),
            blocks=Blocks(*(np.ascontiguousarray(c) for c in blocks.T)),
        )


def _ends(cigar: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the first and the last operation that is not a hard clip."""
    inner = [step for step in cigar if step[0] != 5] or [(0, 0)]
    return inner[0], inner[-1] if len(inner) > 1 else (0, 0)


def open_reads(
    path: str | Path,
    reference: str | Path | None = None,
    assembly: Assembly | None = None,
) -> ReadsFile:
    """Open and check an indexed BAM or CRAM file; ``reference`` is a CRAM file's FASTA.

    ``assembly`` is the required assembly, if given by the user.

    Nothing is downloaded: a CRAM file's reference is the given one, one in a local ``REF_PATH`` or
    ``REF_CACHE``, or embedded in the file.

    Raises
    ------
    ReadsFileError
        No such file, neither BAM nor CRAM, without a current index, truncated, not sorted,
        or of several samples.
    AssemblyMismatchError
        Chromosome 22 is missing, or has the length of neither or another assembly.
    """
    if str(path) == "-":
        raise refusal("stream", "-")
    place = Path(path)
    is_cram = _is_cram(place)
    _check_end(place, is_cram=is_cram)
    index = _index(place, is_cram=is_cram)
    if reference is not None and not Path(reference).is_file():
        raise refusal("reference_file", Path(reference).name)
    handle = _opened(place, index, reference, is_cram=is_cram)
    try:
        if is_cram and reference is None and _is_remote(handle.header.to_dict()):
            raise refusal("reference", place.name)
        found = ReadsFile(
            handle, shown_name(place.name), is_cram=is_cram, has_reference=reference is not None
        )
        if assembly is not None and found.assembly is not assembly:
            raise AssemblyMismatchError(
                f"the reads are aligned to {found.assembly.value}, not {assembly.value}",
                where=place.name,
                remedy="leave out --assembly, or align the reads anew",
            )
    except InputError:
        handle.close()
        raise
    except UnicodeDecodeError as error:
        handle.close()
        raise refusal("header", shown_name(place.name)) from error
    return found


def _opened(place: Path, index: Path, reference: str | Path | None, *, is_cram: bool) -> Any:  # noqa: ANN401 - pysam has no types
    import pysam

    pysam.set_verbosity(0)  # htslib would write to stderr
    try:
        with _offline():
            handle = pysam.AlignmentFile(
                str(place),
                "rc" if is_cram else "rb",
                index_filename=str(index),
                reference_filename=None if reference is None else str(reference),
                require_index=True,
            )
    except (OSError, ValueError) as error:
        raise refusal("bad_index" if "index" in str(error) else "truncated", place.name) from error
    return handle


def _is_remote(header: dict[str, Any]) -> bool:
    """Whether the header's reference is a network address."""
    return any(str(s.get("UR", "")).lower().startswith(_REMOTE) for s in header.get("SQ", ()))


def _is_cram(place: Path) -> bool:
    import gzip
    import zlib

    try:
        with place.open("rb") as handle:
            start = handle.read(4)
        if start == b"CRAM":
            return True
        if start[:2] == b"\x1f\x8b":
            with gzip.open(place) as unpacked, contextlib.suppress(EOFError, zlib.error):
                if unpacked.read(4) == b"BAM\x01":
                    return False
    except OSError as error:
        raise refusal("unreadable", place.name, detail=error.strerror or "unknown") from error
    raise refusal("format", place.name)


def _check_end(place: Path, *, is_cram: bool) -> None:
    """Reject a file without its end-of-file block."""
    ends = _CRAM_ENDS if is_cram else (_BGZF_END,)
    longest = max(len(end) for end in ends)
    with place.open("rb") as handle:
        handle.seek(max(place.stat().st_size - longest, 0))
        tail = handle.read()
    if not tail.endswith(ends):
        raise refusal("truncated", place.name)


def _index(place: Path, *, is_cram: bool) -> Path:
    names = _INDEXES["cram" if is_cram else "bam"]
    candidates = [Path(f"{place}{name}") for name in names]
    candidates += [place.with_suffix(name) for name in names]
    found = [path for path in candidates if path.is_file()]
    if not found:
        raise refusal("no_index", place.name)
    written = place.stat().st_mtime_ns
    current = [path for path in found if path.stat().st_mtime_ns >= written]
    if not current:
        raise refusal("old_index", place.name)
    return current[0]


def _check_order(header: dict[str, Any], name: str) -> None:
    order = header.get("HD", {}).get("SO", "unknown")
    if order not in ("coordinate", "unknown"):
        raise refusal("unsorted", name)


def _sample(header: dict[str, Any], name: str) -> str:
    found = {group["SM"] for group in header.get("RG", ()) if group.get("SM")}
    if len(found) > 1:
        raise refusal("several_samples", name, detail=f"{len(found)} SM values")
    return str(found.pop()) if found else ""


def _assembly(contigs: dict[str, str], lengths: dict[str, int], name: str) -> Assembly:
    """Return the assembly by the length of chromosome 22.

    Raises
    ------
    AssemblyMismatchError
        It is missing or of another length.
    """
    found = contigs.get("chr22")
    remedy = "align the reads to GRCh37 or GRCh38"
    if found is None:
        raise AssemblyMismatchError("the header names no chromosome 22", where=name, remedy=remedy)
    assembly = assembly_of_length("chr22", lengths[found])
    if assembly is None:
        raise AssemblyMismatchError(
            f"chromosome 22 has {lengths[found]} bases, as in neither GRCh37 nor GRCh38",
            where=name,
            remedy=remedy,
        )
    return assembly


@contextlib.contextmanager
def _offline() -> Iterator[None]:
    """Keep htslib from asking a server for a reference sequence."""
    before = os.environ.get("REF_PATH")
    local = [p for p in (before or "").split(":") if p and "//" not in p and p not in _SCHEMES]
    cache = Path.home() / ".cache" / "hts-ref"
    os.environ["REF_PATH"] = ":".join(local) or f"{cache}/%2s/%2s/%s"
    try:
        yield
    finally:
        if before is None:
            os.environ.pop("REF_PATH", None)
        else:
            os.environ["REF_PATH"] = before


_SCHEMES: Final = ("http", "https", "ftp", "s3", "gs")
