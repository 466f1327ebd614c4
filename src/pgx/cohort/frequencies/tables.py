"""How often alleles, diplotypes and phenotypes were called, by population group.

All is made of a gene's distinct calls and of how many samples of a group share each, so that
the time hardly grows with the samples. Frames of several genes are put under each other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from pgx.alleles.names import natural_key
from pgx.base.calls import CallStatus, GeneCall
from pgx.base.genes import GeneDefinition, Ploidy
from pgx.cohort.calling import GeneTable
from pgx.cohort.frequencies.groups import Level
from pgx.cohort.frequencies.intervals import wilson

__all__ = [
    "ALLELE_FREQUENCY_SCHEMA",
    "CALL_STATUS_SCHEMA",
    "DIPLOTYPE_FREQUENCY_SCHEMA",
    "PHENOTYPE_FREQUENCY_SCHEMA",
    "FrequencyTables",
    "frequency_tables",
]

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
_GROUP: Final = {"gene": pl.String(), "level": pl.String(), "group": pl.String()}
_NUMBERS: Final = {
    "count": pl.Int64(),
    "total": pl.Int64(),
    "frequency": pl.Float64(),
    "low": pl.Float64(),
    "high": pl.Float64(),
    "expected": pl.Float64(),
    "expected_total": pl.Float64(),
    "undetermined": pl.Float64(),
    "not_called": pl.Int64(),
}
ALLELE_FREQUENCY_SCHEMA: Final = pl.Schema({**_GROUP, "allele": pl.String(), **_NUMBERS})
"""Columns and types of the frequencies of alleles, counted by chromosomes."""
DIPLOTYPE_FREQUENCY_SCHEMA: Final = pl.Schema({**_GROUP, "diplotype": pl.String(), **_NUMBERS})
"""Columns and types of the frequencies of diplotypes, counted by samples."""
PHENOTYPE_FREQUENCY_SCHEMA: Final = pl.Schema({**_GROUP, "phenotype": pl.String(), **_NUMBERS})
"""Columns and types of the frequencies of phenotypes, counted by samples."""
_STATUSES: Final = tuple(CallStatus)
CALL_STATUS_SCHEMA: Final = pl.Schema(
    {**_GROUP, "n_samples": pl.Int64(), **{f"n_{s.value}": pl.Int64() for s in _STATUSES}}
)
"""Columns and types of how many samples have a call of each gene."""
_SEPARATOR: Final = "/"


class _Shares(NamedTuple):
    """What one distinct call says: names, each with how much of it (chromosomes or samples).

    ``whole`` is the sum that its names would have if nothing were open.
    """

    names: tuple[tuple[str, float], ...]
    whole: float


class _Counts(NamedTuple):
    """Counts (G, K) of names in groups, and (G,) what is behind them."""

    names: list[str]
    called: Integers
    expected: Floats
    total: Integers
    expected_total: Floats
    undetermined: Floats
    not_called: Integers


class FrequencyTables(NamedTuple):
    """One gene's frames; rows in the order of levels, their groups, and names.

    ``alleles`` (`ALLELE_FREQUENCY_SCHEMA`, the default allele first) and ``phenotypes``
    (`PHENOTYPE_FREQUENCY_SCHEMA`, A–Z) have a row for every name that is seen in any group,
    ``diplotypes`` (`DIPLOTYPE_FREQUENCY_SCHEMA`) for those that somebody of the group may have,
    ``statuses`` (`CALL_STATUS_SCHEMA`) one for every group, also of a gene without any call.
    """

    alleles: pl.DataFrame
    diplotypes: pl.DataFrame
    phenotypes: pl.DataFrame
    statuses: pl.DataFrame


class _Group(NamedTuple):
    """A level, and (G, C) how many samples of each group have each distinct call."""

    level: Level
    members: Integers


def frequency_tables(
    table: GeneTable, gene: GeneDefinition, levels: Sequence[Level]
) -> FrequencyTables:
    """Return how often a gene's alleles, diplotypes and phenotypes were called, by group.

    Alleles are the halves of a diplotype: ``*1x2``, ``*36+*10`` and ``[*2 + *3]`` are one name
    each; a haploid call has one.

    Parameters
    ----------
    table
        The gene's calls.
    gene
        Its definition.
    levels
        As `pgx.cohort.groups.sample_groups` gives them for the table's samples.

    Returns
    -------
    FrequencyTables
        Frames of several genes can be put under each other.
    """
    groups = [_Group(level, _members(table, level)) for level in levels]
    return FrequencyTables(
        _alleles(table, gene, groups),
        _diplotypes(table, groups),
        _phenotypes(table, gene, groups),
        _statuses(table, groups),
    )


def _alleles(table: GeneTable, gene: GeneDefinition, groups: Sequence[_Group]) -> pl.DataFrame:
    strands = 1 if gene.ploidy is Ploidy.MITOCHONDRIAL else 2
    says = [_shares(call, lambda name: name.split(_SEPARATOR), strands) for call in table.calls]
    first = gene.default_allele
    order = sorted(_names(says), key=lambda name: (name != first, natural_key(name), name))
    return _frame(table, says, order, groups, ALLELE_FREQUENCY_SCHEMA)


def _diplotypes(table: GeneTable, groups: Sequence[_Group]) -> pl.DataFrame:
    says = [_shares(call, lambda name: [name], 1) for call in table.calls]
    order = sorted(_names(says), key=lambda name: (natural_key(name), name))
    frame = _frame(table, says, order, groups, DIPLOTYPE_FREQUENCY_SCHEMA)
    return frame.filter(pl.col("expected") > 0)


def _phenotypes(table: GeneTable, gene: GeneDefinition, groups: Sequence[_Group]) -> pl.DataFrame:
    terms = {rule.lookup_key: rule.phenotype for rule in gene.rules}
    says = [_phenotype_shares(call, terms) for call in table.calls]
    return _frame(table, says, sorted(_names(says)), groups, PHENOTYPE_FREQUENCY_SCHEMA)


def _statuses(table: GeneTable, groups: Sequence[_Group]) -> pl.DataFrame:
    own = np.array([_STATUSES.index(call.status) for call in table.calls], np.intp)
    one_hot = np.eye(len(_STATUSES), dtype=np.int64)[own].reshape(-1, len(_STATUSES))
    frames = []
    for level, members in groups:
        counts = members @ one_hot
        columns = {
            "gene": [table.gene] * len(counts),
            "level": [level.name] * len(counts),
            "group": list(level.groups),
            "n_samples": counts.sum(axis=1),
            **{f"n_{s.value}": counts[:, i] for i, s in enumerate(_STATUSES)},
        }
        frames.append(pl.DataFrame(columns, schema=CALL_STATUS_SCHEMA))
    return pl.concat(frames) if frames else CALL_STATUS_SCHEMA.to_frame()


def _members(table: GeneTable, level: Level) -> Integers:
    """Return (G, C) how many samples of each group have each distinct call."""
    n_calls, n_groups = len(table.calls), len(level.groups)
    known = level.numbers >= 0
    codes = level.numbers[known].astype(np.int64) * n_calls + table.index[known]
    counts = np.bincount(codes, minlength=n_groups * n_calls)
    return counts.reshape(n_groups, n_calls).astype(np.int64)


def _shares(call: GeneCall, split: Callable[[str], list[str]], strands: int) -> _Shares:
    """Return what a call says of names: one diplotype if called, all candidates if ambiguous."""
    if call.diplotype is not None:
        strands = len(split(call.diplotype))
    if call.status is CallStatus.CALLED:
        names = split(call.diplotype) if call.diplotype is not None else []
        return _Shares(tuple((name, 1.0) for name in names), strands)
    if call.status is not CallStatus.AMBIGUOUS:
        return _Shares((), 0.0)
    weighed = [(c.diplotype, c.probability) for c in call.candidates if c.probability]
    return _Shares(tuple((name, p) for d, p in weighed for name in split(d)), strands)


def _phenotype_shares(call: GeneCall, terms: dict[str, str]) -> _Shares:
    """Return what a call says of phenotypes.

    Of an ambiguous one, lookup keys with their probabilities are translated; where all
    candidates agree, that is the one, also without a prior.
    """
    if call.status is CallStatus.CALLED:
        return _Shares(((call.phenotype, 1.0),) if call.phenotype else (), 1.0)
    if call.status is not CallStatus.AMBIGUOUS:
        return _Shares((), 0.0)
    if not call.key_evidence and len(call.phenotypes) == 1:
        return _Shares(((call.phenotypes[0], 1.0),), 1.0)
    weighed = [(terms.get(e.lookup_key), e.probability) for e in call.key_evidence]
    return _Shares(tuple((term, p) for term, p in weighed if term and p), 1.0)


def _names(says: Sequence[_Shares]) -> set[str]:
    return {name for said in says for name, _ in said.names}


def _frame(
    table: GeneTable,
    says: Sequence[_Shares],
    order: Sequence[str],
    groups: Sequence[_Group],
    schema: pl.Schema,
) -> pl.DataFrame:
    """Return the rows of all levels; names in the order given."""
    entries = _Entries(table.calls, says, order)
    frames = [
        _level_frame(table, entries.counted(members), level, schema) for level, members in groups
    ]
    return pl.concat(frames) if frames else schema.to_frame()


class _Entries:
    """What distinct calls say of names, as arrays: (E,) call, name, and share."""

    def __init__(
        self, calls: Sequence[GeneCall], says: Sequence[_Shares], order: Sequence[str]
    ) -> None:
        number = {name: k for k, name in enumerate(order)}
        flat = [(c, number[n], share) for c, said in enumerate(says) for n, share in said.names]
        self._names = list(order)
        self._call = np.array([c for c, _, _ in flat], np.intp)
        self._name = np.array([k for _, k, _ in flat], np.intp)
        self._share = np.array([share for _, _, share in flat], np.float64)
        status = np.array([_STATUSES.index(call.status) for call in calls], np.intp)
        self._is_called = status == _STATUSES.index(CallStatus.CALLED)
        self._is_open = status == _STATUSES.index(CallStatus.AMBIGUOUS)
        self._whole = np.array([said.whole for said in says], np.float64)

    def counted(self, members: Integers) -> _Counts:
        """Count names, given (G, C) how many samples of each group have each call."""
        sure = self._is_called[self._call]
        count = self._by_name(members, self._call[sure], self._name[sure], self._share[sure])
        expected = self._by_name(members, self._call, self._name, self._share)
        expected_total = members @ self._whole
        left = np.maximum(expected_total - expected.sum(axis=1), 0.0)
        counts = count.round().astype(np.int64)
        has_call = self._is_called | self._is_open
        return _Counts(
            names=self._names,
            called=counts,
            expected=expected,
            total=counts.sum(axis=1),
            expected_total=expected_total,
            undetermined=np.where(left > 1e-9 * expected_total, left, 0.0),
            not_called=members @ (~has_call).astype(np.int64),
        )

    def _by_name(
        self,
        members: Integers,
        call: npt.NDArray[np.intp],
        name: npt.NDArray[np.intp],
        share: Floats,
    ) -> Floats:
        """(G, K): samples of a group with a call times its share of a name, added up."""
        found = np.empty((len(members), len(self._names)), np.float64)
        for group, own in enumerate(members):
            found[group] = np.bincount(name, own[call] * share, len(self._names))
        return found


def _level_frame(
    table: GeneTable, counts: _Counts, level: Level, schema: pl.Schema
) -> pl.DataFrame:
    """Return one row a group and name."""
    n_groups, n_names = counts.called.shape
    count, total = counts.called.ravel(), np.repeat(counts.total, n_names)
    low, high = wilson(count, total)
    with np.errstate(invalid="ignore"):
        frequency = count / total.astype(np.float64)
    groups = pl.Series(level.groups, dtype=pl.String)
    which = np.repeat(np.arange(n_groups, dtype=np.uint32), n_names)
    columns = {
        "gene": pl.repeat(table.gene, len(count), dtype=pl.String, eager=True),
        "level": pl.repeat(level.name, len(count), dtype=pl.String, eager=True),
        "group": groups.gather(which),
        schema.names()[3]: counts.names * n_groups,
        "count": count,
        "total": total,
        "frequency": frequency,
        "low": low,
        "high": high,
        "expected": counts.expected.ravel(),
        "expected_total": np.repeat(counts.expected_total, n_names),
        "undetermined": np.repeat(counts.undetermined, n_names),
        "not_called": np.repeat(counts.not_called, n_names),
    }
    frame = pl.DataFrame(columns, schema=schema)
    return frame.with_columns(pl.col("frequency", "low", "high").fill_nan(None))
