"""A plan in a shared folder: its parts by number, each run by any process or machine.

The folder holds the plan and one file per finished part. Reading parts are numbered from 0,
calling parts follow.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Self

import msgspec

from pgx.base.files import refuse_own_inputs, scratch_in
from pgx.engine.folder import PLAN_FILE, finish_folder, keep_release, kept_release, working_folder
from pgx.engine.part_files import PART_SUFFIX
from pgx.engine.parts import FolderParts
from pgx.engine.plan import CohortPlan, is_plan, read_plan
from pgx.engine.results import CohortOutcome, write_cohort
from pgx.engine.work import Kind, Progress, Steps, do_parts, parts_of, read_engine
from pgx.errors import InputError, OutputError, UsageError
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.reports.files.output_folder import (
    check_folder,
    remove_temporaries,
    write_file,
)
from pgx.reports.files.result_set import Apart

__all__ = [
    "Partition",
    "check_workers",
    "numbers_as_text",
    "run_whole",
    "save_plan",
]


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
    """Run all parts of a plan and write the results into a folder.

    Parameters
    ----------
    plan, knowledge
        The plan, and the knowledge base it was made with.
    folder
        Folder of the results; a stopped run of the same plan in it is resumed.
    progress
        Progress callback.
    force
        Replace results in the folder, or another run's unfinished parts.
    n_workers, scheduler
        Processes on this machine, or the address of a Dask cluster; default this process alone.
    ahead
        Whether this process may decompress in a second thread.
    apart
        Returns a file outside the folder that belongs to the results of some samples.

    Raises
    ------
    PgxError
        See `pgx.engine.work.do_parts`, `pgx.engine.cluster.Workers.do` and
        `pgx.engine.results.write_cohort`.
    """
    with working_folder(folder, plan, force=force) as place:
        done = _finished_parts(plan, place, progress, n_workers, scheduler, knowledge, ahead=ahead)
        with done as steps:
            outcome = write_cohort(steps, folder, progress, apart=apart)
        finish_folder(place)
    return outcome


def check_workers(plan: CohortPlan, n_workers: int, scheduler: str) -> None:
    """Refuse worker settings that cannot be used, before anything is written.

    Raises
    ------
    UsageError
        Both are given, Dask is not installed, workers cannot read an input, or the scheduler must
        not be used.
    """
    if n_workers and scheduler:
        raise UsageError(
            "--workers starts processes, --scheduler uses those of a cluster",
            remedy="choose one of them",
        )
    if n_workers or scheduler:
        from pgx.engine.cluster import check_cluster  # Dask is imported only on request

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
) -> Iterator[Steps]:
    """Run all parts of a plan, here or by workers; yield the writer of the results.

    ``ahead``: this process may decompress in a second thread.

    Raises
    ------
    PgxError
        See `pgx.engine.work.do_parts` and `pgx.engine.cluster.Workers.do`.
    """
    if not n_workers and not scheduler:
        engine = read_engine(plan, knowledge)
        steps = Steps(plan, engine, parts_of(plan, folder), ahead=ahead)
        do_parts(steps, progress)
        yield steps
        return
    from pgx.engine.cluster import local_workers, remote_workers

    keep_release(folder, knowledge)
    started = (
        local_workers(n_workers, folder, progress)
        if n_workers
        else remote_workers(scheduler, folder, progress)
    )
    with started as workers:
        steps = Steps(plan, read_engine(plan, knowledge), FolderParts(folder, plan))
        do_parts(steps, progress, workers)
        # stopping workers takes half a second: it runs while the results are written
        workers.let_go()
        yield steps


def save_plan(plan: CohortPlan, folder: Path, *, force: bool, knowledge: KnowledgeBase) -> Path:
    """Write a plan into a folder; with ``force`` another plan's files are removed.

    The release is stored with the plan unless it is the installed one.

    Raises
    ------
    OutputError
        The folder holds another plan or results and ``force`` is false; it cannot be written to.
    """
    path = folder / PLAN_FILE
    check_folder(folder, force=force, inputs=plan.paths())
    if path.exists() and not force:
        if is_plan(path, plan):
            keep_release(folder, knowledge)
            return path
        raise OutputError(
            "another plan lies in this folder",
            where=str(folder),
            remedy="choose another folder, or replace it with --force",
        )
    parts = list(folder.glob(f"*{PART_SUFFIX}"))
    refuse_own_inputs([*parts, path], plan.paths())
    remove_temporaries(folder)
    for old in parts:
        old.unlink(missing_ok=True)
    keep_release(folder, knowledge)
    return write_file(path, msgspec.json.encode(plan), is_private=True)


class Partition:
    """The plan of a folder; its parts are run one by one by number.

    Parameters
    ----------
    folder
        Folder of the plan and its parts.
    steps
        Runs the parts.
    """

    def __init__(self, folder: Path, steps: Steps) -> None:
        self.folder, self.steps = folder, steps
        self.plan, self.parts = steps.plan, steps.parts

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read the plan of a folder, and the data shared by its parts.

        Raises
        ------
        InputError
            There is no plan, or another version made it; a side table is refused.
        KnowledgeError
            The knowledge base is not the one the plan was made with.
        """
        plan = read_plan(folder / PLAN_FILE)
        engine = read_engine(plan, kept_release(folder, plan))
        remove_temporaries(folder)
        return cls(folder, Steps(plan, engine, FolderParts(folder, plan)))

    def is_done(self, number: int) -> bool:
        """Whether a part is finished."""
        first = len(self.plan.reads)
        if number < first:
            return self.parts.has_read(number)
        return self.parts.has_calls(self.plan.genes[number - first])

    def open_parts(self, numbers: Iterable[int]) -> list[int]:
        """Return those parts that are not finished."""
        return [number for number in numbers if not self.is_done(number)]

    def do(self, number: int) -> Sequence[InputError]:
        """Run a part; return the errors of its refused inputs.

        Raises
        ------
        InputError
            A file changed since the plan was made, or two inputs disagree about a site.
        OutputError
            A part that this one needs is not finished, or it cannot be written.
        """
        first = len(self.plan.reads)
        if number < first:
            self.plan.check_files(self.plan.reads[number])
            with scratch_in(self.folder):
                return self.steps.do(Kind.READ, number)
        # side files are read again by each process
        self.plan.check_files(())
        self._need(range(first))
        if self.steps.samples:
            self.steps.weigh_open(self.plan.genes[number - first])
        return self.steps.do(Kind.CALL, number - first)

    def check(self) -> None:
        """Refuse to merge incomplete parts, or parts of files that have changed.

        Raises
        ------
        InputError
            A file changed since the plan was made.
        OutputError
            Parts are not finished; the message names them.
        """
        self.plan.check_files()
        self._need(range(self.plan.n_parts))

    def _need(self, numbers: Iterable[int]) -> None:
        missing = self.open_parts(numbers)
        if missing:
            text = numbers_as_text(missing)
            raise OutputError(
                f"{'part' if len(missing) == 1 else 'parts'} {text} of the plan not yet finished",
                where=str(self.folder),
                remedy=f"run them first: pgx partition run {self.folder} --part {text}",
            )


def numbers_as_text(numbers: Sequence[int]) -> str:
    """Return numbers in order as ranges.

    >>> numbers_as_text([0, 1, 2, 5, 7, 8])
    '0-2,5,7-8'
    """
    return ",".join(f"{a}-{b}" if b > a else str(a) for a, b in _ranges(numbers))


def _ranges(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield first and last of each run of consecutive numbers."""
    start = 0
    for place in range(1, len(numbers) + 1):
        if place == len(numbers) or numbers[place] != numbers[place - 1] + 1:
            yield numbers[start], numbers[place - 1]
            start = place
