"""Frequencies of called alleles, diplotypes and phenotypes by population group.

Everything is computed from a gene's distinct calls and the number of samples per group with each
call, so the time hardly depends on the number of samples. All genes share one frame per table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from pgx.engine.calling import GeneTable
from pgx.inputs.settings import SampleInfo
from pgx.records.calls import CallStatus, GeneCall
from pgx.records.genes import GeneDefinition, Ploidy, natural_key

__all__ = [
    "ALL",
    "ALLELE_FREQUENCY_SCHEMA",
    "CALL_STATUS_SCHEMA",
    "DIPLOTYPE_FREQUENCY_SCHEMA",
    "PHENOTYPE_FREQUENCY_SCHEMA",
    "POPULATION",
    "SUPERPOPULATION",
    "CohortFrequencies",
    "FrequencyInterval",
    "FrequencyTables",
    "Grouping",
    "count_members",
    "frequency_tables",
    "sample_groups",
    "wilson",
]

ALL: Final = "all"
SUPERPOPULATION: Final = "superpopulation"
POPULATION: Final = "population"
_NOBODY: Final = SampleInfo(sample="")


class Grouping(NamedTuple):
    """One grouping of samples: group names, and (N,) int32 group index per sample, or -1."""

    name: str
    groups: tuple[str, ...]
    numbers: npt.NDArray[np.int32]

    @property
    def n_samples(self) -> npt.NDArray[np.int64]:
        """(G,) samples in each group."""
        return _counted(self.numbers, len(self.groups))


def _counted(numbers: npt.NDArray[np.int32], n_groups: int) -> npt.NDArray[np.int64]:
    return np.bincount(numbers[numbers >= 0], minlength=n_groups).astype(np.int64)


def count_members(
    levels: Sequence[Grouping],
    samples: npt.NDArray[np.integer],
    columns: npt.NDArray[np.integer],
    n_columns: int,
) -> npt.NDArray[np.int64]:
    """Return (G, C) the number of samples per group and column.

    Parameters
    ----------
    levels
        The groupings; their groups (G) are concatenated.
    samples, columns
        (S,) sample indices, and the column of each.
    n_columns
        Number of columns (C).
    """
    found = [np.zeros((0, n_columns), np.int64)]
    for level in levels:
        numbers = level.numbers[samples].astype(np.int64)
        known = numbers >= 0
        codes = numbers[known] * n_columns + columns[known]
        counts = np.bincount(codes, minlength=len(level.groups) * n_columns)
        found.append(counts.reshape(len(level.groups), n_columns))
    return np.concatenate(found)


def sample_groups(samples: Sequence[str], sample_info: Mapping[str, SampleInfo]) -> list[Grouping]:
    """Return the levels at which a cohort is counted: all, superpopulation, population.

    Parameters
    ----------
    samples
        Names in the order of the cohort.
    sample_info
        Populations by sample name, as `pgx.inputs.side_files.read_sample_info` reads them.

    Returns
    -------
    list of Level
        `ALL` with a single group of that name; then `SUPERPOPULATION` and `POPULATION`, each if
        known for any sample; groups A–Z. Samples without a known group are in no group.
    """
    levels = [Grouping(ALL, (ALL,), np.zeros(len(samples), np.int32))]
    people = [sample_info.get(name, _NOBODY) for name in samples] if sample_info else []
    for name in (SUPERPOPULATION, POPULATION):
        own = [getattr(person, name) for person in people]
        groups = tuple(sorted(set(own) - {""}))
        if groups:
            numbers = {group: i for i, group in enumerate(groups)} | {"": -1}
            levels.append(Grouping(name, groups, np.array([numbers[g] for g in own], np.int32)))
    return levels


Floats = npt.NDArray[np.float64]
_Z: Final = 1.959963984540054  # the normal distribution's 97.5th percentile


class FrequencyInterval(NamedTuple):
    """Lower and upper bounds as fractions; nan if nothing was counted."""

    low: Floats
    high: Floats


def wilson(count: npt.ArrayLike, total: npt.ArrayLike) -> FrequencyInterval:
    """Return Wilson's 95% score interval of ``count / total``, without continuity correction.

    Wilson, J. Am. Stat. Assoc. 22 (1927) 209, recommended for small counts by Brown, Cai and
    DasGupta, Stat. Sci. 16 (2001) 101: it stays between 0 and 1, and is informative for a name
    that was never observed. Counts are treated as independent draws.

    Parameters
    ----------
    count, total
        Integers of one shape, ``0 <= count <= total``.

    Examples
    --------
    >>> low, high = wilson([0, 5], [10, 10])
    >>> low.round(4).tolist(), high.round(4).tolist()
    ([0.0, 0.2366], [0.2775, 0.7634])
    """
    k, n = np.asarray(count, np.float64), np.asarray(total, np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = k / n
        weight = 1 + _Z**2 / n
        middle = (share + _Z**2 / (2 * n)) / weight
        half = _Z * np.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2)) / weight
    # exactly 0 and 1 at the ends, where rounding would leave a tiny rest
    low = np.where(k == 0, 0.0, np.clip(middle - half, 0.0, 1.0))
    high = np.where(k == n, 1.0, np.clip(middle + half, 0.0, 1.0))
    return FrequencyInterval(np.where(n > 0, low, np.nan), np.where(n > 0, high, np.nan))


Integers = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.intp]
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
    """Names in one distinct call, each with its weight (chromosomes or samples).

    ``whole`` is the sum of the weights if nothing is missing.
    """

    names: tuple[tuple[str, float], ...]
    whole: float


class _Counts(NamedTuple):
    """Counts (G, K) of names in groups, and (G,) their denominators."""

    called: Integers
    expected: Floats
    total: Integers
    expected_total: Floats
    undetermined: Floats
    not_called: Integers


class FrequencyTables(NamedTuple):
    """Frames of all genes; within a gene, rows are ordered by level, group and name.

    ``alleles`` (`ALLELE_FREQUENCY_SCHEMA`, the default allele first) and ``phenotypes``
    (`PHENOTYPE_FREQUENCY_SCHEMA`, A–Z) have a row for every name seen in any group,
    ``diplotypes`` (`DIPLOTYPE_FREQUENCY_SCHEMA`) for those possible for a sample of the group,
    ``statuses`` (`CALL_STATUS_SCHEMA`) one for every group, including genes without any call.
    """

    alleles: pl.DataFrame
    diplotypes: pl.DataFrame
    phenotypes: pl.DataFrame
    statuses: pl.DataFrame


def frequency_tables(
    table: GeneTable, gene: GeneDefinition, levels: Sequence[Grouping]
) -> FrequencyTables:
    """Return the frequencies of one gene's alleles, diplotypes and phenotypes by group.

    See `CohortFrequencies`.
    """
    counted = CohortFrequencies(levels)
    counted.add(table, gene)
    return counted.tables()


class CohortFrequencies:
    """Counts alleles, diplotypes and phenotypes of a cohort, gene by gene.

    Alleles are the haplotypes of a diplotype: ``*1x2``, ``*36+*10`` and ``[*2 + *3]`` are one
    name each; a haploid call has one.

    Parameters
    ----------
    levels
        As `pgx.engine.frequencies.sample_groups` returns them for the tables' samples.
    """

    def __init__(self, levels: Sequence[Grouping]) -> None:
        self._levels = levels
        self._alleles = _Rows(levels, ALLELE_FREQUENCY_SCHEMA)
        self._diplotypes = _Rows(levels, DIPLOTYPE_FREQUENCY_SCHEMA)
        self._phenotypes = _Rows(levels, PHENOTYPE_FREQUENCY_SCHEMA)
        self._genes: list[str] = []
        self._statuses: list[Integers] = []

    def add(self, table: GeneTable, gene: GeneDefinition) -> None:
        """Add a gene: its table of calls, and its definition."""
        n_calls = len(table.calls)
        samples = np.arange(len(table.index))
        members = count_members(self._levels, samples, table.index, n_calls)
        status = np.array([_STATUSES.index(call.status) for call in table.calls], np.intp)
        self._add_alleles(table, gene, members, status)
        self._add_diplotypes(table, members, status)
        self._add_phenotypes(table, gene, members, status)
        one_hot = np.eye(len(_STATUSES), dtype=np.int64)[status].reshape(-1, len(_STATUSES))
        self._genes.append(table.gene)
        self._statuses.append(members @ one_hot)

    def _add_alleles(
        self, table: GeneTable, gene: GeneDefinition, members: Integers, status: Numbers
    ) -> None:
        haplotypes = 1 if gene.ploidy is Ploidy.MITOCHONDRIAL else 2
        says = [
            _shares(call, lambda name: name.split(_SEPARATOR), haplotypes) for call in table.calls
        ]
        first = gene.default_allele
        order = sorted(_names(says), key=lambda name: (name != first, natural_key(name), name))
        self._alleles.add(table.gene, order, _tables_counted(says, status, order, members))

    def _add_diplotypes(self, table: GeneTable, members: Integers, status: Numbers) -> None:
        says = [_shares(call, lambda name: [name], 1) for call in table.calls]
        order = sorted(_names(says), key=lambda name: (natural_key(name), name))
        counts = _tables_counted(says, status, order, members)
        self._diplotypes.add(table.gene, order, counts, counts.expected > 0)

    def _add_phenotypes(
        self, table: GeneTable, gene: GeneDefinition, members: Integers, status: Numbers
    ) -> None:
        terms = {rule.lookup_key: rule.phenotype for rule in gene.rules}
        says = [_phenotype_shares(call, terms) for call in table.calls]
        order = sorted(_names(says))
        self._phenotypes.add(table.gene, order, _tables_counted(says, status, order, members))

    def tables(self) -> FrequencyTables:
        """Return the frames of all genes, in the order in which they were added."""
        return FrequencyTables(
            self._alleles.frame(),
            self._diplotypes.frame(),
            self._phenotypes.frame(),
            self._status_frame(),
        )

    def _status_frame(self) -> pl.DataFrame:
        n_groups = sum(len(level.groups) for level in self._levels)
        counts = np.concatenate([np.zeros((0, len(_STATUSES)), np.int64), *self._statuses])
        columns = {
            "gene": _repeated(self._genes, np.repeat(np.arange(len(self._genes)), n_groups)),
            **_group_columns(self._levels, np.tile(np.arange(n_groups), len(self._genes))),
            "n_samples": counts.sum(axis=1),
            **{f"n_{s.value}": counts[:, i] for i, s in enumerate(_STATUSES)},
        }
        return pl.DataFrame(columns, schema=CALL_STATUS_SCHEMA)


def _repeated(names: Sequence[str], which: npt.NDArray[np.integer]) -> pl.Series:
    """Return the name of each index."""
    return pl.Series(names, dtype=pl.String).gather(which)


def _group_columns(
    levels: Sequence[Grouping], which: npt.NDArray[np.integer]
) -> dict[str, pl.Series]:
    """Return level and group of each row, given the index of its group."""
    pairs = [(level.name, group) for level in levels for group in level.groups]
    return {
        "level": _repeated([level for level, _ in pairs], which),
        "group": _repeated([group for _, group in pairs], which),
    }


def _shares(call: GeneCall, split: Callable[[str], list[str]], haplotypes: int) -> _Shares:
    """Return the names in a call: one diplotype if called, all candidates if ambiguous."""
    # a haploid call, as of chrX in a male, has one haplotype
    if call.diplotype is not None:
        haplotypes = len(split(call.diplotype))
    if call.status is CallStatus.CALLED:
        names = split(call.diplotype) if call.diplotype is not None else []
        return _Shares(tuple((name, 1.0) for name in names), haplotypes)
    if call.status is not CallStatus.AMBIGUOUS:
        return _Shares((), 0.0)
    # candidates without a prior have no probability: their haplotypes stay undetermined
    weighed = [(c.diplotype, c.probability) for c in call.candidates if c.probability]
    return _Shares(tuple((name, p) for d, p in weighed for name in split(d)), haplotypes)


def _phenotype_shares(call: GeneCall, terms: dict[str, str]) -> _Shares:
    """Return the phenotypes of a call with their weights.

    For an ambiguous call, lookup keys with their probabilities are translated; if all candidates
    agree, their phenotype counts in full, even without a prior.
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


def _tables_counted(
    says: Sequence[_Shares], status: Numbers, order: Sequence[str], members: Integers
) -> _Counts:
    """Count names in the given order.

    ``says`` and ``status`` hold the names and the status code of each distinct call (C);
    ``members`` (G, C) the number of samples per group with each call.
    """
    number = {name: k for k, name in enumerate(order)}
    flat = [(c, number[n], share) for c, said in enumerate(says) for n, share in said.names]
    call = np.array([c for c, _, _ in flat], np.intp)
    name = np.array([k for _, k, _ in flat], np.intp)
    share = np.array([share for _, _, share in flat], np.float64)
    is_called = status == _STATUSES.index(CallStatus.CALLED)
    is_open = status == _STATUSES.index(CallStatus.AMBIGUOUS)
    sure = is_called[call]
    count = _by_name(members, call[sure], name[sure], share[sure], len(order))
    expected = _by_name(members, call, name, share, len(order))
    whole = np.array([said.whole for said in says], np.float64)
    expected_total = members.astype(np.float64) @ whole
    # sums of float64 may exceed their total by a rounding error
    left = np.maximum(expected_total - expected.sum(axis=1), 0.0)
    counts = count.round().astype(np.int64)
    return _Counts(
        called=counts,
        expected=expected,
        total=counts.sum(axis=1),
        expected_total=expected_total,
        undetermined=np.where(left > 1e-9 * expected_total, left, 0.0),
        not_called=members @ (~(is_called | is_open)).astype(np.int64),
    )


def _by_name(
    members: Integers, call: Numbers, name: Numbers, share: Floats, n_names: int
) -> Floats:
    """(G, K): samples of a group with a call times its weight of a name, summed in call order."""
    n_groups = len(members)
    places = np.arange(n_groups)[:, None] * n_names + name
    added = np.bincount(places.ravel(), (members[:, call] * share).ravel(), n_groups * n_names)
    return added.astype(np.float64).reshape(n_groups, n_names)


class _Rows:
    """Rows of one table, gene by gene, one row per group and name."""

    def __init__(self, levels: Sequence[Grouping], schema: pl.Schema) -> None:
        self._levels, self._schema = levels, schema
        self._n_groups = sum(len(level.groups) for level in levels)
        self._genes: list[str] = []
        self._names: list[str] = []
        self._counts: list[_Counts] = []
        self._places: list[Numbers] = []
        self._codes: list[Numbers] = []

    def add(
        self,
        gene: str,
        names: Sequence[str],
        counts: _Counts,
        wanted: npt.NDArray[np.bool_] | None = None,
    ) -> None:
        """Add a gene's names (K) in groups (G); ``wanted`` (G, K) selects rows, None for all."""
        if wanted is None:
            wanted = np.ones(counts.called.shape, np.bool_)
        groups, codes = np.nonzero(wanted)
        self._places.append(groups + len(self._genes) * self._n_groups)
        self._codes.append(codes + len(self._names))
        self._genes.append(gene)
        self._names += names
        self._counts.append(
            counts._replace(called=counts.called[wanted], expected=counts.expected[wanted])
        )

    def frame(self) -> pl.DataFrame:
        """Return the rows of all genes."""
        if not self._genes:
            return self._schema.to_frame()
        counts = _Counts(*map(np.concatenate, zip(*self._counts, strict=True)))
        place = np.concatenate(self._places)  # index of gene and group per row
        count, total = counts.called, counts.total[place]
        low, high = wilson(count, total)
        with np.errstate(invalid="ignore"):
            frequency = count / total.astype(np.float64)
        columns = {
            "gene": _repeated(self._genes, place // max(1, self._n_groups)),
            **_group_columns(self._levels, place % max(1, self._n_groups)),
            self._schema.names()[3]: _repeated(self._names, np.concatenate(self._codes)),
            "count": count,
            "total": total,
            "frequency": frequency,
            "low": low,
            "high": high,
            "expected": counts.expected,
            "expected_total": counts.expected_total[place],
            "undetermined": counts.undetermined[place],
            "not_called": counts.not_called[place],
        }
        return pl.DataFrame(columns, schema=self._schema, nan_to_null=True)
