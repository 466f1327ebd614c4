"""``pgx dose`` and ``pgx model``: commands loaded through entry points."""

from __future__ import annotations

from typing import Final

from pgx.base.extensions import Command

__all__ = ["DOSE", "MODEL"]

DOSE: Final = Command("pgx_dosing.commands.dose", "dose of a drug by dosing models and label rules")
MODEL: Final = Command(
    "pgx_dosing.commands.model", "dosing models: list, train, evaluate, approve, monitor"
)
