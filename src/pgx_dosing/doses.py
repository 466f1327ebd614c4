"""Doses for a result with a patient: which drugs are asked about, and what is said of each.

A result holds what the models in use said when it was made; a report computes doses anew, by the
models that are in use then. Dosing models are loaded for a patient who takes, or is to take, a drug
that there are models for, and for nobody else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import msgspec

from pgx.base.calls import PatientContext, PatientResult
from pgx.base.errors import InvariantError, PgxError, UnknownDrugError
from pgx.base.patient import MedicineUse
from pgx.knowledge.snapshot import KnowledgeBase

if TYPE_CHECKING:
    from pgx_dosing.answers import DoseAnswer

__all__ = ["Asked", "DoseReply", "Doses", "DosesOf", "asked_drugs", "is_of_release"]

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


DosesOf = Callable[[PatientResult], tuple[DoseReply, ...]]
"""Returns what is said of the doses of a result's patient."""


def is_of_release(knowledge: KnowledgeBase, result: PatientResult) -> bool:
    """Whether a release, with the same folder of a laboratory if any, made a result."""
    made = result.provenance
    if knowledge.manifest.digest != made.knowledge_digest:
        return False
    return knowledge.overlay is None or knowledge.overlay.info == made.overlay


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


class Doses:
    """Says what models and rules of today make of results.

    Parameters
    ----------
    knowledge
        The release at hand; results of another are not dosed by it.
    """

    def __init__(self, knowledge: KnowledgeBase) -> None:
        self._knowledge = knowledge

    def of(self, result: PatientResult) -> tuple[DoseReply, ...]:
        """Return a reply for each drug of the patient that has a model or a rule, A–Z.

        Nothing is raised for a person or model that gives no dose: the reply says why.
        """
        asked = asked_drugs(result)
        if not asked:
            return ()
        from pgx_dosing.folders import drugs_in_folders

        dosed = drugs_in_folders()
        replies = (self._reply(d, asked[d], result) for d in sorted(asked) if d in dosed)
        return tuple(reply for reply in replies if reply is not None)

    def _reply(self, drug: str, asked: Asked, result: PatientResult) -> DoseReply | None:
        """Return what is said of one drug, None where its models are all retired."""
        if not is_of_release(self._knowledge, result):
            return DoseReply(drug=drug, asked=asked, other_release=True)
        from pgx_dosing.answers import Dosing, person_of

        try:
            answer = Dosing(drug).answer(person_of(self._knowledge, result, None))
        except UnknownDrugError:
            return None
        except PgxError as error:
            reason = "; ".join(filter(None, (error.told, error.remedy)))
            return DoseReply(drug=drug, asked=asked, code=error.code, reason=reason)
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 - the report's other advice is worth more
            reason = f"{type(error).__name__} in pgx itself"
            return DoseReply(
                drug=drug, asked=asked, code=InvariantError.default_code, reason=reason
            )
        return DoseReply(drug=drug, asked=asked, answer=answer)
