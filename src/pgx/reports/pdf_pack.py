"""Makes the typesetter's PDF smaller: small objects, tags above all, go compressed into streams.

Typst writes one plain object a tag, more than half of a long report. PDF has object streams for
that since 1.5, and PDF/A-2 and PDF/UA-1 allow them. Nothing that is shown or read changes.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from typing import Final

__all__ = ["packed"]

_START: Final = re.compile(rb"startxref\n(\d+)\n%%EOF\s*$")
_TABLE: Final = re.compile(rb"xref\n0 (\d+)\n")
_TRAILER: Final = re.compile(rb"trailer\n<<(.*)>>\nstartxref", re.DOTALL)
_SIZE: Final = re.compile(rb"/Size \d+")
_ROW: Final = 20
_TOGETHER: Final = 256
_ROW_FORM: Final = struct.Struct(">BIH")  # kind; place or stream; generation or index


def packed(data: bytes) -> bytes:
    """Return the same document with its small objects compressed.

    A file that is built in another way than Typst's is returned as it is.
    """
    read = _read(data)
    if read is None:
        return data
    header, objects, trailer = read
    rows: dict[int, tuple[int, int, int]] = {0: (0, 0, 65535)}
    made = bytearray(header)
    for number, body in objects.items():
        if body.endswith(b"endstream"):
            rows[number] = (1, _append(made, number, body), 0)
    top = max(objects) + 1
    for numbers, body in _streams(objects):
        rows[top] = (1, _append(made, top, body), 0)
        rows |= {number: (2, top, index) for index, number in enumerate(numbers)}
        top += 1
    rows[top] = (1, len(made), 0)
    table = b"".join(_ROW_FORM.pack(*rows.get(n, (0, 0, 65535))) for n in range(top + 1))
    head = b"/Type/XRef/W[1 4 2]" + _SIZE.sub(b"/Size %d" % (top + 1), trailer)
    place = _append(made, top, _stream(head, table))
    made += b"startxref\n%d\n%%%%EOF\n" % place
    return bytes(made)


def _read(data: bytes) -> tuple[bytes, dict[int, bytes], bytes] | None:
    """Return what comes first, objects by number, the trailer; None where the form is unknown."""
    start, trailer = _START.search(data, len(data) - 64), _TRAILER.search(data, len(data) - 512)
    if start is None or trailer is None:
        return None
    end = int(start[1])
    table = _TABLE.match(data, end)
    if table is None:
        return None
    lines = (data[table.end() + _ROW * n :][:_ROW] for n in range(int(table[1])))
    places = {n: int(line[:10]) for n, line in enumerate(lines) if line[17:18] == b"n"}
    if not places:
        return None
    objects = {}
    ordered = sorted(places.items(), key=lambda pair: pair[1])
    for (number, place), (_, after) in zip(ordered, [*ordered[1:], (0, end)], strict=True):
        head, chunk = b"%d 0 obj\n" % number, data[place:after].rstrip()
        if not chunk.startswith(head) or not chunk.endswith(b"\nendobj"):
            return None
        objects[number] = chunk[len(head) : -len(b"\nendobj")]
    return data[: ordered[0][1]], objects, trailer[1]


def _streams(objects: Mapping[int, bytes]) -> Iterator[tuple[list[int], bytes]]:
    """Yield the numbers of small objects with the object stream that holds them."""
    small = sorted(n for n, body in objects.items() if not body.endswith(b"endstream"))
    for first in range(0, len(small), _TOGETHER):
        numbers = small[first : first + _TOGETHER]
        places, bodies = [], bytearray()
        for number in numbers:
            places.append(b"%d %d" % (number, len(bodies)))
            bodies += objects[number] + b"\n"
        index = b" ".join(places) + b"\n"
        head = b"/Type/ObjStm/N %d/First %d" % (len(numbers), len(index))
        yield numbers, _stream(head, index + bytes(bodies))


def _stream(entries: bytes, content: bytes) -> bytes:
    body = zlib.compress(content, 9)
    head = b"<<%s/Filter/FlateDecode/Length %d>>" % (entries, len(body))
    return head + b"\nstream\n" + body + b"\nendstream"


def _append(made: bytearray, number: int, body: bytes) -> int:
    place = len(made)
    made += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    return place
