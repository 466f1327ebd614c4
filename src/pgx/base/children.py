"""Child processes import nothing from the folder in which a command happens to run.

Python puts the current folder first among the places of modules when it is started with
``-m`` or ``-c``, and a ``pysam.py`` beside a delivered file would be run. ``PYTHONSAFEPATH``
turns this off (Python 3.11), also for processes that `multiprocessing` starts; relative
entries of ``PYTHONPATH``, of which an empty one is the current folder, are left out.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

__all__ = ["isolated_environment", "isolated_path"]

_SAFE: Final = "PYTHONSAFEPATH"
_PLACES: Final = "PYTHONPATH"


def isolated_path() -> dict[str, str]:
    """Return the variables that tell a child process where it finds modules."""
    places = os.environ.get(_PLACES, "").split(os.pathsep)
    absolute = [place for place in places if Path(place).is_absolute()]
    return {_SAFE: "1", _PLACES: os.pathsep.join(absolute)}


@contextlib.contextmanager
def isolated_environment() -> Iterator[None]:
    """Let the processes that are started within the block be isolated."""
    wanted = isolated_path()
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
