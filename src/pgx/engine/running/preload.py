"""What Dask loads into workers of this machine.

They leave Ctrl-C to the process that started them: a terminal sends the interrupt to all of
them; that process says so, and ends them. They have no port for a dashboard, which Dask opens in
each worker and asks nobody for credentials.
"""

from __future__ import annotations

import signal
from typing import Any

__all__ = ["dask_setup"]


def dask_setup(worker: Any) -> None:  # noqa: ANN401 - Dask has no types
    """Ignore interrupts, close the port; Dask calls it by this name in each worker."""
    worker.http_server.stop()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
