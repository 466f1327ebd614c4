"""What other packages add to `pgx`, found by entry points and imported when it is used.

`pgx` imports nothing of a package that joins it: the package names its parts in its
metadata, by group. So a command without doses neither loads nor needs the dosing models.

=======================  ========================================================
``pgx.commands``         a `Command` of ``pgx``; its name is the entry point's
``pgx.dosing``           ``records``: a release and a result with a patient to its
                         `pgx.base.doses.DoseResult` records
``pgx.report_sections``  ``doses``: see `pgx.reports.dose_section.DoseSection`
``pgx.kernels``          modules of kernels to compile beside those of `pgx`
``pgx.views``            a record's class name to the function that draws it as HTML
=======================  ========================================================
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pgx.base.errors import DependencyError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

__all__ = ["Command", "added_commands", "added_kernels", "extension", "html_view"]

_COMMANDS: Final = "pgx.commands"
_KERNELS: Final = "pgx.kernels"
_VIEWS: Final = "pgx.views"


class Command(NamedTuple):
    """A command of ``pgx``: the module whose ``run`` runs it, and its line of help."""

    module: str
    help: str


@functools.cache
def _entry_points(group: str) -> dict[str, EntryPoint]:
    """Return the entry points of a group by name.

    Raises
    ------
    DependencyError
        Two packages give one name: which of them answered would be chance.
    """
    # importlib.metadata costs 15 ms to import, and most commands ask for no extension
    from importlib.metadata import entry_points

    found: dict[str, EntryPoint] = {}
    for point in entry_points(group=group):
        other = found.setdefault(point.name, point)
        if other.value != point.value:
            raise DependencyError(
                f"two packages give {point.name!r} of {group}: {other.value}, {point.value}",
                remedy="uninstall one of them",
            )
    return found


def extension(group: str, name: str) -> Any:  # noqa: ANN401 - whatever the group is of
    """Return what an entry point names, None where no installed package gives it.

    Raises
    ------
    DependencyError
        Two packages give it, or its package is not installed as its metadata say.
    """
    point = _entry_points(group).get(name)
    return None if point is None else _loaded(point)


def _loaded(point: EntryPoint) -> Any:  # noqa: ANN401 - as above
    try:
        return point.load()
    except (ModuleNotFoundError, AttributeError) as error:
        raise DependencyError(
            f"{point.value}, which is to give {point.name!r} of {point.group}, cannot be loaded",
            remedy="install its package anew",
        ) from error


def added_commands() -> dict[str, Command]:
    """Return the commands that packages beside `pgx` add, by name."""
    return {name: _loaded(point) for name, point in sorted(_entry_points(_COMMANDS).items())}


def added_kernels() -> tuple[str, ...]:
    """Return the names of modules of kernels that packages beside `pgx` add."""
    return tuple(sorted(point.value for point in _entry_points(_KERNELS).values()))


def html_view(record: object) -> str | None:
    """Return a record as a piece of HTML, None where nothing draws it."""
    view = extension(_VIEWS, type(record).__name__)
    return None if view is None else view(record)
