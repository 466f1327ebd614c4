"""Doses for a result with a patient: which drugs are asked about, and what is said of each.

A result holds what the models in use said when it was made; a report computes doses anew, by the
models that are in use then. Dosing models are loaded for a patient who takes, or is to take, a drug
that there are models for, and for nobody else.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import msgspec

from pgx.base.calls import PatientContext, PatientResult
from pgx.base.errors import InvariantError, PgxError, UnknownDrugError
from pgx.base.patient import MedicineUse
from pgx.inputs.release import is_of_release
from pgx.knowledge.snapshot import KnowledgeBase
from pgx_dosing.folders import drugs_in_folders

if TYPE_CHECKING:
    from pgx_dosing.answers import DoseAnswer

__all__ = ["Asked", "DoseReply", "asked_drugs", "dose_replies"]

_ALL: Final = "all"


class Asked(StrEnum):
    """Why a drug's dose is told."""

    CURRENT = "current"
    PLANNED = "planned"
    NAMED = "named"


class DoseReply(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of the dose of one drug.

    ``answer`` is None where there is none: ``code`` and ``reason`` then say why.
    ``other_release`` says that none was sought: another release of the knowledge base than the
    one at hand made the result.
    """

    drug: str
    asked: Asked
    answer: DoseAnswer | None = None
    code: str = ""
    reason: str = ""
    other_release: bool = False


def asked_drugs(result: PatientResult) -> dict[str, Asked]:
    """Return the drugs whose dose may be asked about: taken, planned, or named for the run.

    Small letters. What is used on skin or eyes is left out; without a patient there is none.
    """
    if result.context is None:
        return {}
    found = dict.fromkeys(_named(result), Asked.NAMED)
    for use, asked in ((MedicineUse.PLANNED, Asked.PLANNED), (MedicineUse.CURRENT, Asked.CURRENT)):
        found |= dict.fromkeys(_used(result.context, use), asked)
    return found


def _named(result: PatientResult) -> Iterator[str]:
    for name in result.provenance.settings.get("drugs", _ALL).split(";"):
        if name != _ALL:
            yield name.casefold()


def _used(context: PatientContext, use: MedicineUse) -> Iterator[str]:
    for medicine in context.medicines:
        if medicine.use is use and not medicine.local:
            yield from (name.casefold() for name in (*medicine.drugs, *medicine.substances))


def dose_replies(knowledge: KnowledgeBase, result: PatientResult) -> tuple[DoseReply, ...]:
    """Return a reply for each drug of the patient that has a model or a rule, A–Z.

    Nothing is raised for a person or model that gives no dose: the reply says why. ``knowledge``
    is the release at hand; a result of another is not dosed by it.
    """
    asked = asked_drugs(result)
    # a patient whose drugs have no model loads none: the small files of the folders tell
    dosed = drugs_in_folders() if asked else frozenset()
    replies = (_reply(knowledge, d, asked[d], result) for d in sorted(asked) if d in dosed)
    return tuple(reply for reply in replies if reply is not None)


def _reply(
    knowledge: KnowledgeBase, drug: str, asked: Asked, result: PatientResult
) -> DoseReply | None:
    """Return what is said of one drug, None where its models are all retired."""
    if not is_of_release(knowledge, result):
        return DoseReply(drug=drug, asked=asked, other_release=True)
    from pgx_dosing.answers import Dosing, person_of

    try:
        answer = Dosing(drug).answer(person_of(knowledge, result, None))
    except UnknownDrugError:
        return None
    except PgxError as error:
        reason = "; ".join(filter(None, (error.told, error.remedy)))
        return DoseReply(drug=drug, asked=asked, code=error.code, reason=reason)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - the report's other advice is worth more
        reason = f"{type(error).__name__} in pgx itself"
        return DoseReply(drug=drug, asked=asked, code=InvariantError.default_code, reason=reason)
    return DoseReply(drug=drug, asked=asked, answer=answer)
