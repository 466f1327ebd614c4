"""Advice that workers found, chunk by chunk of samples, read when it is written."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pgx.base.calls import Recommendation
from pgx.engine.running.parts import FolderParts, Parts
from pgx.engine.running.steps import CHUNK_SAMPLES

__all__ = ["KeptAdvice", "kept_advice"]

Numbers = npt.NDArray[np.int32]


class KeptAdvice:
    """The advice of finished chunks, as `pgx.engine.advising.CohortAdvice` gives it.

    ``rows`` grows as `of_samples` comes to chunks with other rows; one chunk is held at a time.

    Parameters
    ----------
    parts
        Where all chunks are kept.

    Raises
    ------
    OutputError
        The first chunk is absent or damaged.
    """

    def __init__(self, parts: FolderParts) -> None:
        self._parts = parts
        self._numbers: dict[Recommendation, int] = {}
        self.rows: list[Recommendation] = []
        self._held = -1
        self._index = np.zeros((0, 0), np.int32)
        self.width = self._chunk(0).shape[1]

    def of_samples(self, first: int, last: int) -> Numbers:
        """Return (last - first, width) int32 indices of rows; samples half-open.

        Raises
        ------
        OutputError
            A chunk is absent or damaged.
        """
        found = []
        for chunk in range(first // CHUNK_SAMPLES, (last - 1) // CHUNK_SAMPLES + 1):
            start = chunk * CHUNK_SAMPLES
            found.append(self._chunk(chunk)[max(0, first - start) : last - start])
        return np.concatenate(found)

    def _chunk(self, chunk: int) -> Numbers:
        if chunk != self._held:
            records, index = self._parts.advice(chunk)
            own = np.array([self._number(record) for record in records], np.int32)
            self._held, self._index = chunk, own[index]
        return self._index

    def _number(self, record: Recommendation) -> int:
        number = self._numbers.setdefault(record, len(self.rows))
        if number == len(self.rows):
            self.rows.append(record)
        return number


def kept_advice(parts: Parts, n_samples: int) -> KeptAdvice | None:
    """Return the advice that was found before, None where any of it is not there."""
    if not isinstance(parts, FolderParts) or not n_samples:
        return None
    chunks = range(-(-n_samples // CHUNK_SAMPLES))
    return KeptAdvice(parts) if all(map(parts.has_advice, chunks)) else None
