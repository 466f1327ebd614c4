"""What Dask loads into workers of this machine: they leave Ctrl-C to the process that started them.

A terminal sends the interrupt to all of them; that process says so, and ends them.
"""

from __future__ import annotations

import signal

__all__ = ["dask_setup"]


def dask_setup(worker: object) -> None:
    """Ignore interrupts; Dask calls it by this name in each worker."""
    del worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)
