"""What forbids or weakens every dose of a drug for this person, whatever equations say."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from pgx.base.errors import ModelFolderError
from pgx.base.patient import Patient
from pgx.base.shipped import read_data
from pgx_dosing.folders import shipped_folder

__all__ = ["DoseAlert", "alerts_for"]

_FILE: Final = "alerts.json"


class DoseAlert(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fact of a patient (``code``) that must be seen before a dose of any of ``drugs``."""

    code: str
    drugs: tuple[str, ...]
    text: str


class _Alerts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    schema_version: str
    alerts: tuple[DoseAlert, ...]


def alerts_for(drug: str, patient: Patient | None) -> tuple[DoseAlert, ...]:
    """Return what must be said before any dose of a drug.

    Raises
    ------
    SnapshotIntegrityError
        The file of alerts is not as it was released.
    """
    if patient is None:
        return ()
    return tuple(a for a in _shipped() if drug in a.drugs and _HOLDS[a.code](patient))


@functools.cache
def _shipped() -> tuple[DoseAlert, ...]:
    path = shipped_folder() / _FILE
    try:
        found = msgspec.json.decode(read_data(path), type=_Alerts).alerts
    except (OSError, msgspec.MsgspecError) as error:
        raise ModelFolderError(
            f"cannot be read: {error}", where=_FILE, remedy="reinstall pgx"
        ) from error
    if strange := {alert.code for alert in found} - set(_HOLDS):
        raise ModelFolderError(f"has an unknown code {min(strange)!r}", where=_FILE)
    return found


_HOLDS: Final[Mapping[str, Callable[[Patient], bool]]] = {
    "pregnant": lambda patient: patient.pregnant is True,
    "liver": lambda patient: patient.liver.child_pugh in ("B", "C"),
}
