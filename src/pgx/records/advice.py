"""Records of guidelines: drugs, statements, known gaps, and findings of release checks."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from operator import attrgetter
from typing import Any, Final, TypeVar

import msgspec

from pgx.errors import SnapshotSchemaError, printable

__all__ = [
    "ACTIONS",
    "ANY_KEY",
    "CONFIDENCE",
    "DOSE_ACTIONS",
    "LOCAL",
    "NOT_CODED",
    "NO_RESULT",
    "REMARKS",
    "UNINFORMATIVE_KEYS",
    "Drug",
    "DrugStatus",
    "FaultCode",
    "Finding",
    "Guideline",
    "KnownGap",
    "LocalStatement",
    "LookupProduct",
    "SetRelation",
    "Statement",
    "StatementSet",
    "coded",
    "format_fact",
    "format_lookup",
    "parse_lookup",
    "record_from_row",
    "records_from_rows",
    "row_from_record",
    "split_condition",
]


CONFIDENCE: Final = 0.99
"""Least posterior probability of certain advice, unless a run asks for another."""
ACTIONS: Final = (
    "use_as_directed",
    "avoid",
    "alternative",
    "reduce_dose",
    "increase_dose",
    "adjust_initial_dose",
    "use_algorithm",
    "monitor",
    "caution",
    "test_first",
    "no_recommendation",
    "not_coded",
)
NOT_CODED: Final = "not_coded"
"""Action of a text that nobody has read into facts: the text is shown, and no action of ours."""
_ACTIONS: Final = frozenset(ACTIONS)
DOSE_ACTIONS: Final = frozenset({"reduce_dose", "increase_dose", "adjust_initial_dose"})
LOCAL: Final = "LOCAL"
"""Authority of a laboratory's own drugs, guidelines and statements."""
NO_RESULT: Final = "No Result"
ANY_KEY: Final = "any"
UNINFORMATIVE_KEYS: Final = frozenset({NO_RESULT, "Indeterminate", "n/a"})
# notes that comment on evidence or data and change nothing that a prescriber does
REMARKS: Final = frozenset(
    {
        "evidence_with",
        "extrapolated_from",
        "extrapolated_from_adults",
        "extrapolated_genotype",
        "insufficient_data_medium_risk",
        "likely_phenotype",
        "not_assignable",
        "not_genotyped",
        "rationale_from_deficient",
    }
)

LookupProduct = tuple[tuple[str, tuple[str, ...]], ...]


class DrugStatus(StrEnum):
    """Whether advice on a drug can be looked up."""

    COVERED = "covered"
    PENDING = "pending"


class Drug(msgspec.Struct, frozen=True, kw_only=True):
    """A drug in one authority's index.

    ``status`` is ``pending`` when no statement on the drug has been read; ``reason`` is a
    code of why, or of what is still missing of a covered drug (``partial_lookups``).
    ``critical`` is the harm, as a code, that a wrong dose of the drug may do to the patient at
    once; empty for other drugs. Advice on such a drug has to be surer to count as certain.
    """

    drug: str
    authority: str
    status: DrugStatus
    reason: str = ""
    rxnorm: str = ""
    atc: tuple[str, ...] = ()
    genes: tuple[str, ...] = ()
    guidelines: tuple[str, ...] = ()
    critical: str = ""
    source: str = ""


class Guideline(msgspec.Struct, frozen=True, kw_only=True):
    """A guideline or label: who issued it, on what, which version, published where.

    ``checked`` is the month (``YYYY-MM``) of the release in which the source was last read from
    end to end; empty where only single rows of it were.
    """

    guideline_id: str
    authority: str
    drugs: tuple[str, ...] = ()
    genes: tuple[str, ...] = ()
    populations: tuple[str, ...] = ()
    pmids: tuple[str, ...] = ()
    years: tuple[str, ...] = ()
    version: str = ""
    url: str = ""
    source: str = ""
    checked: str = ""


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """One guideline statement as executable facts.

    ``action`` holds terms of `ACTIONS`, the primary one first. The dose factors are
    relative to the standard dose named by ``dose_of`` and belong to the dose action in
    ``action``; where that is not the primary one, or ``dose_when`` says so, the change is
    conditional. ``dose_as`` tells whether the source counts a change (``reduce_by``,
    ``increase_by``), a share (``to_percent``, ``at_most``, ``half``) or a multiple (``times``,
    ``fold_lower``); ``by_titration`` is a share of the target that ``titration`` names. An
    upper factor without a lower one means "less than", or "at most".
    ``condition`` holds coded facts that must all be true for the primary action, beyond
    genotype and population; ``ACTION@code=argument`` is one of a further action (see
    `split_condition`). ``unconditional`` is the action that holds while a condition is open,
    empty where that is ``action``.
    ``drug_codes`` gives ``name=rxnorm|atc`` of drugs in ``alternatives`` and ``avoid_also``,
    ``flags`` are the source's own marks for the row, ``source`` the release it was read from,
    ``reading`` the first digits of the digest of the sentence that was read. ``words`` is the
    source's own text, where the release holds it.
    """

    id: str
    authority: str
    guideline_id: str
    drug: str
    genes: tuple[str, ...]
    population: str
    lookup: tuple[LookupProduct, ...]
    action: tuple[str, ...]
    condition: tuple[str, ...] = ()
    reason: str = ""
    dose_factor_min: float | None = None
    dose_factor_max: float | None = None
    dose_of: str = ""
    dose_as: str = ""
    dose_when: tuple[str, ...] = ()
    standard_dose: str = ""
    starting_dose: str = ""
    maximum_dose: str = ""
    frequency: str = ""
    titration: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()
    alternatives_when: tuple[str, ...] = ()
    avoid_also: tuple[str, ...] = ()
    monitoring: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    duration: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    classification: str = ""
    implications: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    pmids: tuple[str, ...] = ()
    drug_codes: tuple[str, ...] = ()
    unconditional: tuple[str, ...] = ()
    reading: str = ""
    source: str = ""
    words: str = ""

    @property
    def advice(self) -> tuple[object, ...]:
        """Everything that a prescriber would do differently; equal advice compares equal."""
        notes = tuple(note for note in self.notes if coded(note)[0] not in REMARKS)
        text = self.reading if self.action[:1] == (NOT_CODED,) else ""
        return (*_other_advice(self), notes, text)


class LocalStatement(Statement, frozen=True, kw_only=True):
    """A laboratory's own statement; ``reviewer`` is a person, ``reviewed`` an ISO day."""

    reviewer: str = ""
    reviewed: str = ""


class KnownGap(msgspec.Struct, frozen=True, kw_only=True):
    """Results of a gene on which a source has no statement, or its keys that no result has.

    ``drug`` lists drugs, or is `ANY_KEY` for all drugs of the authority that have the gap.
    ``reason`` says, in a sentence, why it is a gap of what was published and none of ours.
    """

    authority: str
    drug: tuple[str, ...]
    gene: str
    keys: tuple[str, ...]
    reason: str
    source: str = ""


class SetRelation(StrEnum):
    """How several statements on one person and one drug stand to each other."""

    ONE_ANSWER = "one_answer"
    ADDITIVE = "additive"


class StatementSet(msgspec.Struct, frozen=True, kw_only=True):
    """Statements of one source that would stand side by side, and what the source means by it.

    ``one_answer``: one statement answers. Of several ``guidelines`` (entries of one document) that
    which speaks of the result; of several tested ``alleles`` the first that a statement speaks of.
    ``additive``: each of ``genes`` adds its own advice, and the rows stand side by side.
    ``reason`` says in a sentence why.
    """

    authority: str
    drug: str
    guidelines: tuple[str, ...]
    genes: tuple[str, ...]
    alleles: tuple[str, ...]
    relation: SetRelation
    reason: str
    source: str = ""

    def holds(self, statement: Statement) -> bool:
        """Whether a statement belongs to the set."""
        return (
            (statement.authority, statement.drug) == (self.authority, self.drug)
            and statement.guideline_id in self.guidelines
            and not set(statement.genes).isdisjoint(self.genes)
        )


ADVICE_FIELDS: Final = Statement.__struct_fields__[7:27]
"""What a reading says: from ``action`` to ``notes``."""
_other_advice: Final = attrgetter(*(name for name in ADVICE_FIELDS if name != "notes"))
_LATER: Final = frozenset(
    {"version", "drug_codes", "condition", "unconditional", "critical", "checked", "words"}
)
"""Columns that releases did not have from the beginning."""
_BESIDE: Final = frozenset({"words"})
"""Fields that are no columns of a record's table: another one holds them."""
T = TypeVar("T", bound=msgspec.Struct)


@functools.lru_cache(maxsize=4096)
def coded(fact: str) -> tuple[str, tuple[str, ...]]:
    """Split a coded fact into its code and its arguments.

    >>> coded("steady_state=2–4 weeks|x")
    ('steady_state', ('2–4 weeks', 'x'))
    """
    code, _, rest = fact.partition("=")
    return code, tuple(rest.split("|")) if rest else ()


def split_condition(fact: str) -> tuple[str, str]:
    """Split a condition into the action that it belongs to and the coded fact.

    >>> split_condition("alternative@planned_dose_above=40 mg")
    ('alternative', 'planned_dose_above=40 mg')
    >>> split_condition("never_taken")  # of the primary action
    ('', 'never_taken')
    """
    action, at, rest = fact.partition("@")
    return (action, rest) if at else ("", fact)


def format_fact(code: str, *arguments: str) -> str:
    """Join a code and its arguments; inverse of `coded`."""
    return f"{code}={'|'.join(arguments)}" if arguments else code


def parse_lookup(text: str) -> tuple[LookupProduct, ...]:
    """Parse products of lookup keys.

    >>> parse_lookup("G1=a|b;G2=c || G2=d")
    ((('G1', ('a', 'b')), ('G2', ('c',))), (('G2', ('d',)),))
    """
    products = []
    for product in text.split(" || "):
        genes = (part.partition("=") for part in product.split(";"))
        products.append(tuple((gene, tuple(keys.split("|"))) for gene, _, keys in genes))
    return tuple(products)


def format_lookup(lookup: tuple[LookupProduct, ...]) -> str:
    """Print products of lookup keys; inverse of `parse_lookup`."""
    return " || ".join(
        ";".join(f"{gene}={'|'.join(keys)}" for gene, keys in product) for product in lookup
    )


@functools.lru_cache
def _parsers(kind: type[msgspec.Struct]) -> tuple[tuple[str, Callable[[str], Any]], ...]:
    """Return each field's name and the function that reads its cell."""
    return tuple((f.name, _parser(f.name, f.type)) for f in msgspec.structs.fields(kind))


def _parser(name: str, kind: Any) -> Callable[[str], Any]:  # noqa: ANN401 - cells have many types
    if name == "lookup":
        return parse_lookup
    if kind == tuple[str, ...]:
        return lambda text: tuple(text.split(";")) if text else ()
    if kind == float | None:
        return lambda text: _number(text) if text else None
    if kind in (float, bool):
        return _number if kind is float else lambda text: text == "yes"
    return kind if kind in (DrugStatus, SetRelation) else str


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text!r} is no finite number")
    return value


def _format_cell(name: str, value: Any) -> str:  # noqa: ANN401 - cells have many types
    if name == "lookup":
        return format_lookup(value)
    if isinstance(value, tuple):
        return ";".join(value)
    return "" if value is None else str(value)


def record_from_row(kind: type[T], row: Mapping[str, str]) -> T:
    """Make a record from one row of its table.

    Raises
    ------
    SnapshotSchemaError
        A column is missing, a number is no finite number, a term is unknown, or a dose factor
        is not above 0 or not in order.
    """
    [record] = records_from_rows(kind, [row])
    return record


def records_from_rows(kind: type[T], rows: Sequence[Mapping[str, str]]) -> list[T]:
    """Make records from rows of one table; a cell that stands in several is read once.

    Raises
    ------
    SnapshotSchemaError
        See `record_from_row`.
    """
    try:
        columns = {
            name: _read_column([row[name] for row in rows], parse)
            for name, parse in _parsers(kind)
            if name not in _LATER or any(name in row for row in rows)
        }
        cells = zip(*columns.values(), strict=True)
        records = [kind(**dict(zip(columns, own, strict=True))) for own in cells]
    except (KeyError, ValueError) as error:
        raise SnapshotSchemaError(f"a row of {kind.__name__} cannot be read: {error}") from error
    for record in records:
        _check(record)
    return records


def _read_column(cells: Sequence[str], parse: Callable[[str], Any]) -> list[Any]:
    known = {cell: parse(cell) for cell in dict.fromkeys(cells)}
    return [known[cell] for cell in cells]


def _check(record: msgspec.Struct) -> None:
    if isinstance(record, Statement):
        _check_statement(record)
    if isinstance(record, Guideline) and not all(year.isdecimal() for year in record.years):
        raise SnapshotSchemaError(f"years {', '.join(record.years)} are no numbers")


def _check_statement(statement: Statement) -> None:
    named = {split_condition(fact)[0] for fact in statement.condition} - {""}
    unknown = ({*statement.action, *statement.unconditional} | named) - _ACTIONS
    if unknown or not statement.action:
        raise SnapshotSchemaError(
            f"unknown action {', '.join(sorted(unknown)) or '(none)'}", where=statement.id
        )
    low, high = statement.dose_factor_min, statement.dose_factor_max
    at_least = 0.0 if low is None else low
    if (low is not None and low <= 0.0) or (high is not None and not max(at_least, 1e-9) <= high):
        raise SnapshotSchemaError(
            f"dose factors {low} to {high} are not above 0 and in order", where=statement.id
        )


def row_from_record(record: Drug | Guideline | Statement) -> dict[str, str]:
    """Return a record as the cells of its table's row; inverse of `record_from_row`."""
    names = (name for name in record.__struct_fields__ if name not in _BESIDE)
    return {name: _format_cell(name, getattr(record, name)) for name in names}


class FaultCode(StrEnum):
    """Stable codes of what can be wrong with a release."""

    DAMAGED = "PGX-KB-001"  # a table is missing or its digest is another
    UNREADABLE = "PGX-KB-101"  # a table or row cannot be read
    SOURCE = "PGX-KB-102"  # a source, date or citation is lacking
    TWICE = "PGX-KB-103"  # something stands twice
    DANGLING = "PGX-KB-104"  # something refers to what is not there
    RANGE = "PGX-KB-105"  # a number is out of its range, or ranges leave a hole
    TERM = "PGX-KB-106"  # a code, name or term is malformed or unknown
    BASES = "PGX-KB-107"  # positions and bases disagree
    CONTRADICTION = "PGX-KB-108"  # two rows give different answers to one question
    UNREACHABLE = "PGX-KB-109"  # a lookup key that no result has
    UNANSWERED = "PGX-KB-110"  # a result without a statement
    NO_GAP = "PGX-KB-111"  # a known gap that is none any more


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One fault: in which table, at which line or record, and what to do about it."""

    code: FaultCode
    table: str
    where: str
    what: str
    remedy: str = "correct the table and rebuild"

    @property
    def place(self) -> str:
        """Table and line or record, ``alleles.tsv line 3``."""
        return f"{self.table}.tsv {self.where}".strip()

    def line(self) -> str:
        """Return the finding as one printable line: code, place, what, what to do."""
        return printable(f"[{self.code}] {self.place}: {self.what}; {self.remedy}")
