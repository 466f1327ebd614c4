"""Checks of a laboratory's logo: a small PNG, or an SVG of shapes and text only."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any, Final
from xml.parsers import expat

__all__ = ["BadLogoError", "check_png", "check_svg"]

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_HEADER: Final = b"\x00\x00\x00\rIHDR"
# a logo is 14 mm high: 4 million pixels give 1,200 per inch at five times that width
_MAX_PIXELS: Final = 1 << 22
_SVG: Final = "http://www.w3.org/2000/svg"
_DRAWN: Final = frozenset(
    (
        *("svg", "g", "defs", "symbol", "use", "switch", "title", "desc", "metadata", "style"),
        *("path", "rect", "circle", "ellipse", "line", "polyline", "polygon"),
        *("text", "tspan", "textPath", "linearGradient", "radialGradient", "stop"),
        *("clipPath", "mask", "pattern"),
    )
)
_NEVER: Final = frozenset(
    ("image", "feimage", "script", "foreignobject", "iframe", "embed", "object", "audio", "video")
)
_LINKS: Final = ("href", "src", "base")
_URL: Final = re.compile(r"url\s*\(\s*(['\"]?)\s*(#?)([^'\")\s]*)", re.IGNORECASE)
_STYLE: Final = re.compile(r"[@\\]|(image(-set)?|src|element)\s*\(", re.IGNORECASE)
# references that a renderer follows, copying the referenced elements
_MAX_DEPTH: Final = 64
_MAX_DRAWN: Final = 20_000


class BadLogoError(ValueError):
    """A refused logo; the text gives the reason."""


def check_png(data: bytes) -> None:
    """Check the header of a PNG: format and number of pixels.

    Raises
    ------
    BadLogoError
        It is not a PNG, or has too many pixels.
    """
    if not data.startswith(_SIGNATURE + _HEADER) or len(data) < 24:
        raise BadLogoError("the logo is no PNG picture")
    # PNG's IHDR: two big-endian 32-bit numbers from byte 16
    width, height = (int.from_bytes(data[at : at + 4], "big") for at in (16, 20))
    if not 0 < width * height <= _MAX_PIXELS:
        raise BadLogoError(
            f"the logo has {width} x {height} pixels, at most {_MAX_PIXELS:,} are drawn"
        )


def check_svg(data: bytes) -> None:
    """Parse an SVG completely: only shapes, text, and a limited number of internal references.

    Entities are not expanded: a file that declares any is refused.

    Raises
    ------
    BadLogoError
        It is not an SVG, or contains anything else.
    """
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadLogoError("the logo is no SVG picture in UTF-8") from error
    _SvgReader().read(data)


class _SvgReader:
    """Parser callbacks: elements, their references, and their nesting depth."""

    def __init__(self) -> None:
        self._open: list[int] = []
        self._children: list[list[int]] = []
        self._links: list[list[str]] = []
        self._by_id: dict[str, int] = {}
        self._styles: list[str] = []
        self._in_style = 0

    def read(self, data: bytes) -> None:
        """Parse the complete file."""
        parser = expat.ParserCreate("utf-8", " ")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = self._refuse
        parser.EntityDeclHandler = self._refuse
        parser.ProcessingInstructionHandler = self._refuse
        try:
            parser.ParseFile(io.BytesIO(data))
        except expat.ExpatError as error:
            raise BadLogoError(f"the logo is no SVG picture: {error}") from error
        self._check_style("".join(self._styles))
        if self._drawn() > _MAX_DRAWN:
            raise BadLogoError("the logo draws the same parts too often")

    def _refuse(self, *_: Any) -> None:  # noqa: ANN401 - what the parser gives
        raise _more()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        space, _, local = name.rpartition(" ")
        if not self._open and (space, local) != (_SVG, "svg"):
            raise BadLogoError("the logo is no SVG picture")
        if local.lower() in _NEVER or (space in ("", _SVG) and local not in _DRAWN):
            raise _more()
        if len(self._open) >= _MAX_DEPTH:
            raise BadLogoError(f"the logo has elements more than {_MAX_DEPTH} deep")
        self._in_style += local == "style"
        number = len(self._links)
        if self._open:
            self._children[self._open[-1]].append(number)
        self._open.append(number)
        self._children.append([])
        self._links.append([link for each in attributes.items() for link in self._linked(*each)])
        if "id" in attributes:
            self._by_id.setdefault(attributes["id"], number)

    def _linked(self, name: str, value: str) -> Iterator[str]:
        """Yield the internal references of an attribute; refuse external ones."""
        local = name.rpartition(" ")[2].lower()
        if local in _LINKS:
            if not value.strip().startswith("#"):
                raise _more()
            yield value.strip()[1:]
        # event handlers: an SVG viewer may execute them
        if local.startswith("on"):
            raise _more()
        if local == "style":
            self._check_style(value)
        yield from _urls(value)

    def _check_style(self, text: str) -> None:
        if _STYLE.search(text):
            raise _more()
        list(_urls(text))

    def _end(self, name: str) -> None:
        self._in_style -= name.rpartition(" ")[2] == "style"
        self._open.pop()

    def _text(self, text: str) -> None:
        if self._in_style:
            self._styles.append(text)

    def _drawn(self) -> int:
        """Return the number of elements with references expanded, or slightly more than allowed."""
        sizes: dict[int, int] = {}
        styled = sorted(set(_urls("".join(self._styles))))

        def size(number: int, above: frozenset[int]) -> int:
            # renderers follow references, so a cycle would never end
            if number in above or len(above) > 4 * _MAX_DEPTH:
                raise BadLogoError("the logo refers to itself")
            if number not in sizes:
                parts = [*self._children[number]]
                parts += [self._by_id[i] for i in self._links[number] if i in self._by_id]
                within = above | {number}
                sizes[number] = min(1 + sum(size(part, within) for part in parts), _MAX_DRAWN + 1)
            return sizes[number]

        known = [self._by_id[i] for i in styled if i in self._by_id]
        # a style may apply to every element, so its references count once per element
        return size(0, frozenset()) + len(self._links) * sum(size(n, frozenset()) for n in known)


def _urls(text: str) -> Iterator[str]:
    """Yield the ids in ``url(#id)``; refuse any other address."""
    for _, mark, name in _URL.findall(text):
        if not mark:
            raise _more()
        yield name


def _more() -> BadLogoError:
    return BadLogoError("the logo holds more than shapes and text")
