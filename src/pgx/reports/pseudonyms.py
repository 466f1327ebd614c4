"""Names that stand for samples: by a secret key, or counted in the order of a run."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pgx.errors import UsageError

__all__ = ["MIN_KEY", "counted_pseudonyms", "keyed_pseudonyms", "read_key"]

MIN_KEY: Final = 16
"""Bytes that a key file holds at least."""
_MAX_KEY: Final = 1 << 20
_DIFFERENT: Final = 4
"""Different bytes that a key has at least. Of 16 random hexadecimal digits, the weakest key that is
long enough, fewer are different once in a billion times."""
_LEAST_PERIOD: Final = 16
"""Bytes after which a longer key may begin anew: less is a word written again and again."""
_MAKE_ONE: Final = "make one, for example with `head -c 32 /dev/urandom > key`"


def counted_pseudonyms(count: int) -> list[str]:
    """Return ``P001``, ``P002``, ... in order; they say nothing but the order.

    >>> counted_pseudonyms(2)
    ['P001', 'P002']
    """
    width = max(3, len(str(count)))
    return [f"P{number:0{width}d}" for number in range(1, count + 1)]


def keyed_pseudonyms(samples: Sequence[str], key: bytes) -> list[str]:
    """Return for each sample the first 80 bits of HMAC-SHA-256 of its name, as ``P-`` and base 32.

    The same name and key give the same pseudonym in every run; without the key nobody can try
    out names.

    >>> keyed_pseudonyms(["S1"], b"0123456789abcdef")
    ['P-IKJLTN4J5IUF73J5']
    """
    return [f"P-{_digest(sample, key)}" for sample in samples]


def _digest(sample: str, key: bytes) -> str:
    found = hmac.new(key, sample.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
    return base64.b32encode(found[:10]).decode("ascii")


def read_key(path: Path) -> bytes:
    """Return the secret key that a file holds: all its bytes.

    Raises
    ------
    UsageError
        The file cannot be read, or holds fewer than 16 bytes, or fewer than 4 different ones, or
        a few bytes again and again.
    """
    try:
        with path.open("rb") as handle:
            key = handle.read(_MAX_KEY)
    except OSError as error:
        raise UsageError(
            f"the key file cannot be read: {error.strerror}", remedy="check --pseudonym-key"
        ) from error
    if len(key) < MIN_KEY:
        raise UsageError(
            f"the key file holds fewer than {MIN_KEY} bytes",
            remedy=_MAKE_ONE,
        )
    if len(set(key)) < _DIFFERENT or _is_repeated(key):
        raise UsageError(
            "the key file holds hardly any different bytes: its pseudonyms can be guessed",
            remedy=_MAKE_ONE,
        )
    return key


def _is_repeated(key: bytes) -> bool:
    """Whether a key is a shorter one than is allowed, written at least twice."""
    most = min(_LEAST_PERIOD - 1, len(key) // 2)
    return any(key[n:] == key[:-n] for n in range(1, most + 1))
