"""File names from sample names: safe on every system, one a sample."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

__all__ = ["file_stem", "file_stems"]

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")
_LEADING = re.compile(r"^[.-]+")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?$", re.IGNORECASE)
_MAX_LENGTH = 120


def file_stem(sample: str) -> str:
    """Return a sample name as the first part of a file name.

    All but ``A–Z a–z 0–9 . _ -`` becomes ``_``; so do leading dots and hyphens, which
    commands take for options, and names that Windows keeps for devices; long names are cut and
    end in a digest of the whole.

    >>> file_stem("a b/c"), file_stem(".."), file_stem(""), file_stem("-rf")
    ('a_b_c', '__', '_', '_rf')
    """
    stem = _UNSAFE.sub("_", sample) or "_"
    stem = _LEADING.sub(lambda found: "_" * len(found[0]), stem)
    if _RESERVED.match(stem):
        stem = f"_{stem}"
    if len(stem) > _MAX_LENGTH:
        digest = hashlib.sha256(sample.encode("utf-8", "surrogatepass")).hexdigest()
        stem = f"{stem[: _MAX_LENGTH - 13]}-{digest[:12]}"
    return stem


def file_stems(samples: Sequence[str]) -> list[str]:
    """Return one stem a sample, all different even where upper and lower case are one.

    A name that needs no change keeps its stem; of the others, later ones that collide get
    the suffix ``-2``, ``-3`` and so on.

    >>> file_stems(["S 1", "S_1", "S/1"])
    ['S_1-2', 'S_1', 'S_1-3']
    """
    stems = [file_stem(sample) for sample in samples]
    unchanged = [stem == sample for stem, sample in zip(stems, samples, strict=True)]
    taken: set[str] = set()
    chosen: list[str] = [""] * len(stems)
    for index in sorted(range(len(stems)), key=lambda i: (not unchanged[i], i)):
        chosen[index] = _free(stems[index], taken)
        taken.add(chosen[index].lower())
    return chosen


def _free(stem: str, taken: set[str]) -> str:
    name, number = stem, 1
    while name.lower() in taken:
        number += 1
        name = f"{stem}-{number}"
    return name
