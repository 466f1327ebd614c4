"""De-identified results, and the pseudonyms of samples."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from pgx.errors import UsageError
from pgx.records.advice import coded, format_fact
from pgx.records.calls import Override, PatientContext, PatientResult, Provenance
from pgx.records.patient import (
    Condition,
    ConditionFit,
    KnownMedicine,
    Liver,
    Medicine,
    Patient,
    PopulationFit,
    Reaction,
    is_icd10_code,
    is_snomed_concept,
    reaction_text,
)

__all__ = [
    "CAP",
    "LEFT_OUT",
    "MARK",
    "counted_pseudonyms",
    "deidentified",
    "deidentified_all",
    "is_deidentified",
    "keyed_pseudonyms",
    "read_key",
]

LEFT_OUT: Final = "left out"
"""Stands where a free text was."""
MARK: Final = "deidentified"
"""The setting by which provenance tells that a result is without names."""
CAP: Final = 90
"""Stands for every age over 89."""
_YEAR = re.compile(r"([0-9]{4})(-[0-9]{2}(-[0-9]{2})?)?")
_SEVERITIES: Final = frozenset({"mild", "moderate", "severe"})
_CLASSES: Final = frozenset("ABC")
_SEXES: Final = frozenset({"female", "male"})
_LOCAL_FORM: Final = "topical"


def deidentified_all(
    results: Iterable[PatientResult], pseudonyms: Sequence[str]
) -> Iterator[PatientResult]:
    """Yield the results one by one, de-identified."""
    for result, pseudonym in zip(results, pseudonyms, strict=True):
        yield deidentified(result, pseudonym)


def deidentified(result: PatientResult, pseudonym: str) -> PatientResult:
    """Return a de-identified result.

    The sample name becomes its pseudonym, dates become years, an age over 89 becomes 90; free texts
    of the patient file and of a laboratory's decisions are removed, and so are input names. Calls
    and recommendations are unchanged.
    """
    rename = {"sample": pseudonym}
    return msgspec.structs.replace(
        result,
        sample=pseudonym,
        calls=tuple(msgspec.structs.replace(call, **rename) for call in result.calls),
        recommendations=tuple(
            msgspec.structs.replace(row, **rename) for row in result.recommendations
        ),
        provenance=_provenance(result.provenance),
        context=_context(result.context, pseudonym) if result.context else None,
        overrides=tuple(_override(override, pseudonym) for override in result.overrides),
    )


def is_deidentified(result: PatientResult) -> bool:
    """Whether a result is de-identified."""
    return MARK in result.provenance.settings


def _provenance(made: Provenance) -> Provenance:
    inputs = tuple({**entry, "name": ""} for entry in made.input)
    return msgspec.structs.replace(made, input=inputs, settings={**made.settings, MARK: "yes"})


def _override(override: Override, pseudonym: str) -> Override:
    return msgspec.structs.replace(
        override,
        sample=pseudonym,
        says=LEFT_OUT,
        by=LEFT_OUT,
        reason=LEFT_OUT,
        date=_year(override.date),
    )


def _context(context: PatientContext, pseudonym: str) -> PatientContext:
    medicines = tuple(_Medicines(context).known())
    return msgspec.structs.replace(
        context,
        patient=_patient(context, pseudonym),
        medicines=medicines,
        fits=tuple(map(_fit, context.fits)),
        condition_fits=tuple(map(_fit, context.condition_fits)),
        doses=(),  # they use exact ages and dates; reports recompute them from the remaining data
    )


def _patient(context: PatientContext, pseudonym: str) -> Patient:
    patient = context.patient
    found = _Medicines(context)
    return msgspec.structs.replace(
        patient,
        sample=pseudonym,
        date=_year(patient.date),
        birth_date="",
        age_years=_age(patient.age_years),
        sex=patient.sex if patient.sex in _SEXES else "",
        liver=patient.liver if patient.liver.child_pugh in _CLASSES else Liver(),
        schema_version=Patient().schema_version,
        conditions=tuple(_conditions(patient)),
        medicines=tuple(map(_medicine, found.known())),
        reactions=tuple(map(found.reaction, patient.reactions)),
        outcomes=(),
    )


def _conditions(patient: Patient) -> Iterator[Condition]:
    """Yield the conditions with a valid code; the wording of the record is removed."""
    for condition in patient.conditions:
        known = {"ICD-10": is_icd10_code, "SNOMED": is_snomed_concept}.get(condition.system)
        if known is not None and known(condition.code):
            yield msgspec.structs.replace(condition, name="")


def _medicine(known: KnownMedicine) -> Medicine:
    """Return a medicine identified by its substances only."""
    form = _LOCAL_FORM if known.local else ""
    return Medicine(name=known.name, form=form, use=known.use, since=known.since)


class _Medicines:
    """A patient's medicines by substance, and the reactions to them."""

    def __init__(self, context: PatientContext) -> None:
        self._context = context
        told = context.patient.reactions
        self._said_of = {reaction_text(r): reaction_text(self._plain(r)) for r in told}

    def known(self) -> Iterator[KnownMedicine]:
        """Yield the medicines without the wording of the record."""
        for medicine in self._context.medicines:
            yield msgspec.structs.replace(
                medicine,
                name=_substances(medicine),
                unrecognised=(LEFT_OUT,) if medicine.unrecognised else (),
                since=_year(medicine.since),
                dose="",
                reactions=tuple(self._said_of.get(r, LEFT_OUT) for r in medicine.reactions),
                outcomes=(),
            )

    def reaction(self, reaction: Reaction) -> Reaction:
        """Return a reaction reduced to a known medicine, its severity and its year."""
        said = reaction_text(reaction)
        known = (m for m in self._context.medicines if said in m.reactions)
        # a medicine outside the vocabulary may be free text: its name is removed
        name = next((_substances(m) for m in known), LEFT_OUT)
        return msgspec.structs.replace(self._plain(reaction), medicine=name)

    @staticmethod
    def _plain(reaction: Reaction) -> Reaction:
        severity = reaction.severity.strip().casefold()
        return Reaction(
            medicine=LEFT_OUT,
            severity=severity if severity in _SEVERITIES else "",
            date=_year(reaction.date),
        )


def _substances(medicine: KnownMedicine) -> str:
    return " / ".join(medicine.substances) or LEFT_OUT


_Fit = TypeVar("_Fit", PopulationFit, ConditionFit)


def _fit(fit: _Fit) -> _Fit:
    """Return a fit whose reason contains neither an age over 89 nor the record's wording."""
    code, arguments = coded(fit.reason)
    # these reasons quote the record, and free text may identify a person
    if code in ("condition", "daily_dose"):
        return msgspec.structs.replace(fit, reason=format_fact(code, LEFT_OUT))
    # HIPAA Safe Harbor, 45 CFR 164.514(b)(2): ages over 89 are one category
    if code == "age" and arguments and not _is_younger(arguments[0]):
        return msgspec.structs.replace(fit, reason=format_fact(code, f"{CAP}+"))
    return fit


def _age(age: float | None) -> float | None:
    return float(CAP) if age is not None and _is_old(age) else age


def _is_old(age: float) -> bool:
    return int(age) >= CAP


def _is_younger(text: str) -> bool:
    try:
        return not _is_old(float(text))
    except ValueError:
        return False


def _year(text: str) -> str:
    """Return the year of an ISO date, "" for any other text.

    >>> _year("1960-05-02"), _year("Jane")
    ('1960', '')
    """
    match = _YEAR.fullmatch(text)
    return match[1] if match else ""


_MIN_KEY: Final = 16
"""Bytes that a key file holds at least."""
_MAX_KEY: Final = 1 << 20
_DIFFERENT: Final = 4
"""Different bytes that a key has at least. Of 16 random hexadecimal digits, the weakest key that is
long enough, fewer are different once in a billion times."""
_LEAST_PERIOD: Final = 16
"""Bytes after which a longer key may begin anew: less is a word written again and again."""
_MAKE_ONE: Final = "make one, for example with `head -c 32 /dev/urandom > key`"


def counted_pseudonyms(count: int) -> list[str]:
    """Return ``P001``, ``P002``, ... in order; they reveal only the order.

    >>> counted_pseudonyms(2)
    ['P001', 'P002']
    """
    width = max(3, len(str(count)))
    return [f"P{number:0{width}d}" for number in range(1, count + 1)]


def keyed_pseudonyms(samples: Sequence[str], key: bytes) -> list[str]:
    """Return for each sample the first 80 bits of HMAC-SHA-256 of its name, as ``P-`` and base 32.

    Equal names and keys give equal pseudonyms in every run; without the key, names cannot be
    found by trial.

    >>> keyed_pseudonyms(["S1"], b"0123456789abcdef")
    ['P-IKJLTN4J5IUF73J5']
    """
    return [f"P-{_digest(sample, key)}" for sample in samples]


def _digest(sample: str, key: bytes) -> str:
    found = hmac.new(key, sample.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
    # 80 bits: the collision probability among a million names is about 4e-13
    return base64.b32encode(found[:10]).decode("ascii")


def read_key(path: Path) -> bytes:
    """Return the secret key: all bytes of a file.

    Raises
    ------
    UsageError
        The file cannot be read, has fewer than 16 bytes or fewer than 4 different ones, or is a
        repetition of a few bytes.
    """
    try:
        with path.open("rb") as handle:
            key = handle.read(_MAX_KEY)
    except OSError as error:
        raise UsageError(
            f"the key file cannot be read: {error.strerror}", remedy="check --pseudonym-key"
        ) from error
    if len(key) < _MIN_KEY:
        raise UsageError(
            f"the key file holds fewer than {_MIN_KEY} bytes",
            remedy=_MAKE_ONE,
        )
    if len(set(key)) < _DIFFERENT or _is_repeated(key):
        raise UsageError(
            "the key file holds hardly any different bytes: its pseudonyms can be guessed",
            remedy=_MAKE_ONE,
        )
    return key


def _is_repeated(key: bytes) -> bool:
    """Whether a key repeats a sequence shorter than the minimum length at least twice."""
    # a key of period n equals itself shifted by n
    most = min(_LEAST_PERIOD - 1, len(key) // 2)
    return any(key[n:] == key[:-n] for n in range(1, most + 1))
