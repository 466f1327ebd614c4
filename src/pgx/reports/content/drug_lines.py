"""Drugs and medicines of a report in one line each: action, reason, what is open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from pgx.reports.content.drug_entries import AdviceRow, DrugEntry
from pgx.reports.content.drug_ranking import AFTER_REACTION
from pgx.reports.content.gene_lines import GeneLine
from pgx.reports.content.patient_entries import MedicineEntry, PatientEntry
from pgx.reports.content.phrases import within

__all__ = ["DrugLine", "LineMaker", "MedicineLine", "medicine_name"]

Words = Mapping[str, Any]
_AVOID: Final = "avoid"
_OPEN_CHANGE: Final = "open_change"
_REPLACED: Final = ("avoid", "alternative")
_LAST: Final = 1 << 20
"""Rank of a medicine without a recommendation."""
_TWO_LINES: Final = 200
"""Characters of action and reason that two lines of the page hold."""
_NAMED_GENES: Final = 2
"""Genes named as the reason of a line; the entry of the drug lists all."""


class DrugLine(msgspec.Struct, frozen=True, kw_only=True):
    """A drug in one line: ``kind`` is its group, ``word`` the action in one or two words.

    ``action`` is the headline with dose and condition, ``reason`` the genes and their results.
    ``is_avoided`` says that it is to be avoided or replaced, also where that is provisional.
    """

    drug: str
    name: str
    anchor: str
    kind: str
    word: str
    action: str
    reason: str
    is_avoided: bool = False


class MedicineLine(msgspec.Struct, frozen=True, kw_only=True):
    """A medicine of the patient with a line for each of its drugs, the most serious first.

    ``use`` is one of `MedicineUse`; ``acts`` are its effects on enzymes, ``remark`` says
    why there is no recommendation.
    """

    name: str
    detail: str
    use: str
    kind: str
    drugs: tuple[DrugLine, ...] = ()
    acts: tuple[str, ...] = ()
    reported: tuple[str, ...] = ()
    remark: str = ""


class LineMaker:
    """Makes the lines of drugs and medicines; ``usual`` are the genes without a finding."""

    def __init__(self, genes: Mapping[str, GeneLine], usual: set[str], words: Words) -> None:
        self._genes = genes
        self._usual = usual
        self._words = words

    def drug(self, entry: DrugEntry, kind: str) -> DrugLine:
        """Return the line of a drug; ``kind`` is its group."""
        decisive = entry.decisive(kind)
        is_changed = decisive is not None and decisive not in entry.rows
        action = self._action(entry, decisive, is_changed=is_changed)
        adjusted = entry.adjusted
        # phenoconversion is the reason of a recommendation that it changes
        changes = "; ".join(adjusted.changes) if adjusted and is_changed else ""
        reason = changes or self._reason(entry)
        return DrugLine(
            drug=entry.drug,
            name=entry.name,
            anchor=entry.anchor,
            kind=kind,
            word=self._word(decisive, kind),
            action=action,
            is_avoided=_is_avoided(kind, decisive),
            # a condition must not be cut off for a reason that the drug's entry gives too
            reason=reason if len(action) + len(reason) <= _TWO_LINES else "",
        )

    def _word(self, row: AdviceRow | None, kind: str) -> str:
        said: Mapping[str, str] = self._words["action_word"]
        if row is None:
            # no recommendation put the drug in its group: a recorded reaction did
            return said["caution"] if kind == AFTER_REACTION else ""
        word = said.get(row.action, "")
        is_provisional = row.bucket.startswith("open_")
        return said["provisional"].format(word=word) if is_provisional and word else word

    def _action(self, entry: DrugEntry, decisive: AdviceRow | None, *, is_changed: bool) -> str:
        label: Mapping[str, str] = self._words["label"]
        said = entry.rows[0].headline if entry.rows else label["not_for_any"]
        if decisive is None and entry.is_reacted:
            reacted: str = self._words["patient"]["fit_reacted"]
            said = f"{_capital(reacted)}; {within(said, self._words)}"
        if entry.adjusted is None:
            return said
        headline = entry.adjusted.rows[0].headline
        if headline == said:
            return said
        changed = label["with_brief"].format(advice=within(headline, self._words))
        # the recommendation by genotype alone, which is milder, is in the drug's entry
        return _capital(changed) if is_changed else f"{said}; {changed}"

    def _reason(self, entry: DrugEntry) -> str:
        names = entry.rows[0].genes if entry.rows else tuple(basis.gene for basis in entry.basis)
        lines = [self._genes[name] for name in names if name in self._genes]
        telling = [line for line in lines if line.gene not in self._usual] or lines
        return "; ".join(map(self._result, telling[:_NAMED_GENES]))

    def _result(self, line: GeneLine) -> str:
        said = ", ".join(filter(None, (line.diplotype, line.phenotype)))
        return f"{line.gene} {said}"

    def medicines(self, patient: PatientEntry, drugs: Sequence[DrugLine]) -> list[MedicineLine]:
        """Return all medicines, the most serious first, then in the order of the patient file."""
        # the groups' order is that of seriousness
        rank = {line.drug: (place, line) for place, line in enumerate(drugs)}
        found = [
            self._medicine(m, sorted(rank[d] for d, _ in m.drugs if d in rank))
            for m in (*patient.current, *patient.other)
        ]
        found.sort(key=lambda pair: pair[0])
        return [line for _, line in found]

    def _medicine(
        self, medicine: MedicineEntry, drugs: Sequence[tuple[int, DrugLine]]
    ) -> tuple[int, MedicineLine]:
        place = drugs[0][0] if drugs else _LAST
        kind = drugs[0][1].kind if drugs else ""
        return place, MedicineLine(
            name=medicine_name(medicine),
            detail=medicine.detail,
            use=medicine.use,
            kind=kind,
            drugs=tuple(line for _, line in drugs),
            acts=medicine.acts,
            reported=medicine.reported,
            remark="; ".join(filter(None, (self._not_asked(medicine, drugs), medicine.remark))),
        )

    def _not_asked(self, medicine: MedicineEntry, drugs: Sequence[tuple[int, DrugLine]]) -> str:
        """Name drugs in a medicine that the release covers and this run did not include."""
        shown = {line.drug for _, line in drugs}
        names = [name for name, _ in medicine.drugs if name not in shown]
        return f"{', '.join(names)}: {self._words['print']['not_asked']}" if names else ""


def _is_avoided(kind: str, row: AdviceRow | None) -> bool:
    # the most serious action must not be hidden among changes of dose while it is provisional
    is_provisional = kind == _OPEN_CHANGE and row is not None and row.action in _REPLACED
    return kind == _AVOID or is_provisional


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def medicine_name(medicine: MedicineEntry) -> str:
    """Name a medicine, and the drugs in it that its name does not show."""
    # brand names do not show the substance
    own = medicine.name.casefold()
    untold = [drug for drug, _ in medicine.drugs if drug.casefold() not in own]
    return f"{medicine.name} ({', '.join(untold)})" if untold else medicine.name
