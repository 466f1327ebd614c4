"""A whole cohort run: its parts done here or by workers, its results written."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from pgx.base.errors import UsageError
from pgx.engine.plan import CohortPlan
from pgx.engine.running.folder import finish_folder, keep_release, working_folder
from pgx.engine.running.parts import FolderParts, Parts
from pgx.engine.running.run import Progress, do_parts, parts_of
from pgx.engine.work import CohortWork
from pgx.engine.writing.results import CohortOutcome, write_cohort
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.reports.apart import Apart

__all__ = ["check_workers", "run_whole"]


def run_whole(
    plan: CohortPlan,
    knowledge: KnowledgeBase,
    folder: Path,
    progress: Progress,
    *,
    force: bool = False,
    n_workers: int = 0,
    scheduler: str = "",
    ahead: bool = True,
    apart: Callable[[Sequence[str]], Apart | None] | None = None,
) -> CohortOutcome:
    """Do all parts of a plan and write the results into a folder.

    Parameters
    ----------
    plan, knowledge
        The plan, and the knowledge base that it was made with.
    folder
        Where results go; a run of the same plan that was stopped in it goes on.
    progress
        Hears how far the run is.
    force
        Replace results in the folder, or another run's unfinished parts.
    n_workers, scheduler
        Processes on this machine, or a Dask cluster's address; this process alone without.
    ahead
        Whether this process may decompress in a second thread.
    apart
        Returns a file that lies elsewhere and belongs to the results of some samples.

    Raises
    ------
    PgxError
        See `pgx.engine.running.run.do_parts`, `pgx.engine.running.cluster.do_parts_on` and
        `pgx.engine.writing.results.write_cohort`.
    """
    with working_folder(folder, plan, force=force) as place:
        done = _finished_parts(plan, place, progress, n_workers, scheduler, knowledge, ahead=ahead)
        with done as (work, parts):
            outcome = write_cohort(work, parts, folder, progress, apart=apart)
        finish_folder(place)
    return outcome


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
        from pgx.engine.running.cluster import check_cluster  # Dask: only when asked for

        check_cluster(plan, scheduler)


@contextlib.contextmanager
def _finished_parts(
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
    if not n_workers and not scheduler:
        parts = parts_of(plan, folder)
        work = CohortWork(plan, knowledge, ahead=ahead)
        do_parts(work, parts, progress)
        yield work, parts
        return
    from pgx.engine.running.cluster import do_parts_on, local_workers, remote_workers

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
