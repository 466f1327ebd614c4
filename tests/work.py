"""How much work a function is, as a number that is alike on fast, slow and busy machines."""

from __future__ import annotations

import time
from collections.abc import Callable

_STEPS = 300_000


def _loop() -> int:
    total = 0
    for number in range(_STEPS):
        total += number & 7
    return total


def _seconds(function: Callable[[], object]) -> float:
    begun = time.process_time()  # other work on the machine is not ours
    function()
    return time.process_time() - begun


def steps(function: Callable[[], object], tries: int = 3) -> float:
    """Return as how many steps of a plain loop a function takes: the least of some tries."""
    step = min(_seconds(_loop) for _ in range(tries)) / _STEPS
    return min(_seconds(function) for _ in range(tries)) / step
