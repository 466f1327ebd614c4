"""Packing a PDF changes its size and nothing else."""

from __future__ import annotations

import io

import pypdf
import pytest

from cases import one_test
from pgx.reports.pdf import typesetting as module
from pgx.reports.pdf.typesetting import packed, render_pdf
from reports import factory


@pytest.fixture(scope="module")
def plain() -> bytes:
    """A report as the typesetter writes it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "packed", lambda data: data)
        return render_pdf(factory.result())


def reader(data: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(data), strict=True)


def written(held) -> bytes:
    out = io.BytesIO()
    held.write_to_stream(out)
    return out.getvalue()


def tags(node, found: list[str]) -> list[str]:
    """Kinds of all tags in reading order."""
    node = node.get_object()
    if isinstance(node, list):
        for child in node:
            tags(child, found)
    elif isinstance(node, dict) and "/S" in node:
        found.append(str(node["/S"]))
        tags(node.get("/K", pypdf.generic.ArrayObject()), found)
    return found


def test_pages_tags_and_names_stay(plain):
    before, after = reader(plain), reader(packed(plain))
    assert [p.extract_text() for p in before.pages] == [p.extract_text() for p in after.pages]
    contents = [[p.get_contents().get_data() for p in r.pages] for r in (before, after)]
    assert contents[0] == contents[1]
    roots = [r.trailer["/Root"]["/StructTreeRoot"]["/K"] for r in (before, after)]
    trees = [tags(root, []) for root in roots]
    assert trees[0] == trees[1]
    assert len(trees[0]) > 50
    assert before.metadata == after.metadata
    assert before.trailer["/ID"] == after.trailer["/ID"]


def test_it_is_smaller_and_packed_once(plain):
    small = packed(plain)
    assert len(small) < 0.75 * len(plain)
    assert packed(small) == small
    assert packed(plain) == small


def test_no_object_is_lost(plain):
    before, after = reader(plain), reader(packed(plain))
    for number in range(1, int(before.trailer["/Size"])):
        assert written(before.get_object(number)) == written(after.get_object(number))


@one_test
@pytest.mark.parametrize(
    "damage",
    [
        lambda d: b"",
        lambda d: b"%PDF-1.7\n",
        lambda d: d[:-200],
        lambda d: d.replace(b"\nendobj\n", b"\nendOBJ\n", 1),
        lambda d: d.replace(b"xref\n0 ", b"xref\n1 ", 1),
    ],
)
def test_another_form_is_left_alone(plain, damage):
    data = damage(plain)
    assert packed(data) == data
