"""The folder of a cohort run: one run at a time, resumed where it stopped, never half a result.

While a run lasts its folder holds ``.pgx-cohort``: the plan, a lock that ends with the
process, and finished parts. It goes when the results are whole; a folder that has one is not
finished, whatever else lies in it.
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
    """Take a folder for a run of a plan, and return where its parts are kept.

    What an earlier run of the same plan left unfinished is gone on with.

    Raises
    ------
    OutputError
        It holds results, or what another plan left, and not ``force``; another run is at work
        in it; it cannot be used.
    """
    parts = folder / PARTS_FOLDER
    is_new = not folder.exists()
    try:
        if not os.path.lexists(parts):
            check_folder(folder, force=force, inputs=plan.paths())
        with locked(parts):
            check_inputs(folder, plan.paths())
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
        if is_new and folder.exists() and not any(folder.iterdir()):
            folder.rmdir()


@contextlib.contextmanager
def _kept_if_begun(parts: Path) -> Iterator[None]:
    """Where a run fails before any part is finished, leave nothing that asks for --force."""
    try:
        yield
    except BaseException:
        if not any(parts.glob(f"*{PART_SUFFIX}")):
            finish_folder(parts)
        raise


def _settle(parts: Path, plan: CohortPlan, folder: Path, *, force: bool) -> None:
    """Keep the parts of the same plan; those of another go, where that is asked for.

    With ``force`` the same plan is kept too, so that a command may be tried again as it is: its
    parts are those that would be made anew. Nobody knows that of what lies behind an address.
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
        refuse_held(folder)  # a finished run was ended while it removed this folder
    with _kept_if_begun(parts):
        write_file(path, msgspec.json.encode(plan), is_private=True)


def _empty(parts: Path) -> None:
    for old in parts.iterdir():
        if old.name != LOCK_FILE:
            old.unlink()


def keep_release(folder: Path, knowledge: KnowledgeBase) -> None:
    """Keep a release that was chosen beside its plan, for those who do the parts.

    One without signature stays where it is while a key is pinned: only in the data folder, whose
    own list is signed, can it be checked.
    """
    path = folder / RELEASE_FILE
    is_installed = knowledge.place == data_folder() / "knowledgebase"
    if is_installed or (os.environ.get(KEY_VARIABLE) and not knowledge.signature):
        path.unlink(missing_ok=True)
    else:
        write_file(path, pack(knowledge.files()), is_private=True)


def kept_release(folder: Path, plan: CohortPlan) -> KnowledgeBase | None:
    """Return the release that lies beside a plan, with the plan's overlay; None without one.

    Raises
    ------
    KnowledgeError
        It is damaged, or the overlay cannot be laid over it.
    """
    path = folder / RELEASE_FILE
    if not path.exists():
        return None
    return knowledge_of(plan.overlay, KnowledgeBase(path))


def finish_folder(parts: Path) -> None:
    """Remove what is only needed until the results are whole."""
    remove_own(parts)
