"""Contributions of a laboratory: name and logo, its own rules, and its decisions."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from xml.parsers import expat

import msgspec

from pgx.base.texts import has_hidden
from pgx.errors import LaboratoryFileError
from pgx.messages.arguments import in_words
from pgx.records.calls import GeneCall, Override, PatientResult, Recommendation
from pgx.reports.content.phrases import day, figure

__all__ = [
    "Laboratory",
    "OverrideEntry",
    "build_overrides",
    "computed_text",
    "laboratory_of",
    "overlay_text",
    "read_laboratory",
    "review_text",
]

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


class _BadLogoError(ValueError):
    """A refused logo; the text gives the reason."""


def _check_png(data: bytes) -> None:
    """Check the header of a PNG: format and number of pixels.

    Raises
    ------
    _BadLogoError
        It is not a PNG, or has too many pixels.
    """
    if not data.startswith(_SIGNATURE + _HEADER) or len(data) < 24:
        raise _BadLogoError("the logo is no PNG picture")
    # PNG's IHDR: two big-endian 32-bit numbers from byte 16
    width, height = (int.from_bytes(data[at : at + 4], "big") for at in (16, 20))
    if not 0 < width * height <= _MAX_PIXELS:
        raise _BadLogoError(
            f"the logo has {width} x {height} pixels, at most {_MAX_PIXELS:,} are drawn"
        )


def _check_svg(data: bytes) -> None:
    """Parse an SVG completely: only shapes, text, and a limited number of internal references.

    Entities are not expanded: a file that declares any is refused.

    Raises
    ------
    _BadLogoError
        It is not an SVG, or contains anything else.
    """
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _BadLogoError("the logo is no SVG picture in UTF-8") from error
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
            raise _BadLogoError(f"the logo is no SVG picture: {error}") from error
        self._check_style("".join(self._styles))
        if self._drawn() > _MAX_DRAWN:
            raise _BadLogoError("the logo draws the same parts too often")

    def _refuse(self, *_: Any) -> None:  # noqa: ANN401 - what the parser gives
        raise _more()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        space, _, local = name.rpartition(" ")
        if not self._open and (space, local) != (_SVG, "svg"):
            raise _BadLogoError("the logo is no SVG picture")
        if local.lower() in _NEVER or (space in ("", _SVG) and local not in _DRAWN):
            raise _more()
        if len(self._open) >= _MAX_DEPTH:
            raise _BadLogoError(f"the logo has elements more than {_MAX_DEPTH} deep")
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
                raise _BadLogoError("the logo refers to itself")
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


def _more() -> _BadLogoError:
    return _BadLogoError("the logo holds more than shapes and text")


# room for a name, an address and a footer; larger files are refused
_MAX_BYTES: Final = 64 * 2**10
_MAX_LOGO: Final = 256 * 2**10
_MAX_TEXT: Final = 300
_MAX_LINES: Final = 6
_REMEDY: Final = "see docs/how-to/pdf.md"


class _LaboratoryFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The laboratory file as stored."""

    name: str
    address: list[str] = msgspec.field(default_factory=list)
    director: str = ""
    accreditation: str = ""
    footer: str = ""
    logo: str = ""


class Laboratory(msgspec.Struct, frozen=True, kw_only=True):
    """The issuer of a report. ``logo`` is the image data, ``logo_kind`` ``png``, ``svg`` or empty.

    ``address`` are lines, ``footer`` is printed at the bottom of every page.
    """

    name: str
    address: tuple[str, ...] = ()
    director: str = ""
    accreditation: str = ""
    footer: str = ""
    logo: bytes = b""
    logo_kind: str = ""


def read_laboratory(path: Path) -> Laboratory:
    """Read a laboratory's file and its logo, whose path is relative to the file's folder.

    Raises
    ------
    LaboratoryFileError
        The file or the logo cannot be read, is too large, or has forbidden content.
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
    """Return a checked logo and its kind."""
    where = str(path)
    kind = path.suffix.lower().removeprefix(".")
    if kind not in ("png", "svg"):
        raise _refused("a logo is a PNG or SVG file", where)
    data = _bytes_of(path, where, _MAX_LOGO)
    try:
        (_check_png if kind == "png" else _check_svg)(data)
    except _BadLogoError as error:
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


Words = Mapping[str, Any]


class OverrideEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A laboratory's decision on one gene or drug; ``anchor`` is the subject's id, or empty.

    ``kind`` is ``gene`` or ``drug``; ``name`` is the subject in the language of the report.
    """

    kind: str
    subject: str
    name: str
    anchor: str
    computed: str
    says: str
    who: str
    reason: str


def build_overrides(
    result: PatientResult, anchors: Mapping[str, str], words: Words
) -> tuple[OverrideEntry, ...]:
    """Return a result's overrides; ``anchors`` are the ids of genes and drugs in the report."""
    label = words["label"]
    return tuple(
        OverrideEntry(
            kind="gene" if override.gene else "drug",
            subject=override.subject,
            name=override.gene or in_words(override.drug, words["phrases"]),
            anchor=anchors.get(override.subject, ""),
            computed=computed_text(result, override, words) or label["not_in_report"],
            says=override.says,
            who=f"{override.by}, {day(override.date, words)}",
            reason=override.reason,
        )
        for override in result.overrides
    )


def computed_text(result: PatientResult, override: Override, words: Words | None = None) -> str:
    """Return the computed result for the subject of an override, empty if there is none.

    With ``words`` in the wording of a report, otherwise in the codes of the tables.
    """
    if override.gene:
        calls = [_call(c, words) for c in result.calls if c.gene == override.gene]
        return "; ".join(calls)
    rows = [row for row in result.by_genotype if row.drug == override.drug]
    return "; ".join(dict.fromkeys(_advice(row, words) for row in rows))


def _call(call: GeneCall, words: Words | None) -> str:
    status = words["status"][call.status.value] if words else call.status.value
    said = [call.phenotype] if call.phenotype else []
    if call.activity_score:
        said.append(
            words["label"]["score"].format(score=figure(call.activity_score, words))
            if words
            else f"score {call.activity_score}"
        )
    meaning = f" ({', '.join(said)})" if said else ""
    return f"{status}: {call.diplotype}{meaning}" if call.diplotype else f"{status}{meaning}"


def _advice(row: Recommendation, words: Words | None) -> str:
    if words is None:
        return f"{row.source} {row.population}: {'+'.join(row.action)}, {row.certainty.value}"
    action = words["action"].get(row.action[0], row.action[0]) if row.action else ""
    source = words["authority"].get(row.source, row.source)
    certainty = words["certainty"][row.certainty.value]
    return f"{source}: {action} ({certainty})"


def laboratory_of(result: PatientResult) -> str:
    """Return the laboratory whose folder overlays the release, empty without one."""
    return result.provenance.overlay.laboratory if result.provenance.overlay else ""


def overlay_text(result: PatientResult, words: Words) -> str:
    """Name the laboratory's folder that overlays the release, empty without one."""
    made = result.provenance.overlay
    return f"{made.laboratory}, {made.version}, {day(made.date, words)}" if made else ""


def review_text(row: Recommendation, words: Words) -> str:
    """Return source and reviewer of a local row, empty for other rows."""
    facts = row.facts
    if facts is None or not facts.reviewer:
        return ""
    said: str = words["label"]["reviewed_rule"]
    date = day(facts.reviewed, words)
    return said.format(source=facts.source, reviewer=facts.reviewer, date=date)
