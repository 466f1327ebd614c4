"""The laboratory that issues a printed report: a TOML file enters, a `Laboratory` leaves."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from pgx.base.texts import has_hidden
from pgx.errors import LaboratoryFileError
from pgx.reports.logo import BadLogoError, check_png, check_svg

__all__ = ["Laboratory", "read_laboratory"]

_MAX_BYTES: Final = 64 * 2**10
_MAX_LOGO: Final = 256 * 2**10
_MAX_TEXT: Final = 300
_MAX_LINES: Final = 6
_REMEDY: Final = "see docs/how-to/pdf.md"


class _LaboratoryFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file as it is written."""

    name: str
    address: list[str] = msgspec.field(default_factory=list)
    director: str = ""
    accreditation: str = ""
    footer: str = ""
    logo: str = ""


class Laboratory(msgspec.Struct, frozen=True, kw_only=True):
    """Who issues a report. ``logo`` is the picture itself, ``logo_kind`` ``png``, ``svg`` or empty.

    ``address`` are lines, ``footer`` stands at the foot of every page.
    """

    name: str
    address: tuple[str, ...] = ()
    director: str = ""
    accreditation: str = ""
    footer: str = ""
    logo: bytes = b""
    logo_kind: str = ""


def read_laboratory(path: Path) -> Laboratory:
    """Read a laboratory's file and the logo that it names, relative to the file's folder.

    Raises
    ------
    LaboratoryFileError
        The file or the logo cannot be read, is too large, or says what it may not.
    """
    where = str(path)
    held = _decoded(_bytes_of(path, where, _MAX_BYTES), where)
    texts = {"name": held.name, "director": held.director, "accreditation": held.accreditation,
             "footer": held.footer}  # fmt: skip
    texts |= {f"address line {n}": line for n, line in enumerate(held.address, 1)}
    for name, text in texts.items():
        _check_text(name, text, where)
    if not held.name.strip():
        raise _refused("the name is empty", where)
    if len(held.address) > _MAX_LINES:
        raise _refused(f"the address has more than {_MAX_LINES} lines", where)
    logo, kind = _logo(path.parent / held.logo) if held.logo else (b"", "")
    return Laboratory(
        name=held.name,
        address=tuple(held.address),
        director=held.director,
        accreditation=held.accreditation,
        footer=held.footer,
        logo=logo,
        logo_kind=kind,
    )


def _decoded(data: bytes, where: str) -> _LaboratoryFile:
    try:
        return msgspec.toml.decode(data.decode("utf-8"), type=_LaboratoryFile)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise _refused(f"no laboratory file: {error}", where) from error


def _check_text(name: str, text: str, where: str) -> None:
    if len(text) > _MAX_TEXT:
        raise _refused(f"{name} is longer than {_MAX_TEXT} characters", where)
    if has_hidden(text):
        raise _refused(f"{name} has control or direction characters", where)


def _logo(path: Path) -> tuple[bytes, str]:
    """Return a logo and its kind, once it was looked at."""
    where = str(path)
    kind = path.suffix.lower().removeprefix(".")
    if kind not in ("png", "svg"):
        raise _refused("a logo is a PNG or SVG file", where)
    data = _bytes_of(path, where, _MAX_LOGO)
    try:
        (check_png if kind == "png" else check_svg)(data)
    except BadLogoError as error:
        raise _refused(str(error), where) from error
    return data, kind


def _bytes_of(path: Path, where: str, most: int) -> bytes:
    try:
        with path.open("rb") as handle:
            data = handle.read(most + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        raise _refused(f"cannot be read: {why}", where) from error
    if len(data) > most:
        raise _refused(f"is larger than {most // 2**10} kB", where)
    return data


def _refused(what: str, where: str) -> LaboratoryFileError:
    return LaboratoryFileError(what, where=where, remedy=_REMEDY)
