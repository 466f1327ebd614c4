"""A laboratory's file: read whole, or refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from cases import one_test
from pgx.errors import LaboratoryFileError
from pgx.inputs.laboratory_file import read_laboratory
from pgx.records.laboratory import Laboratory

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "laboratory.toml"
SVG = "<svg xmlns='http://www.w3.org/2000/svg'>{}</svg>"


def written(folder: Path, text: str, **logos: bytes) -> Path:
    for name, data in logos.items():
        (folder / name.replace("_", ".")).write_bytes(data)
    path = folder / "laboratory.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_example_is_read():
    held = read_laboratory(EXAMPLE)
    assert all((held.name, held.address, held.director, held.accreditation, held.footer))
    assert held.logo_kind == "svg"
    assert b"<svg" in held.logo


def test_the_name_is_enough(tmp_path):
    assert read_laboratory(written(tmp_path, 'name = "L"')) == Laboratory(name="L")


@one_test
@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "name"),
        ('name = "  "', "name is empty"),
        ("name = 3", "Expected `str`"),
        ('name = "L"\nsize = 3', "unknown field"),
        ("name = ", "no laboratory file"),
        ('name = "L"\nfooter = "a\\u202eb"', "footer has control"),
        ('name = "L"\naddress = ["a\\nb"]', "address line 1 has control"),
        (f'name = "{"L" * 301}"', "longer than 300"),
        (f'name = "L"\naddress = {["a"] * 7}', "more than 6 lines"),
        ('name = "L"\nlogo = "no.svg"', "cannot be read"),
        ('name = "L"\nlogo = "laboratory.toml"', "PNG or SVG"),
        ('name = "L"\nlogo = "bad.png"', "no PNG"),
        ('name = "L"\nlogo = "bad.svg"', "no SVG"),
        ('name = "L"\nlogo = "picture.svg"', "more than shapes"),
        ('name = "L"\nlogo = "entity.svg"', "more than shapes"),
        ('name = "L"\nlogo = "large.png"', "larger than"),
    ],
)
def test_refusals(tmp_path, text, why):
    path = written(
        tmp_path,
        text,
        bad_png=b"GIF89a",
        bad_svg=b"<html/>",
        picture_svg=SVG.format("<IMAGE href='file:///etc/passwd'/>").encode(),
        entity_svg=b"<!DOCTYPE svg [<!ENTITY a 'b'>]>" + SVG.encode(),
        large_png=b"\x89PNG\r\n\x1a\n" + bytes(2**19),
    )
    with pytest.raises(LaboratoryFileError, match=why) as caught:
        read_laboratory(path)
    assert caught.value.exit_status == 3
    assert caught.value.line().startswith("[PGX-LAB-001]")


XLINK = "xmlns:xlink='http://www.w3.org/1999/xlink'"
OWN = "xmlns:x='http://www.w3.org/2000/svg'"
DEEP = 70
MORE = {
    "prefixed image": f"<x:image {OWN} href='../other.png'/>",
    "image of another namespace": "<x:image xmlns:x='urn:x' href='../other.png'/>",
    "prefixed script": f"<x:script {OWN}>1</x:script>",
    "foreign object": f"<a:foreignObject {OWN.replace(':x', ':a')}/>",
    "picture of a filter": "<filter><feImage href='#a'/></filter>",
    "use of another file": "<use href='other.svg#a'/>",
    "use by xlink": f"<use {XLINK} xlink:href='file:///etc/passwd#a'/>",
    "use by HREF": "<use HREF=' http://example.org/a.svg#a'/>",
    "gradient elsewhere": "<linearGradient href='other.svg#a'/>",
    "link": "<a href='#x'><path/></a>",
    "import": "<style>@IMPORT 'other.css';</style>",
    "import in CDATA": "<style><![CDATA[@im]]><![CDATA[port 'other.css';]]></style>",
    "escaped": "<style>path { fill: u\\72l(other.svg#a) }</style>",
    "url in a style": '<style>path { fill: URL( "other.svg#a" ) }</style>',
    "url in an attribute": "<path style='fill:url(other.svg#a)'/>",
    "url in a mask": "<path mask='url(&#39;http://example.org/#a&#39;)'/>",
    "image set": "<path style='fill:image-set(\"a.png\" 1x)'/>",
    "event": "<path onload='alert(1)'/>",
    "base": "<g xml:base='http://example.org/'/>",
    "stylesheet": "<?xml-stylesheet href='other.css'?>",
}


def logo(folder: Path, svg: str | bytes) -> Laboratory:
    data = svg if isinstance(svg, bytes) else svg.encode()
    return read_laboratory(written(folder, 'name = "L"\nlogo = "a.svg"', a_svg=data))


@one_test
@pytest.mark.parametrize("kind", MORE)
def test_a_logo_loads_and_runs_nothing(tmp_path, kind):
    with pytest.raises(LaboratoryFileError, match="more than shapes and text"):
        logo(tmp_path, SVG.format(MORE[kind]))


def entity(k: int) -> str:
    return f"<!ENTITY e{k} '" + f"&e{k - 1};" * 10 + "'>"


def group(k: int) -> str:
    """Return a group that draws the one before it ten times."""
    return f"<g id='u{k}'>" + f"<use href='#u{k - 1}'/>" * 10 + "</g>"


ENTITIES = "".join(map(entity, range(1, 9)))
GROUPS = "<path id='u0'/>" + "".join(map(group, range(1, 9)))
FLOODS = {
    "more than shapes": f"<!DOCTYPE svg [<!ENTITY e0 'a'>{ENTITIES}]>" + SVG.format("&e8;"),
    "too often": SVG.format(GROUPS),
    "deep": SVG.format("<g>" * DEEP + "</g>" * DEEP),
    "itself": SVG.format("<g id='a'><use href='#a'/></g>"),
    "no SVG": "<svg><image/></svg>",
    "no SVG picture: undefined entity": SVG.format("&e;"),
    "no SVG picture: unbound prefix": SVG.format("<x:image href='a.png'/>"),
}


@one_test
@pytest.mark.parametrize("why", FLOODS)
def test_a_logo_that_never_ends(tmp_path, why):
    with pytest.raises(LaboratoryFileError, match=why):
        logo(tmp_path, FLOODS[why])


def test_logos_in_other_encodings_are_none(tmp_path):
    """What one parser reads as a comment another would read as a picture."""
    for data in (SVG.encode("utf-16"), SVG.replace("{}", "\xe9").encode("latin-1"), b"\x1f\x8b"):
        with pytest.raises(LaboratoryFileError, match="no SVG"):
            logo(tmp_path, data)


def test_a_drawn_logo_is_read(tmp_path):
    inner = (
        "<metadata><r:RDF xmlns:r='urn:r' r:resource='http://example.org/'/></metadata>"
        "<style>.a { fill: url(#g); image-rendering: auto }</style>"
        f"<defs><linearGradient id='g'/><linearGradient id='h' {XLINK} xlink:href='#g'/></defs>"
        "<path class='a' d='M0 0' style='stroke:url(\"#h\")'/><text>an image</text>"
        "<symbol id='s'><rect/></symbol><use href='#s'/><use href='#s'/>"
    )
    assert logo(tmp_path, "<?xml version='1.0'?><!-- a -->" + SVG.format(inner)).logo_kind == "svg"


def png(width: int, height: int) -> bytes:
    size = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    return b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + size + bytes(9)


@one_test
@pytest.mark.parametrize(
    ("data", "why"),
    [
        (png(40_000, 40_000), "40000 x 40000 pixels"),
        (png(2**31, 1), "pixels"),
        (png(0, 10), "pixels"),
        (png(10, 10)[:20], "no PNG"),
        (png(10, 10).replace(b"IHDR", b"IDAT"), "no PNG"),
    ],
)
def test_a_png_has_a_bounded_number_of_pixels(tmp_path, data, why):
    text = 'name = "L"\nlogo = "a.png"'
    with pytest.raises(LaboratoryFileError, match=why):
        read_laboratory(written(tmp_path, text, a_png=data))
    assert read_laboratory(written(tmp_path, text, a_png=png(2048, 2048))).logo_kind == "png"


def test_no_such_file_and_no_text(tmp_path):
    with pytest.raises(LaboratoryFileError, match="cannot be read"):
        read_laboratory(tmp_path / "none.toml")
    with pytest.raises(LaboratoryFileError, match="cannot be read"):
        read_laboratory(tmp_path)
    (tmp_path / "binary.toml").write_bytes(b"name = '\xff'")
    with pytest.raises(LaboratoryFileError, match="no laboratory file"):
        read_laboratory(tmp_path / "binary.toml")
