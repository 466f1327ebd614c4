"""The machine that measures: what it is, and whether others use it meanwhile."""

from __future__ import annotations

import contextlib
import os
import platform
import resource
import subprocess
import time
from importlib.metadata import version
from pathlib import Path

LIBRARIES = ("numpy", "numba", "polars", "isal", "pysam", "cyvcf2", "distributed")
IDLE_CORES = 0.25
"""As many cores may be busy with other work before a figure counts as one of a busy machine."""
_LOOK_SECONDS = 3.0


def described():
    """Return what the machine is, as plain data."""
    return {
        "processor": _first("/proc/cpuinfo", "model name") or platform.processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in LIBRARIES},
    }


def commit():
    """Return the commit that is measured, marked where files differ from it."""
    words = ["git", "describe", "--always", "--dirty", "--abbrev=10"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def _first(path, key):
    with contextlib.suppress(OSError):
        for line in Path(path).read_text(encoding="utf-8").splitlines():
            if line.startswith(key):
                return line.partition(":")[2].strip()
    return ""


def _spent():
    """Return core-seconds that anybody spent, and those of this process and its children."""
    everybody = 0.0
    with contextlib.suppress(OSError):
        fields = Path("/proc/stat").read_text(encoding="utf-8").split("\n", 1)[0].split()[1:9]
        user, nice, system, _, _, irq, soft, stolen = map(int, fields)
        ticks = user + nice + system + irq + soft + stolen
        everybody = ticks / os.sysconf("SC_CLK_TCK")
    own = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return everybody, sum(use.ru_utime + use.ru_stime for use in own)


class Watch:
    """Says how many cores others kept busy since it was made (Linux; elsewhere 0)."""

    def __init__(self):
        self._start, self._spent = time.monotonic(), _spent()

    def others(self):
        everybody, own = _spent()
        foreign = (everybody - self._spent[0]) - (own - self._spent[1])
        return round(max(0.0, foreign / (time.monotonic() - self._start)), 2)


def busy_cores():
    """Look for a while; return how many cores others keep busy."""
    watch = Watch()
    time.sleep(_LOOK_SECONDS)
    return watch.others()
