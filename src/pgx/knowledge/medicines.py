"""Medicines: tables to records, and lookup of drugs by name, brand or code."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from pgx.errors import SnapshotSchemaError
from pgx.knowledge.tables import Row
from pgx.records.advice import record_from_row
from pgx.records.patient import (
    DECIDED_BY,
    JUDGEMENTS,
    AdviceCondition,
    ConditionCode,
    ConversionRule,
    Modulator,
    PopulationRule,
    ScoreRange,
    Substance,
    UnwantedPair,
)

__all__ = [
    "CONDITIONS",
    "EFFECTS",
    "MEDICINE_RECORDS",
    "MEDICINE_TABLES",
    "STRENGTHS",
    "MedicineKnowledge",
    "Vocabulary",
    "read_conditions",
    "read_medicines",
]

MEDICINE_RECORDS: Final[dict[str, type[msgspec.Struct]]] = {
    "substances": Substance,
    "modulators": Modulator,
    "unwanted_pairs": UnwantedPair,
    "conversion_rules": ConversionRule,
    "score_ranges": ScoreRange,
    "populations": PopulationRule,
    "condition_codes": ConditionCode,
}
MEDICINE_TABLES: Final = tuple(MEDICINE_RECORDS)
CONDITIONS: Final = "conditions"
"""Table of the codes of conditions; statements of every release use it, unlike medicines."""

EFFECTS: Final = ("inhibitor", "inducer")
STRENGTHS: Final = ("strong", "moderate", "weak")
_NOTHING: Final = re.compile(r"(?!)")
_VALUES: Final = {
    "score_factor": re.compile(r"\d+(\.\d+)?"),
    "phenotype_to": re.compile(r".+"),
    "phenotype_steps": re.compile(r"-?[1-4]"),
    "none": re.compile(r""),
}
"""What each method's value has to look like."""
_COUNT: Final = re.compile(r"\d\+?")
_EXPOSURE: Final = re.compile(r"|never|over_months=\d+(\.\d+)?")


class MedicineKnowledge(msgspec.Struct, frozen=True, kw_only=True):
    """A release's data on medicines and on guidelines' populations."""

    substances: tuple[Substance, ...] = ()
    modulators: tuple[Modulator, ...] = ()
    unwanted_pairs: tuple[UnwantedPair, ...] = ()
    conversion_rules: tuple[ConversionRule, ...] = ()
    score_ranges: tuple[ScoreRange, ...] = ()
    populations: tuple[PopulationRule, ...] = ()
    condition_codes: tuple[ConditionCode, ...] = ()
    conditions: tuple[AdviceCondition, ...] = ()


def read_medicines(tables: Mapping[str, Sequence[Row]]) -> MedicineKnowledge:
    """Return the records of `MEDICINE_TABLES`; a missing table is empty.

    Raises
    ------
    SnapshotSchemaError
        A column is missing, a number is invalid, a term is unknown, or a substance occurs
        twice.
    """
    records = {
        name: tuple(record_from_row(kind, row) for row in tables.get(name, ()))
        for name, kind in MEDICINE_RECORDS.items()
    }
    conditions = read_conditions(tables.get(CONDITIONS, ()))
    found = msgspec.convert({**records, "conditions": conditions}, MedicineKnowledge)
    names = [s.substance.casefold() for s in found.substances]
    if len(set(names)) < len(names):
        raise SnapshotSchemaError("a substance stands twice", where="substances.tsv")
    for modulator in found.modulators:
        _check_terms(modulator, "modulators.tsv")
    for rule in found.conversion_rules:
        _check_terms(rule, "conversion_rules.tsv")
        if not _VALUES.get(rule.method, _NOTHING).fullmatch(rule.value):
            raise SnapshotSchemaError(
                f"method {rule.method!r} with value {rule.value!r} of {rule.gene}",
                where="conversion_rules.tsv",
            )
    for population in found.populations:
        known = population.judgement in ("", *JUDGEMENTS)
        if not known or not _EXPOSURE.fullmatch(population.exposure):
            raise SnapshotSchemaError(
                f"exposure {population.exposure!r} or judgement {population.judgement!r} of"
                f" {population.population} cannot be read",
                where="populations.tsv",
            )
    return found


def read_conditions(rows: Sequence[Row]) -> tuple[AdviceCondition, ...]:
    """Return the codes of conditions.

    Raises
    ------
    SnapshotSchemaError
        A column is missing, a term is unknown, or a code occurs twice.
    """
    found = tuple(record_from_row(AdviceCondition, row) for row in rows)
    if len({c.condition for c in found}) < len(found):
        raise SnapshotSchemaError("a condition stands twice", where=f"{CONDITIONS}.tsv")
    for condition in found:
        decided = condition.decided_by in ("", *DECIDED_BY)
        waits = condition.while_unknown in ("holds", "waits")
        if not (decided and waits and _COUNT.fullmatch(condition.arguments)):
            raise SnapshotSchemaError(
                f"arguments, decided_by or while_unknown of {condition.condition} cannot be read",
                where=f"{CONDITIONS}.tsv",
            )
    return found


def _check_terms(acting: Modulator | ConversionRule, where: str) -> None:
    if acting.effect not in EFFECTS or acting.strength not in STRENGTHS:
        raise SnapshotSchemaError(
            f"{acting.gene}: {acting.strength!r} {acting.effect!r} is no effect on an enzyme",
            where=where,
        )


_JOINED: Final = re.compile(
    r"\s*[/+;&]\s*(?!ml\b|m2\b|h\b|day\b|24)|\s+(?:and|with)\s+", re.IGNORECASE
)
_STRENGTH: Final = re.compile(
    r"\[[^\]]*\]|#\d+|(?<![\d.,])[\d.,]+(?:-[\d.,]+)?\s*(?:mg|mcg|µg|ug|g|ml|iu|units?|%|meq|mmol)?"
    r"(?:\s*/\s*(?:[\d.,]*\s*(?:ml|mg|g|h|hr|24h|day|dose|actuation)))?(?=\s|$)",
    re.IGNORECASE,
)
_FORM: Final = re.compile(
    r"\b(?:oral|tablets?|tabs?|capsules?|caps?|solution|suspension|injection|injectable|inj|iv|po"
    r"|(?:film|enteric|sugar)-coated|coated|gastro-resistant|(?:extended|delayed|immediate|modified"
    r"|prolonged|sustained|controlled)[- ]release|xr|xl|er|sr|cr|dr|mr|retard|pack|patch|syrup"
    r"|powder|disintegrating|chewable|hour|hr|12|24|once|twice|daily|prn"
    r"|topical|cutaneous|cream|ointment|lotion|shampoo|gel|eye|ophthalmic|ear|otic|drops?"
    r"|(?:film|retard|brause|schmelz|kau)?tabletten?|(?:retard|hart|weich)?kapseln?|tropfen|saft"
    r"|sirup|(?:injektions|infusions)?lösung|creme|salbe|augentropfen|augensalbe|ohrentropfen)\b\.?",
    re.IGNORECASE,
)
_LONGEST: Final = 500
_BRACKETED: Final = re.compile(r"([^()]+)\(([^()]+)\)([^()]*)")
_SALTS: Final = frozenset(
    {
        "acetate", "anhydrous", "besilate", "besylate", "bisulfate", "bitartrate", "bromide",
        "calcium", "citrate", "fumarate", "hbr", "hcl", "hemihydrate", "hydrobromide",
        "hydrochloride", "magnesium", "maleate", "mesilate", "mesylate", "monohydrate", "oxalate",
        "phosphate", "potassium", "sodium", "succinate", "sulfate", "sulphate", "tartrate",
        "trihydrate",
        # German, where the salt is a word of its own
        "acetat", "fumarat", "hydrobromid", "hydrochlorid", "kalium", "maleat", "mesilat",
        "natrium", "oxalat", "phosphat", "succinat", "sulfat", "tartrat",
    }
)  # fmt: skip


def _bare(text: str) -> str:
    """Return a name without strength, form and a brand in brackets, in lower case.

    >>> _bare("Paroxetine 20 mg Oral Tablet"), _bare("Metoprolol succinate ER 47.5 mg")
    ('paroxetine', 'metoprolol succinate')
    """
    name = _FORM.sub(" ", _STRENGTH.sub(" ", f" {text.casefold()} "))
    return " ".join(name.replace(",", " ").replace("(", " ").replace(")", " ").split())


class Vocabulary:
    """Finds substances by name, synonym, brand, RxNorm or ATC code.

    Parameters
    ----------
    substances
        Substances of the release.
    drugs
        Names of drugs with guidelines.
    """

    def __init__(self, substances: Iterable[Substance], drugs: Iterable[str]) -> None:
        self._by_name: dict[str, Substance] = {s.substance.casefold(): s for s in substances}
        self._drugs = {name.casefold(): name for name in drugs}
        self._codes: dict[str, list[Substance]] = {}
        self._other: dict[str, Substance] = {}
        for substance in self._by_name.values():
            for name in (*substance.synonyms, *substance.brands):
                self._other.setdefault(name.casefold(), substance)
            for code in filter(None, (substance.rxnorm, *substance.atc)):
                self._codes.setdefault(code.upper(), []).append(substance)

    def find(
        self, *, name: str = "", rxnorm: str = "", atc: str = ""
    ) -> tuple[tuple[Substance, ...], tuple[str, ...]]:
        """Return the substances of a code or name, and the parts that are unknown.

        A name may include strength and form (``Paroxetine 20 mg tablet``), and may list several
        substances (``acetaminophen 300 mg / codeine 30 mg``). Codes and name belong together: if
        one includes the other (codeine, and codeine with acetaminophen), the whole counts; if
        they mean different substances, the medicine is unknown. A code shared by several substances
        is ignored.
        """
        words, unknown = self._by_words(name)
        coded = [self._codes.get(code.strip().upper(), ()) for code in (rxnorm, atc)]
        meant = [tuple(found) for found in coded if len(found) == 1] + ([words] if words else [])
        if not meant:
            return (), (name.strip() or rxnorm or atc,)
        # a code for codeine and a name for codeine with acetaminophen mean the combination
        whole = max(meant, key=lambda found: len(self._held(found)))
        # a wrong code next to a right name is a mix-up of two drugs: no choice is safe
        if any(self._held(found) - self._held(whole) for found in meant):
            said = ", ".join(filter(None, (rxnorm, atc)))
            return (), (f"{name.strip()} ({said})" if name.strip() else said,)
        return whole, unknown if words else ()

    def _by_words(self, name: str) -> tuple[tuple[Substance, ...], tuple[str, ...]]:
        """Return the substances of a name, and its unknown parts."""
        text = unicodedata.normalize("NFC", name).strip()
        if not text or len(text) > _LONGEST:
            return (), (text,) if text else ()
        whole = self._named(text.casefold()) or self._bared(text) or self._bracketed(text)
        if whole is not None:
            return (whole,), ()
        parts = [part for part in _JOINED.split(text) if _bare(part)]
        found = [(part.strip(), self._bared(part)) for part in parts]
        known = dict.fromkeys(substance for _, substance in found if substance is not None)
        return tuple(known), tuple(part for part, substance in found if substance is None)

    def _held(self, substances: Iterable[Substance]) -> set[str]:
        return {part.casefold() for found in substances for part in self.parts(found)}

    def _bracketed(self, text: str) -> Substance | None:
        """Return the substance of ``fluoxetine (Prozac) 20 mg``, if both mean the same."""
        match = _BRACKETED.fullmatch(text)
        if match is None:
            return None
        outer, inner = self._bared(f"{match[1]} {match[3]}"), self._bared(match[2])
        return outer if outer == inner else None

    def _named(self, name: str) -> Substance | None:
        """Return the substance of a name or synonym, in lower case."""
        return self._by_name.get(name) or self._other.get(name)

    def _bared(self, text: str) -> Substance | None:
        """Return the substance of a name with strength, form or salt."""
        words = _bare(text).split()
        while words:
            found = self._named(" ".join(words))
            if found is not None:
                return found
            # only salts may be dropped from the end: another last word may be another drug
            if words.pop() not in _SALTS:
                break
        return None

    def parts(self, substance: Substance) -> tuple[str, ...]:
        """Return the components of a substance: itself, or its ingredients."""
        return substance.ingredients or (substance.substance,)

    def guided(self, substance: Substance) -> tuple[str, ...]:
        """Return the drugs with guidelines that a substance is or contains, its own name first."""
        own = (substance.substance, *substance.ingredients)
        found = (self._drugs.get(name.casefold()) for name in own)
        return tuple(dict.fromkeys(name for name in found if name))

    def other_names(self, drug: str) -> tuple[str, ...]:
        """Return the other names of a drug: its synonyms, its brands, brands of combinations.

        A combination counts if guidelines are looked up by its ingredients; one with guidelines
        of its own is another drug.
        """
        known = self._by_name.get(drug.casefold())
        names = [*known.synonyms, *known.brands] if known else []
        return tuple(dict.fromkeys((*names, *self._brands_with.get(drug.casefold(), ()))))

    @functools.cached_property
    def _brands_with(self) -> Mapping[str, list[str]]:
        """The brands of combinations by ingredient in lower case."""
        found: dict[str, list[str]] = {}
        for combination in self._by_name.values():
            if combination.substance.casefold() not in self._drugs:
                for name in combination.ingredients:
                    found.setdefault(name.casefold(), []).extend(combination.brands)
        return found

    def drugs_of(self, text: str) -> tuple[str, ...]:
        """Return the drugs with guidelines for a name, a brand or a code."""
        # a drug's own name has precedence over another one's brand
        if text.casefold() in self._drugs:
            return (self._drugs[text.casefold()],)
        known = self._codes.get(text.strip().upper(), []) or [
            s for s in [self._named(text.casefold())] if s
        ]
        return tuple(dict.fromkeys(name for s in known for name in self.guided(s)))

    def code_of(self, name: str) -> Mapping[str, str]:
        """Return RxNorm and ATC codes of a drug, empty if it has none."""
        known = self._named(name.casefold())
        if known is None:
            return {}
        codes = {"rxnorm": known.rxnorm, "atc": ";".join(known.atc)}
        return {system: code for system, code in codes.items() if code}
