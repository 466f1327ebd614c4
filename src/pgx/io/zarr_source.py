"""VCF Zarr as an input: a folder, a zip archive or an object store, read at the genes only."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

import msgspec
import numpy.typing as npt

from pgx.base.extensions import load_extra
from pgx.io import faults
from pgx.io.faults import zarr_fault
from pgx.io.header import ORIGIN_KEYS, VcfHeader, parse_header
from pgx.io.records import BlockCollector, Scan, ScanLimits, Sink, lists_variants_only
from pgx.io.scanner import Kernel
from pgx.io.windows import Windows

if TYPE_CHECKING:
    from pgx.io.depth import DepthListener
    from pgx.io.zarr_store import OpenedStore

__all__ = ["ZarrSource", "is_vcf_zarr"]

_NAMES: Final = (".vcz", ".zarr", ".vcz.zip", ".zarr.zip")
_METADATA: Final = (".zgroup", "zarr.json", ".zmetadata")
_VERSION: Final = re.compile(r"0\.\d{1,3}")
_BAD_NAME: Final = re.compile(r"[\x00-\x20\x7f,;<>\"=]")
_KEYS: Final = re.compile(
    rf"reference|assembly|ALT|GATKCommandLine[\w.]*|(?i:{ORIGIN_KEYS.pattern})"
)
# fields of a store that tell what its genotypes come from; a store does not keep their header lines
_FIELDS: Final = {
    "FORMAT": ("HDS", "DS", "GP", "BAF", "LRR", "IGC", "AD", "DP", "PL", "GL"),
    "INFO": ("IMPUTED", "TYPED", "DR2", "AR2", "ER2", "R2", "RSQ"),
}
_COLUMNS: Final = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT"
# no cohort has more; names in a row are packed to three in a byte at best
_MAX_SAMPLES: Final = 1 << 21
_FREE_SAMPLES: Final = 1 << 16
_SAMPLES_PER_BYTE: Final = 16
_MAX_CONTIGS: Final = 1 << 16
_MAX_FILTERS: Final = 1 << 12


def is_vcf_zarr(location: str | Path) -> bool:
    """Whether a path or address is a Zarr store, judging by its name or content.

    An address is anything with a scheme, such as ``s3://bucket/a.vcz``.
    """
    text = str(location)
    if "://" in text or text.rstrip("/").lower().endswith(_NAMES):
        return True
    path = Path(text)
    if path.suffix.lower() == ".zip" and path.is_file():
        try:
            with zipfile.ZipFile(path) as archive:
                return any(name in archive.NameToInfo for name in _METADATA)
        except (OSError, zipfile.BadZipFile):
            return False
    return path.is_dir() and any((path / name).is_file() for name in _METADATA)


class ZarrSource:
    """An opened store: its header, then the records at wanted positions for each `scan`.

    It has the interface of `pgx.io.source.Source`. ``path`` is the name for messages: the base
    name of the path or address. ``header`` has the samples, contigs and, of the lines of
    the VCF that the store was made of, those that tell an assembly or reference blocks.

    Raises
    ------
    VcfFormatError
        There is no such store, or its metadata, samples or contigs cannot be trusted.
    SampleNotFoundError
        The store has no samples.
    UsageError
        The extra ``zarr``, or a package for this kind of address, is not installed.
    """

    is_text: Final = False

    def __init__(self, location: str | Path, limits: ScanLimits) -> None:
        load_extra("zarr", "zarr")
        load_extra("fsspec", "zarr")
        from pgx.io.zarr_store import OpenedStore

        self._limits = limits
        self._store: OpenedStore = OpenedStore(location)
        self.path = self._store.name
        self._check_version()
        self.header: VcfHeader = _header(self._store)
        self._filters = _names(self._store, "filter_id", _MAX_FILTERS)

    def _check_version(self) -> None:
        version = self._store.attributes.get("vcf_zarr_version")
        if version is None:
            raise zarr_fault(faults.NOT_ZARR, self.path, detail="no vcf_zarr_version")
        if not isinstance(version, str) or not _VERSION.fullmatch(version):
            raise zarr_fault(faults.VERSION, self.path)

    def sha256(self) -> str:
        """Return a hex digest of the metadata and chunks that were read so far.

        It is the same for the same content and the same windows, whether the store is a folder,
        an archive or an object store; unread content is not included.
        """
        return self._store.sha256()

    def close(self) -> None:
        """Close the store."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def scan(
        self,
        windows: Windows,
        *,
        contig_lengths: Mapping[str, int] | None = None,
        kernel: Kernel | None = None,
        by_index: bool = False,
        sink: Sink | None = None,
        ahead: bool = False,
        listener: DepthListener | None = None,
    ) -> Scan:
        """Read the positions of all variants, and the rest of those that are wanted.

        Like `Source.scan` of the same data in VCF text, with three differences. ``line`` of a
        record is the number of its variant, from 1. Unwanted variants are checked for contig and
        position only. ``sites_only`` is based on the wanted variants.

        Parameters
        ----------
        windows
            Wanted intervals and regions in the input's assembly.
        contig_lengths
            Length by canonical name, for contigs whose length the store does not have.
        kernel
            Another implementation of the scanning loop, for tests.
        by_index, ahead, listener
            Unused; they are parameters of `Source`.
        sink
            Takes the cells of wanted records block by block; the result then has none.

        Raises
        ------
        VcfFormatError
            An array or a chunk of it is missing, damaged or hostile, or a record breaks the
            rules of VCF.
        """
        from pgx.io.zarr_cells import CellReader
        from pgx.io.zarr_records import FixedArrays, find_records

        lengths = self.header.expected_lengths() if contig_lengths is None else contig_lengths
        if sink is not None:
            sink.restart()
        fixed = FixedArrays(self._store, self._filters)
        cells = CellReader(self._store, fixed.n_variants, len(self.header.samples), self.path)
        found = find_records(
            fixed,
            self.header,
            windows,
            self.path,
            limits=self._limits,
            contig_lengths=lengths,
            kernel=kernel,
        )
        kept = BlockCollector(len(self.header.samples))
        for block in cells.blocks(found, self._limits):
            (kept if sink is None else sink).take(block)
        return Scan(
            samples=self.header.samples,
            records=found.records,
            region_first=found.scan.region_first,
            region_last=found.scan.region_last,
            n_records=fixed.n_variants,
            sites_only=lists_variants_only(
                max(len(found.records), min(fixed.n_variants, 1)),
                cells.n_reference_only,
                lists_blocks=self.header.lists_blocks,
            ),
            has_depth=cells.has_depth,
            hg19_chrm=found.scan.hg19_chrm,
            **kept.arrays(),
        )


def _names(store: OpenedStore, name: str, most: int) -> tuple[str, ...]:
    """Return names of contigs or filters, none where the store has no such array."""
    array = store.array(name, kinds="TUS", shape=(None,))
    if array is None:
        return ()
    if array.shape[0] > most:
        raise array.refusal(faults.TOO_LARGE)
    found = _texts(array.span(0, array.shape[0]))
    if any(not text or _BAD_NAME.search(text) for text in found) or len(set(found)) < len(found):
        raise array.refusal(faults.NAME)
    return tuple(found)


def _texts(values: npt.NDArray[Any]) -> list[str]:
    return [t.decode("utf-8", "replace") if isinstance(t, bytes) else t for t in values.tolist()]


def _header(store: OpenedStore) -> VcfHeader:
    """Write the metadata of a store as a VCF header and parse it: one set of rules for both."""
    array = store.need("sample_id", kinds="TUS", shape=(None,))
    if array.shape[0] > _MAX_SAMPLES:
        raise array.refusal(faults.TOO_LARGE)
    names = array.span(0, array.shape[0])
    array.check_density(len(names), free=_FREE_SAMPLES, per_byte=_SAMPLES_PER_BYTE)
    samples = _texts(names)
    store.need("contig_id", kinds="TUS", shape=(None,))
    contigs = _names(store, "contig_id", _MAX_CONTIGS)
    lengths = store.array("contig_length", kinds="iu", shape=(len(contigs),))
    sizes = [-1] * len(contigs) if lengths is None else lengths.span(0, len(contigs)).tolist()
    lines = ["##fileformat=VCFv4.3", *_metadata(store), *_fields(store)]
    lines += [
        f"##contig=<ID={name},length={size}>" if size >= 0 else f"##contig=<ID={name}>"
        for name, size in zip(contigs, sizes, strict=True)
    ]
    # a tab or newline in a name would split it; NUL makes the parser reject the name
    shown = (re.sub(r"[\t\r\n]", "\0", name) for name in samples)
    lines.append("\t".join([_COLUMNS, *shown]))
    text = "".join(f"{line}\n" for line in lines)
    header = parse_header(text.encode("utf-8", "replace"), store.name)
    return msgspec.structs.replace(header, n_lines=0)


def _fields(store: OpenedStore) -> list[str]:
    """Return header lines of the fields that identify an array or imputed store."""
    prefix = {"FORMAT": "call", "INFO": "variant"}
    return [
        f"##{kind}=<ID={name}>"
        for kind, names in _FIELDS.items()
        for name in names
        if store.has(f"{prefix[kind]}_{name}")
    ]


def _metadata(store: OpenedStore) -> list[str]:
    """Return the lines of the VCF's header that `parse_header` reads, but for contigs."""
    pairs = store.attributes.get("vcf_meta_information", [])
    if not isinstance(pairs, list):
        raise zarr_fault(faults.METADATA, store.name, "vcf_meta_information")
    lines = []
    for pair in pairs:
        if not (
            isinstance(pair, list) and len(pair) == 2 and all(isinstance(t, str) for t in pair)
        ):
            raise zarr_fault(faults.METADATA, store.name, "vcf_meta_information")
        if _KEYS.fullmatch(pair[0]):
            lines.append(f"##{pair[0]}={' '.join(pair[1].split())}")
    whole = store.attributes.get("vcf_header")
    if isinstance(whole, str):  # versions before 0.4
        lines += [x for x in whole.splitlines() if _KEYS.fullmatch(x[2:].partition("=")[0])]
    return lines
