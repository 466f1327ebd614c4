"""The parts of an output file and their digests."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from pgx.base.shipped import code_digest

__all__ = ["digests"]

_CHUNK = 20_000
_OWN_PARTS = ("calls", "recommendations")
_UNSEEN = frozenset(("script", "style"))
_UUID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def digests(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the parts of a file by name, each with its SHA-256 in hex."""
    for part, text in _parts(path):
        held = text.replace(code_digest(), "")
        yield part, hashlib.sha256(held.encode("utf-8")).hexdigest()


def _parts(path: Path) -> Iterator[tuple[str, str]]:
    match path.suffix:
        case ".json":
            yield from _of_json(path)
        case ".html":
            yield "text", _page_text(path.read_text(encoding="utf-8"))
        case ".pdf":
            yield "text", _pdf_text(path)
        case ".parquet":
            yield "rows", _parquet_rows(path)
        case ".xlsx":
            yield from _of_workbook(path)
        case _:
            yield "all", path.read_text(encoding="utf-8")


def _of_json(path: Path) -> Iterator[tuple[str, str]]:
    """Yield calls, recommendations, each kind of resource of a FHIR Bundle, and the rest."""
    text = _numbered(path.read_text(encoding="utf-8"))
    document = json.loads(text, parse_float=_rounded)
    parts = {key: document.pop(key) for key in _OWN_PARTS if key in document}
    for entry in document.pop("entry", []):
        parts.setdefault(entry["resource"]["resourceType"], []).append(entry)
    for key, value in (parts | {"rest": document}).items():
        yield key, json.dumps(value, sort_keys=True, ensure_ascii=False)


def _numbered(text: str) -> str:
    """Write each identifier as its ordinal: those of FHIR depend on the digest of the program."""
    ordinals: dict[str, str] = {}
    return _UUID.sub(lambda found: ordinals.setdefault(found[0], f"uuid-{len(ordinals)}"), text)


def _rounded(text: str) -> float:
    return float(f"{float(text):.9g}")


class _Text(HTMLParser):
    """Collects what a reader sees."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unseen += tag in _UNSEEN
        self.found += [value for name, value in attrs if name in ("title", "aria-label") and value]

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in _UNSEEN

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.found.append(data)


def _page_text(page: str) -> str:
    parser = _Text()
    parser.feed(page)
    return " ".join(" ".join(parser.found).split())


def _pdf_text(path: Path) -> str:
    from pypdf import PdfReader

    return "\f".join(page.extract_text() for page in PdfReader(path).pages)


def _parquet_rows(path: Path) -> str:
    """Return the schema and a digest of all rows: the text of a cohort is too long to hold.

    Opaque columns are left out: their floats cannot be compared to nine digits.
    """
    import polars as pl
    import polars.selectors as cs

    frame = pl.read_parquet(path).select(~cs.binary())
    digest = hashlib.sha256()
    for piece in frame.iter_slices(_CHUNK):
        rows = json.loads(
            f"[{piece.write_ndjson().rstrip().replace(chr(10), ',')}]", parse_float=_rounded
        )
        digest.update(json.dumps(rows, sort_keys=True, ensure_ascii=False).encode("utf-8"))
    return f"{frame.schema} {frame.height} {digest.hexdigest()}"


def _of_workbook(path: Path) -> Iterator[tuple[str, str]]:
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True)
    for sheet in book.worksheets:
        yield sheet.title, json.dumps([[str(c) for c in row] for row in sheet.values])
    book.close()
