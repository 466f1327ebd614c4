"""Optional parts: a library is imported when it is used, and its absence says what to install."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Any

from pgx.base.errors import UsageError

__all__ = ["load_extra"]


def load_extra(module: str, extra: str) -> Any:  # noqa: ANN401 - a module of any library
    """Return a module of an optional part.

    Parameters
    ----------
    module
        The module's full name.
    extra
        The extra of this package that brings it.

    Raises
    ------
    UsageError
        It is not installed.
    """
    try:
        found: ModuleType = import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module.partition(".")[0]:
            raise  # the library is there and lacks something of its own
        raise UsageError(
            f"{error.name} is not installed",
            remedy=f"install it with: pip install 'pgx-therapy[{extra}]'",
        ) from error
    return found
