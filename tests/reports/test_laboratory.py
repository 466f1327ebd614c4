"""A laboratory's file: read whole, or refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from pgx.base.errors import LaboratoryFileError
from pgx.reports.laboratory import Laboratory, read_laboratory

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


def test_no_such_file_and_no_text(tmp_path):
    with pytest.raises(LaboratoryFileError, match="cannot be read"):
        read_laboratory(tmp_path / "none.toml")
    with pytest.raises(LaboratoryFileError, match="cannot be read"):
        read_laboratory(tmp_path)
    (tmp_path / "binary.toml").write_bytes(b"name = '\xff'")
    with pytest.raises(LaboratoryFileError, match="no laboratory file"):
        read_laboratory(tmp_path / "binary.toml")
