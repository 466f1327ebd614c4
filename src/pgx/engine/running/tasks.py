"""What a worker does: one step of a plan that lies in a folder which all machines see.

What it makes goes into that folder; only numbers and, where a step fails, why are sent.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Final

import msgspec

from pgx.base.errors import OutputError, PgxError
from pgx.base.scratch import scratch_in
from pgx.engine.plan import read_plan
from pgx.engine.running.folder import PLAN_FILE, kept_release
from pgx.engine.running.parts import FolderParts
from pgx.engine.running.refusals import Refusal, raised, refusal_of
from pgx.engine.running.steps import Steps
from pgx.engine.work import CohortWork

__all__ = ["ADVISE", "CALL", "READ", "WEIGH", "do_step", "failure"]

READ: Final = "read"
WEIGH: Final = "weigh"
CALL: Final = "call"
ADVISE: Final = "advise"


def do_step(number: int, *, folder: str, run: str, kind: str) -> bytes:
    """Do a step; return nothing, or why it failed, as `failure` reads it.

    Parameters
    ----------
    number
        Of a part that reads, of a gene of the plan, or of a chunk of samples.
    folder
        Where the plan lies and parts are kept.
    run
        Differs from run to run, so that a worker takes nothing of one for another.
    kind
        `READ`, `WEIGH`, `CALL` or `ADVISE`.
    """
    try:
        steps = _steps(folder, run)
        with scratch_in(Path(folder)):
            _do(steps, number, folder, kind)
    except PgxError as error:
        return msgspec.json.encode(refusal_of(error))
    return b""


def _do(steps: Steps, number: int, folder: str, kind: str) -> None:
    if kind == READ:
        steps.plan.check_files(steps.plan.reads[number])
        steps.read(number)
    elif kind == ADVISE:
        steps.advise(number, FolderParts(Path(folder), steps.plan))
    else:
        gene = steps.plan.genes[number]
        (steps.weigh if kind == WEIGH else steps.call)(gene)


def failure(answer: bytes) -> PgxError | None:
    """Return why a step failed; none where it did not."""
    return raised(msgspec.json.decode(answer, type=Refusal)) if answer else None


@functools.lru_cache(maxsize=1)
def _steps(folder: str, run: str) -> Steps:
    """Return what the steps of a run share, made once in each process."""
    del run
    path = Path(folder)
    if not path.is_dir():
        raise OutputError(
            "a worker does not see this folder",
            where=folder,
            remedy="results and inputs must lie where all machines see them under the same path",
        )
    plan = read_plan(path / PLAN_FILE)
    return Steps(CohortWork(plan, kept_release(path, plan)), FolderParts(path, plan))
