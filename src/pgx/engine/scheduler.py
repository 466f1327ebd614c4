"""The Dask scheduler: whether it may be used, whether it responds, how many workers it has.

Dask waits forever for lost workers and for a scheduler that accepts a connection but does not
respond. The scheduler is therefore probed here over a separate connection with a timeout.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import math
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from pgx.base.extensions import load_extra
from pgx.engine.work import Progress
from pgx.errors import DependencyError, UsageError

__all__ = [
    "PATIENCE_VARIABLE",
    "Scheduler",
    "Watch",
    "check_address",
    "is_open_to_all",
    "patience",
    "security_of",
]

PATIENCE_VARIABLE: Final = "PGX_CLUSTER_PATIENCE"
_PATIENCE: Final = 60.0
"""Seconds. A restarted worker is back sooner, and a scheduler under load answers sooner; a job
system may take longer to start the first worker, which is what the variable is for. Finished
parts are kept, so giving up only costs a restart."""
_CALM: Final = 5.0
"""Seconds without a finished part before the scheduler is probed, and between two probes."""
_WORDLESS: Final = 2.0
"""Seconds to wait before a note to the user."""
_ENCRYPTED: Final = frozenset({"tls", "wss"})
_KEPT: Final = "finished parts are kept: start the same command again"


def patience() -> float:
    """Return how many seconds a scheduler may be unresponsive or without workers.

    Raises
    ------
    UsageError
        The variable ``PGX_CLUSTER_PATIENCE`` is not a number of seconds above 0.
    """
    text = os.environ.get(PATIENCE_VARIABLE, "")
    if not text:
        return _PATIENCE
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < threading.TIMEOUT_MAX:
        raise UsageError(
            f"{PATIENCE_VARIABLE} is no number of seconds", remedy="set it to 60, for example"
        )
    return seconds


def check_address(address: str) -> None:
    """Refuse a scheduler on another machine whose connections do not use TLS.

    Anyone who reaches such a scheduler, or intercepts the connection, can run code as its user
    and as ours.

    Raises
    ------
    UsageError
        It is such a scheduler, Dask has no TLS credentials, or the address is invalid.
    """
    scheme, host = _parts(address)
    if scheme in _ENCRYPTED:
        security_of(address)
    # without TLS, any machine on the network could send code to the scheduler
    elif not _is_this_machine(host):
        raise UsageError(
            f"the scheduler at {address} is on another machine and has no TLS: whoever reaches it"
            " can run programs as its user",
            remedy="start scheduler and workers with TLS, give tls://…, and name the credentials in"
            " Dask's configuration (distributed.comm.tls)",
        )


def is_open_to_all(address: str) -> bool:
    """Whether the scheduler accepts work without credentials."""
    return _parts(address)[0] not in _ENCRYPTED


def _parts(address: str) -> tuple[str, str]:
    """Return scheme and host of an address."""
    addressing = load_extra("distributed", "cluster").comm.addressing
    try:
        scheme, _ = addressing.parse_address(address)
        return scheme, addressing.get_address_host(address)
    except (ValueError, KeyError, AttributeError) as error:
        raise UsageError(
            f"--scheduler: {address} is no address", remedy="such as tls://10.0.0.7:8786"
        ) from error


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def security_of(address: str) -> Any:  # noqa: ANN401 - Dask has no types
    """Return the credentials named in Dask's configuration.

    Raises
    ------
    UsageError
        The address requires credentials, and they are missing or cannot be used.
    """
    security = load_extra("distributed", "cluster").Security()
    if is_open_to_all(address):
        return security
    lacking = UsageError(
        f"there are no credentials for the scheduler at {address}",
        remedy="name files in Dask's configuration: distributed.comm.tls.ca-file,"
        " distributed.comm.tls.client.cert and .key",
    )
    try:
        if security.get_connection_args("client")["ssl_context"] is None:
            raise lacking
    except (OSError, ValueError) as error:
        raise lacking from error
    return security


@dataclass(frozen=True, slots=True)
class Scheduler:
    """The address of a scheduler, and the credentials it requires."""

    address: str
    security: Any

    def n_workers(self, seconds: float, tell: Progress) -> int:
        """Return the number of workers; report a long wait to ``tell``.

        Raises
        ------
        OSError
            It cannot be reached, or does not answer within ``seconds``.
        """
        found: list[int | BaseException] = []
        # a thread of its own: the caller may run an event loop, and signals must be handled
        asking = threading.Thread(target=self._ask, args=(seconds, found), daemon=True)
        asking.start()
        asking.join(_WORDLESS)
        if asking.is_alive():
            tell.note(f"waiting for the scheduler at {self.address} to answer")
            asking.join(seconds + _WORDLESS)
        answer = found[0] if found else TimeoutError("no answer")
        if isinstance(answer, int):
            return answer
        if isinstance(answer, OSError | TimeoutError):
            raise answer
        raise OSError(str(answer)) from answer

    def _ask(self, seconds: float, found: list[int | BaseException]) -> None:
        try:
            found.append(asyncio.run(asyncio.wait_for(self._counted(seconds), seconds)))
        except BaseException as error:  # noqa: BLE001 - for the thread that waits
            found.append(error)

    async def _counted(self, seconds: float) -> int:
        connect = load_extra("distributed", "cluster").comm.connect
        words = self.security.get_connection_args("client")
        channel = await connect(self.address, timeout=_connecting(seconds), **words)
        try:
            await channel.write({"op": "ncores", "reply": True})
            return len(await channel.read())
        finally:
            # abort does not wait for the other side, unlike close
            channel.abort()


def _connecting(seconds: float) -> float:
    """Return the connection timeout in seconds: Dask's own, or a shorter one."""
    dask = load_extra("dask", "cluster")
    own = dask.config.get("distributed.comm.timeouts.connect", seconds)
    return min(seconds, float(dask.utils.parse_timedelta(own)))


@dataclass(slots=True)
class Watch:
    """Ends a run whose scheduler is unresponsive, or has no workers, for too long.

    Attributes
    ----------
    scheduler
        The scheduler that is probed after some seconds without a finished part.
    tell
        Receives a note about what the run waits for.
    patience
        Seconds after which the run ends.
    """

    scheduler: Scheduler
    tell: Progress
    patience: float = field(default_factory=patience)
    _next: float = field(default=0.0, init=False)
    _since: float | None = field(default=None, init=False)
    _said: str = field(default="", init=False)

    def heard(self) -> None:
        """Reset the timer: a part is finished, or there are workers."""
        self._since, self._said = None, ""
        self._next = time.monotonic() + min(_CALM, self.patience)

    def look(self) -> None:
        """Probe the scheduler, if due.

        Raises
        ------
        DependencyError
            It was unresponsive, or had no workers, for longer than ``patience``.
        """
        now = time.monotonic()
        if now < self._next:
            return
        if self._since is None:
            self._since = now
        what = self._wrong(min(self.patience, 2 * _CALM))
        if not what:
            self.heard()
            return
        self._judge(what, self._since)

    def _wrong(self, seconds: float) -> str:
        """Return what is wrong with the scheduler, as a message."""
        try:
            n_workers = self.scheduler.n_workers(seconds, self.tell)
        except OSError:
            return f"the scheduler at {self.scheduler.address} does not answer"
        return "" if n_workers else f"the scheduler at {self.scheduler.address} has no workers"

    def _judge(self, what: str, since: float) -> None:
        now = time.monotonic()
        # with a short patience, probe several times before the run ends
        self._next = now + min(_CALM, self.patience / 4)
        if now - since >= self.patience:
            raise DependencyError(
                f"{what} for {self.patience:g} seconds",
                remedy=f"see its log; {PATIENCE_VARIABLE} sets for how long one waits; {_KEPT}",
            )
        if what != self._said:
            self._said = what
            self.tell.note(f"{what}: waiting, at most {self.patience:g} s")

    def first_workers(self) -> None:
        """Wait until there are workers.

        Raises
        ------
        DependencyError
            The scheduler cannot be reached, does not respond, or has no workers for too long.
        """
        nobody = f"no workers at {self.scheduler.address}"
        with _not_reached(nobody):
            n_workers = self.scheduler.n_workers(self.patience, self.tell)
        since = self._since = time.monotonic()
        while not n_workers:
            self._judge(nobody, since)
            time.sleep(min(1.0, self.patience / 10))
            with _not_reached(nobody):
                n_workers = self.scheduler.n_workers(self.patience, self.tell)
        self.heard()


@contextlib.contextmanager
def _not_reached(nobody: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DependencyError(
            f"{nobody}: the scheduler is not reached, or does not answer",
            remedy="check the address, and that the scheduler runs and lets this machine in",
        ) from error
