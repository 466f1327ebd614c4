"""A file of another tool, read within limits: as text, JSON, or tab-separated columns."""

from __future__ import annotations

import functools
import io
import json
import re
import zipfile
import zlib
from collections.abc import Sequence
from typing import Any, Final

from pgx.base.texts import has_hidden
from pgx.errors import InputError, OutsideCallError

__all__ = [
    "MAX_BYTES",
    "MAX_CELL",
    "OutsideFile",
    "parse_rows",
]

MAX_BYTES: Final = 64 * 2**20  # of a file, and of all that an archive unpacks to
_PACKED: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_MAX_MEMBERS: Final = 1_000  # PyPGx writes two files a gene: far above any real archive
_MAX_LINES: Final = 2_000_000  # bounds memory: each line becomes several Python objects
# gene families that the tools call; the look-arounds keep CYP2D6 apart from CYP2D67 or XCYP2D6
_GENE: Final = re.compile(
    r"(?<![A-Z0-9])(?:CYP|SLCO|UGT|NUDT|NAT|ABCG)[0-9][A-Z0-9]{0,4}(?![A-Z0-9])"
)


class OutsideFile:
    """A file's name (without folders) and bytes.

    Raises
    ------
    OutsideCallError
        It is larger than `MAX_BYTES`; or, when ``text`` or ``tree`` is used, not UTF-8 or not JSON.
    """

    def __init__(self, name: str, data: bytes) -> None:
        self.name, self.data = name, data
        if len(data) > MAX_BYTES:
            raise OutsideCallError(
                f"the file is larger than {MAX_BYTES >> 20} MiB",
                where=name,
                remedy="give a file of fewer samples or genes",
            )

    @functools.cached_property
    def text(self) -> str:
        """The content as text, line ends as LF."""
        try:
            text = self.data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise OutsideCallError(
                "the file is not UTF-8 text", where=self.name, remedy="save it as UTF-8"
            ) from error
        return text.replace("\r\n", "\n").replace("\r", "\n")

    @functools.cached_property
    def lines(self) -> list[tuple[int, str]]:
        """Numbered lines without the empty ones."""
        lines = self.text.split("\n")
        if len(lines) > _MAX_LINES:
            raise OutsideCallError(
                f"the file has more than {_MAX_LINES} lines",
                where=self.name,
                remedy="give a file of fewer samples or genes",
            )
        return [(number, line) for number, line in enumerate(lines, 1) if line.strip()]

    @functools.cached_property
    def cells(self) -> list[list[str]]:
        """Tab-separated cells of `lines`."""
        return [[cell.strip() for cell in line.split("\t")] for _, line in self.lines]

    @functools.cached_property
    def header(self) -> frozenset[str]:
        """Cells of the first line in lower case, without ``#``."""
        return (
            frozenset(c.lower().lstrip("#") for c in self.cells[0]) if self.lines else frozenset()
        )

    @property
    def is_archive(self) -> bool:
        """Whether it starts like a ZIP archive."""
        return self.data[:4] in (b"PK\x03\x04", b"PK\x05\x06")

    @property
    def is_json(self) -> bool:
        """Whether it starts like a JSON object."""
        return self.data[:64].removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"

    @functools.cached_property
    def tree(self) -> dict[str, Any]:
        """The JSON object."""
        try:
            found = json.loads(self.text, object_pairs_hook=_object, parse_constant=_constant)
            json.dumps(found, ensure_ascii=False).encode()  # raises for half a surrogate pair
        except json.JSONDecodeError as error:
            raise OutsideCallError(
                "broken JSON",
                where=f"{self.name} line {error.lineno}",
                remedy="let the tool write the file again",
            ) from error
        except (ValueError, RecursionError) as error:
            raise OutsideCallError(
                "JSON with a name that stands twice, a number that is none, or too deep nesting",
                where=self.name,
                remedy="let the tool write the file again",
            ) from error
        return found if isinstance(found, dict) else {}

    def members(self) -> dict[str, bytes]:
        """Return the files of an archive by path.

        Raises
        ------
        OutsideCallError
            The archive is damaged, encrypted, or unpacks to more than `MAX_BYTES`.
        """
        try:
            with zipfile.ZipFile(io.BytesIO(self.data)) as archive:
                return self._unpacked(archive)
        except OutsideCallError:
            raise
        except (
            zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, OSError, ValueError,
            NotImplementedError, RuntimeError, IndexError,
        ) as error:  # fmt: skip
            raise OutsideCallError(
                "the archive is damaged or encrypted",
                where=self.name,
                remedy="let the tool write the file again",
            ) from error

    def _unpacked(self, archive: zipfile.ZipFile) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        left = MAX_BYTES
        for info in archive.infolist():
            if info.is_dir():
                continue
            if info.compress_type not in _PACKED:  # zipfile unpacks others without a bound
                raise ValueError("packed by a method that is not read")
            with archive.open(info) as member:
                data = member.read(left + 1)
            left -= len(data)
            if left < 0 or len(found) >= _MAX_MEMBERS or info.filename in found:
                raise OutsideCallError(
                    "the archive holds too much, or a file twice",
                    where=self.name,
                    remedy="give the tool's archive as it is",
                )
            found[info.filename] = data
        return found

    def gene_in_name(self) -> str:
        """Return the gene in the file's name, for formats without a gene.

        Raises
        ------
        OutsideCallError
            The name has no gene, or several.
        """
        genes = {str(gene) for gene in _GENE.findall(self.name.upper())}
        if len(genes) != 1:
            raise OutsideCallError(
                "the file does not say of which gene it is",
                where=self.name,
                remedy="write the gene into the file's name, SAMPLE.GENE.tsv, or add a column gene",
            )
        return genes.pop()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice")
    return found


def _constant(name: str) -> object:
    raise ValueError(name)


MAX_CELL: Final = 1_000  # characters; diplotypes and phenotypes are far shorter


def parse_rows(
    text: str,
    name: str,
    required: tuple[str, ...],
    kind: type[InputError] = OutsideCallError,
    *,
    max_cell: int = MAX_CELL,
    header: Sequence[str] = (),
) -> list[tuple[int, dict[str, str]]]:
    """Return (line number, cells by column in lower case) of the lines below the header.

    ``name`` is the file's, for messages. Columns beyond the required ones may be of any name.
    ``header`` has the columns of a text without a header line.

    Raises
    ------
    InputError
        Of ``kind``: no line, a required column missing, a column twice, a line longer than the
        header, a cell longer than ``max_cell``, or an invisible character.
    """
    lines = [(n, line) for n, line in enumerate(text.split("\n"), 1) if line.strip()]
    if not lines:
        raise kind("the file is empty", where=name)
    _refuse_hidden(lines, name, kind)
    columns = list(header)
    if not columns:
        number, first = lines.pop(0)
        columns = _header(first, f"{name} line {number}", required, kind)
    return [
        (number, _row(line, columns, f"{name} line {number}", kind, max_cell))
        for number, line in lines
    ]


def _header(line: str, where: str, required: tuple[str, ...], kind: type[InputError]) -> list[str]:
    header = [name.strip().lower().lstrip("#") for name in line.split("\t")]
    lacking = [name for name in required if name not in header]
    if lacking:
        raise kind(
            f"column {lacking[0]} is missing",
            where=where,
            remedy=f"write a header line with {', '.join(required)}, separated by tabs",
        )
    if len(set(header)) < len(header):
        raise kind("a column stands twice", where=where, remedy="keep one")
    return header


def _row(
    line: str, header: list[str], where: str, kind: type[InputError], max_cell: int
) -> dict[str, str]:
    cells = [cell.strip() for cell in line.split("\t")]
    if len(cells) > len(header):
        raise kind(
            f"{len(cells)} columns, the header has {len(header)}",
            where=where,
            remedy="separate columns by single tabs",
        )
    if max(map(len, cells)) > max_cell:
        raise kind(
            f"a cell is longer than {max_cell} characters",
            where=where,
            remedy="correct the line or remove it",
        )
    cells += [""] * (len(header) - len(cells))
    return dict(zip(header, cells, strict=True))


def _refuse_hidden(lines: list[tuple[int, str]], name: str, kind: type[InputError]) -> None:
    """Refuse invisible characters: some readers take some of them for the end of a line."""
    for number, line in lines:
        if has_hidden(line, "\t"):
            raise kind(
                "the line holds a character that cannot be seen",
                where=f"{name} line {number}",
                remedy="write the line again by hand",
            )
