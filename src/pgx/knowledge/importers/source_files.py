"""Files of a published release, read within size limits: bytes, JSON, tables, archives."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar

import msgspec

from pgx.base.files import read_at_most
from pgx.base.texts import shape_problem
from pgx.errors import InputError, PgxError

__all__ = [
    "MAX_BYTES",
    "Skipped",
    "SourceFile",
    "document",
    "gene_symbol",
    "label",
    "parse_csv",
    "parse_json",
    "prose",
    "read_bytes",
    "read_head",
    "read_tables",
    "require_columns",
    "zip_members",
]


MAX_BYTES: Final = 1 << 26
"""Unpacked size of a file; the largest known, the phenotypes of RYR1, has a third of that."""
MAX_PARTS: Final = 3_000_000
"""Values of a JSON file or cells of a table: 2 bytes in the file can take 200 in memory."""
MAX_MEMBERS: Final = 20_000
"""Maximum number of files in a zip archive; PharmVar's CYP2D6 archive has about 1,000."""
MAX_RATIO: Final = 200
"""Maximum compression ratio of a zip member; text of variants reaches 30."""
_GZIP: Final = b"\x1f\x8b"
_GENE: Final = re.compile(r"[A-Za-z][A-Za-z0-9]{1,14}(-[A-Za-z0-9]{1,8})?")
_LONGEST_LABEL: Final = 300
_SURROGATE: Final = re.compile(r"\\u[dD][89a-fA-F]")
"""Escape of a lone surrogate, which cannot be encoded as UTF-8."""
_CONTROL: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")

T = TypeVar("T")


class Skipped(msgspec.Struct, frozen=True, order=True):
    """Something in a file that was not used, and the reason."""

    file: str
    what: str
    why: str


class SourceFile(msgspec.Struct, frozen=True):
    """A downloaded file: its path, and its name in messages, relative to the given folder."""

    path: Path
    name: str

    @property
    def stem(self) -> str:
        """File name in lower case without ``.gz`` and one further suffix."""
        return Path(self.path.name.lower().removesuffix(".gz")).stem

    @property
    def suffix(self) -> str:
        """Suffix in lower case, the one before ``.gz`` if present."""
        return Path(self.path.name.lower().removesuffix(".gz")).suffix


def _refuse(what: str, name: str, cause: Exception | None = None) -> NoReturn:
    raise InputError(what, where=name, remedy="download the file again") from cause


def read_bytes(file: SourceFile) -> bytes:
    """Return a file's bytes, decompressed if they are gzip data.

    Raises
    ------
    InputError
        It cannot be read, is damaged, or has more than `MAX_BYTES` bytes.
    """
    data = read_at_most(file.path, MAX_BYTES, InputError)
    if data.startswith(_GZIP):
        data = _unpack(data, MAX_BYTES + 1, file.name)
    if len(data) > MAX_BYTES:
        _refuse(f"larger than {MAX_BYTES >> 20} MiB", file.name)
    return data


def read_head(file: SourceFile, size: int = 4096) -> bytes:
    """Return the first bytes of a file, decompressed; empty if it cannot be read."""
    try:
        with file.path.open("rb") as handle:
            head = handle.read(size)
        return _unpack(head, size, file.name) if head.startswith(_GZIP) else head
    except (OSError, InputError):
        return b""


def _unpack(data: bytes, most: int, name: str) -> bytes:
    """Decompress gzip data up to ``most`` bytes; a truncated file head is not an error."""
    if most <= MAX_BYTES:
        try:
            return zlib.decompressobj(wbits=31).decompress(data, most)
        except zlib.error as error:
            _refuse("the gzip data are damaged", name, error)
    try:
        with gzip.open(io.BytesIO(data)) as unpacked:
            return unpacked.read(most)
    except (OSError, EOFError, zlib.error) as error:
        _refuse("the gzip data are damaged or cut short", name, error)


def _text(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        _refuse("the file is not UTF-8 text", name, error)


def _limit_parts(data: bytes, signs: bytes, name: str) -> None:
    if sum(data.count(sign) for sign in signs) > MAX_PARTS:
        _refuse(f"more than {MAX_PARTS} values", name)


def parse_json(data: bytes, name: str, kind: type[T]) -> T:
    """Return a JSON document as a record of the given type.

    Fields that the type does not have are allowed, as a later release may add some.

    Raises
    ------
    InputError
        The data are not JSON, hold NaN, a key twice in one object, or values of another type.
    """
    return document(_json(data, name), name, kind)


def _json(data: bytes, name: str) -> object:
    _limit_parts(data, b"[{,", name)
    text = _text(data, name)
    try:
        found: object = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_number)
        # a lone surrogate passes json.loads and fails much later, when a table is written
        if _SURROGATE.search(text):
            json.dumps(found, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        _refuse(f"not JSON: {error.msg}, line {error.lineno}", name, error)
    except RecursionError as error:
        _refuse("nested too deeply", name, error)
    except KeyError as error:
        _refuse("an object has one key twice", name, error)
    except UnicodeEncodeError as error:
        _refuse("a text holds half of a character", name, error)
    except ValueError as error:  # NaN, or an integer of thousands of digits
        _refuse("a value is not a number that can be read", name, error)
    return found


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise KeyError
    return found


def _no_number(word: str) -> NoReturn:
    raise ValueError(word)


def document(value: object, name: str, kind: type[T]) -> T:
    """Return decoded JSON as a record; see `parse_json`."""
    try:
        return msgspec.convert(value, kind)
    except (msgspec.ValidationError, OverflowError, RecursionError, UnicodeError) as error:
        _refuse(shape_problem(error, kind), name, error)


def parse_csv(data: bytes, name: str, delimiter: str = ",") -> list[dict[str, str]]:
    """Return the rows of a delimited table by the names in its first line.

    Lines that begin with ``#`` before the header are skipped.

    Raises
    ------
    InputError
        The data are not such a table, a name occurs twice, or a row has another width.
    """
    _limit_parts(data, f"{delimiter}\n".encode(), name)
    lines = io.StringIO(_text(data, name).lstrip("\n"), newline="")
    try:
        rows = [row for row in csv.reader(lines, delimiter=delimiter, strict=True) if row]
    except csv.Error as error:
        _refuse(f"not a table of delimited text: {error}", name, error)
    while rows and rows[0][0].startswith("#"):
        rows.pop(0)
    if not rows:
        _refuse("the table is empty", name)
    header = rows[0]
    if len(set(header)) < len(header):
        _refuse("a column name stands twice", name)
    for number, row in enumerate(rows[1:], 2):
        if len(row) != len(header):
            _refuse(f"row {number} has {len(row)} cells, expected {len(header)}", name)
    return [dict(zip(header, row, strict=True)) for row in rows[1:]]


def require_columns(rows: Sequence[Mapping[str, object]], names: Iterable[str], where: str) -> None:
    """Refuse a table that lacks columns, by their names.

    Raises
    ------
    InputError
        A row lacks one of them.
    """
    needed = frozenset(names)
    missing = sorted({name for row in rows for name in needed - row.keys()})
    if missing:
        raise InputError(
            f"columns are missing: {', '.join(missing)}",
            where=where,
            remedy="export the whole table",
        )


def read_tables(
    files: Sequence[SourceFile],
    columns: Mapping[str, Iterable[str]],
    unused: Callable[[str], str],
) -> tuple[dict[str, list[dict[str, Any]]], list[Skipped]]:
    """Read tables in JSON or CSV by the stem of their file names; damaged ones are skipped.

    Parameters
    ----------
    files
        The files of one source.
    columns
        Names that each table has to have.
    unused
        Returns why a table is not read, empty for those that are read.
    """
    tables: dict[str, list[dict[str, Any]]] = {}
    unread: list[Skipped] = []
    for file in files:
        why = unused(file.stem)
        if why or file.stem in tables:
            what = "table" if why else "file"
            unread.append(Skipped(file.name, what, why or "another file holds this table"))
            continue
        try:
            data = read_bytes(file)
            if file.suffix == ".json":
                rows = parse_json(data, file.name, list[dict[str, Any]])
            else:
                rows = [dict(row) for row in parse_csv(data, file.name)]
            require_columns(rows, columns[file.stem], file.name)
        except PgxError as error:
            unread.append(Skipped(file.name, "file", error.line()))
        else:
            tables[file.stem] = rows
    return tables, unread


def zip_members(data: bytes, name: str, wanted: re.Pattern[str]) -> dict[str, bytes]:
    """Return the members of a zip archive whose names match, by name; read in memory only.

    Raises
    ------
    InputError
        The archive is damaged or encrypted, or it, a member or all of them are too large.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _members(archive, name, wanted)
    except (
        zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError, LookupError,
        OverflowError, MemoryError,
    ) as error:  # fmt: skip
        if isinstance(error, InputError):
            raise
        _refuse("the zip archive is damaged or encrypted", name, error)


def _members(archive: zipfile.ZipFile, name: str, wanted: re.Pattern[str]) -> dict[str, bytes]:
    listed = archive.infolist()
    if len(listed) > MAX_MEMBERS:
        _refuse(f"more than {MAX_MEMBERS} files in the archive", name)
    members = [member for member in listed if wanted.search(member.filename)]
    if sum(member.file_size for member in members) > MAX_BYTES:
        _refuse(f"larger than {MAX_BYTES >> 20} MiB when unpacked", name)
    found: dict[str, bytes] = {}
    for member in members:
        # a zip bomb has a high ratio, visible before decompression
        if member.file_size > MAX_RATIO * max(member.compress_size, 1024):
            _refuse("a file in the archive is compressed beyond belief", name)
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            _refuse("a file in the archive has a compression other than deflate", name)
        if member.filename in found:
            _refuse("the archive holds two files of one name", name)
        with archive.open(member) as handle:
            # one byte more than declared: zipfile compares its checksum at the end of a member
            found[member.filename] = handle.read(member.file_size + 1)
    return found


def label(value: object, what: str, where: str) -> str:
    """Return a short text (a name, function, phenotype or key) that can stand in a table.

    Raises
    ------
    InputError
        It is not a text, is empty or overlong, or holds a character that cannot be printed.
    """
    text = " ".join(value.split()) if isinstance(value, str) else ""
    if not text or len(text) > _LONGEST_LABEL or not text.isprintable():
        raise InputError(f"{what} is not a short printable text", where=where)
    return text


def prose(text: str, where: str) -> str:
    """Return a text with single spaces.

    Raises
    ------
    InputError
        It contains control characters or a lone surrogate.
    """
    if _CONTROL.search(text):
        raise InputError("a text holds characters that are not text", where=where)
    return " ".join(text.split())


def gene_symbol(value: object, where: str) -> str:
    """Return a gene's symbol with a hyphen where file names have an underscore.

    >>> gene_symbol("MT_RNR1", "a file")
    'MT-RNR1'

    Raises
    ------
    InputError
        It does not have the form of a gene symbol.
    """
    text = value.strip().replace("_", "-") if isinstance(value, str) else ""
    if not _GENE.fullmatch(text):
        raise InputError("the gene is not named by its symbol", where=where)
    return text
