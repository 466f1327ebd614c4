"""What `pgx cohort` and `pgx partition` share: who does the parts, and what is said at the end."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pgx.base.errors import UsageError
from pgx.cli.console import say

if TYPE_CHECKING:
    from pgx.engine.plan import CohortPlan
    from pgx.engine.running.parts import Parts
    from pgx.engine.running.run import Progress
    from pgx.engine.work import CohortWork
    from pgx.engine.writing.results import CohortOutcome
    from pgx.knowledge.snapshot import KnowledgeBase

__all__ = ["check_workers", "finished_parts", "report"]


def check_workers(plan: CohortPlan, n_workers: int, scheduler: str) -> None:
    """Refuse words about workers that cannot be followed, before anything is written.

    Raises
    ------
    UsageError
        Both are given, Dask is not installed, workers cannot read an input, or the scheduler is
        not to be used.
    """
    if n_workers and scheduler:
        raise UsageError(
            "--workers starts processes, --scheduler uses those of a cluster",
            remedy="choose one of them",
        )
    if n_workers or scheduler:
        from pgx.engine.running.cluster import check_cluster

        check_cluster(plan, scheduler)


@contextlib.contextmanager
def finished_parts(
    plan: CohortPlan,
    folder: Path,
    progress: Progress,
    n_workers: int,
    scheduler: str,
    knowledge: KnowledgeBase,
    *,
    ahead: bool,
) -> Iterator[tuple[CohortWork, Parts]]:
    """Do all parts of a plan, in this process or by workers; yield what writes the results.

    ``ahead``: this process may decompress in a second thread.

    Raises
    ------
    PgxError
        See `pgx.engine.running.run.do_parts` and `pgx.engine.running.cluster.do_parts_on`.
    """
    from pgx.engine.running.parts import FolderParts
    from pgx.engine.running.run import do_parts, parts_of
    from pgx.engine.work import CohortWork

    if not n_workers and not scheduler:
        parts = parts_of(plan, folder)
        work = CohortWork(plan, knowledge, ahead=ahead)
        do_parts(work, parts, progress)
        yield work, parts
        return
    from pgx.engine.running.cluster import do_parts_on, local_workers, remote_workers
    from pgx.engine.running.folder import keep_release

    keep_release(folder, knowledge)
    started = (
        local_workers(n_workers, folder, progress)
        if n_workers
        else remote_workers(scheduler, folder, progress)
    )
    with started as workers:
        work, own = CohortWork(plan, knowledge), FolderParts(folder, plan)
        do_parts_on(workers, work, own, progress)
        workers.let_go()
        yield work, own


def report(outcome: CohortOutcome, folder: Path, *, quiet: bool) -> None:
    """Name the inputs that were refused, give hints, and say what was written."""
    for error in outcome.refused:
        say(error.line())
    if quiet:
        return
    for hint in outcome.hints:
        say(f"hint: {hint}")
    if not outcome.n_samples and folder.exists():
        say(f"hint: nothing was written; what {folder} holds is of an earlier run")
    if outcome.n_samples:
        say(f"{outcome.n_samples} sample(s), {len(outcome.files)} files in {folder}")
