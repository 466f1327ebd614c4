"""The folder of a cohort run: one run at a time, resumable, with atomic results.

During a run the folder contains ``.pgx-cohort``: the plan, a lock that the process releases when
it ends, and finished parts. It is removed when the results are complete; a folder that contains
it is unfinished, whatever other files it has.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from pgx.base.files import LOCK_FILE, locked, refuse_own_inputs, remove_own, scratch_in
from pgx.base.shipped import KEY_VARIABLE, data_folder
from pgx.engine.part_files import PART_SUFFIX
from pgx.engine.plan import CohortPlan, is_plan
from pgx.errors import OutputError
from pgx.inputs.release import knowledge_of
from pgx.knowledge.release_folder import pack
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.reports.files.output_folder import (
    check_folder,
    check_inputs,
    refuse_held,
    remove_temporaries,
    write_file,
)

__all__ = [
    "PARTS_FOLDER",
    "PLAN_FILE",
    "finish_folder",
    "keep_release",
    "kept_release",
    "working_folder",
]

PARTS_FOLDER: Final = ".pgx-cohort"
PLAN_FILE: Final = "plan.json"
RELEASE_FILE: Final = "release.pgxkb"
"""The release of the run, where it is not the installed one: every worker uses this copy, also
one that starts after another release was put where the run's was read."""


@contextlib.contextmanager
def working_folder(folder: Path, plan: CohortPlan, *, force: bool) -> Iterator[Path]:
    """Lock a folder for a run of a plan, and return the folder of its parts.

    An unfinished earlier run of the same plan is resumed.

    Raises
    ------
    OutputError
        It holds results or the parts of another plan and ``force`` is false; another run is
        using it; it cannot be used.
    """
    parts = folder / PARTS_FOLDER
    is_new = not folder.exists()
    try:
        if not os.path.lexists(parts):
            check_folder(folder, force=force, inputs=plan.paths())
        with locked(parts):
            check_inputs(folder, plan.paths())
            # the parts are removed at the end: an input among them would be lost
            refuse_own_inputs(parts.iterdir(), plan.paths())
            remove_temporaries(folder, is_ours=True)
            _settle(parts, plan, folder, force=force)
            with _kept_if_begun(parts), scratch_in(parts):
                yield parts
    except OSError as error:
        raise OutputError(
            f"cannot be used: {error.strerror or type(error).__name__}",
            where=str(folder),
            remedy="check folder, permissions and free space",
        ) from error
    finally:
        # a failed run leaves no empty folder
        if is_new and folder.exists() and not any(folder.iterdir()):
            folder.rmdir()


@contextlib.contextmanager
def _kept_if_begun(parts: Path) -> Iterator[None]:
    """If a run fails before any part is finished, leave nothing that would require --force."""
    try:
        yield
    except BaseException:
        if not any(parts.glob(f"*{PART_SUFFIX}")):
            finish_folder(parts)
        raise


def _settle(parts: Path, plan: CohortPlan, folder: Path, *, force: bool) -> None:
    """Keep the parts of the same plan; remove those of another plan if ``force`` is set.

    With ``force``, parts of the same plan are also kept, so that the same command can be rerun:
    new parts would be identical. This cannot be known for inputs behind an address.
    """
    remove_temporaries(parts, is_ours=True)
    path = parts / PLAN_FILE
    if path.exists():
        is_known = not any(file.is_remote for file in plan.inputs)
        if (is_known or not force) and is_plan(path, plan):
            return
        if not force:
            raise OutputError(
                "an unfinished run of other inputs or settings lies in this folder",
                where=str(folder),
                remedy="finish it with its own command, or start anew with --force",
            )
        _empty(parts)
    elif not force:
        refuse_held(folder)  # an earlier process stopped while removing this folder
    with _kept_if_begun(parts):
        write_file(path, msgspec.json.encode(plan), is_private=True)


def _empty(parts: Path) -> None:
    for old in parts.iterdir():
        if old.name != LOCK_FILE:
            old.unlink()


def keep_release(folder: Path, knowledge: KnowledgeBase) -> None:
    """Store a chosen release next to its plan, for the processes that run the parts.

    While a public key is pinned, an unsigned release is not copied: it can only be verified in
    the data folder, whose own list is signed.
    """
    path = folder / RELEASE_FILE
    is_installed = knowledge.place == data_folder() / "knowledgebase"
    if is_installed or (os.environ.get(KEY_VARIABLE) and not knowledge.signature):
        path.unlink(missing_ok=True)
    else:
        write_file(path, pack(knowledge.files()), is_private=True)


def kept_release(folder: Path, plan: CohortPlan) -> KnowledgeBase | None:
    """Return the release stored with a plan, with the plan's overlay; None if there is none.

    Raises
    ------
    KnowledgeError
        It is damaged, or the overlay cannot be applied to it.
    """
    path = folder / RELEASE_FILE
    if not path.exists():
        return None
    return knowledge_of(plan.overlay, KnowledgeBase(path))


def finish_folder(parts: Path) -> None:
    """Remove the files that are only needed until the results are complete."""
    remove_own(parts)
