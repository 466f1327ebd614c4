"""Libraries that not every installation has: named where they are needed and absent."""

from __future__ import annotations

import importlib
from types import ModuleType

from pgx.errors import UsageError

__all__ = ["need"]


def need(module: str, extra: str) -> ModuleType:
    """Import a library that an extra of this package brings.

    Raises
    ------
    UsageError
        It is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise UsageError(
            f"this format needs {module}, which is not installed",
            remedy=f"install the extra: pip install 'pgx-therapy[{extra}]'",
        ) from error
