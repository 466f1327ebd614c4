"""Recommendations for calls, and the phenotype of a pair of alleles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from pgx.api.arguments import Base, base_of
from pgx.errors import UsageError
from pgx.inputs.choices import Names, names_of, settings_of
from pgx.inputs.manual_calls import completed
from pgx.inputs.release import named_drugs
from pgx.phenotypes import Phenotype
from pgx.recommendations.index import guidance_of
from pgx.recommendations.lookup import recommend as look_up
from pgx.records.advice import CONFIDENCE
from pgx.records.calls import CallStatus, GeneCall, PatientResult

if TYPE_CHECKING:
    import polars as pl

__all__ = ["phenotype", "recommend"]


def recommend(
    calls: Any = None,  # noqa: ANN401 - frames of two libraries, or records
    *,
    drug: str | None = None,
    gene: str | None = None,
    phenotype: str | None = None,
    diplotype: str | None = None,
    activity_score: str | None = None,
    drugs: Names = (),
    confidence: float = CONFIDENCE,
    knowledge: Base = None,
    kb_overlay: str | Path | None = None,
) -> pl.DataFrame:
    """Return the recommendations for calls, or for one result of one gene.

    Parameters
    ----------
    calls
        A frame of `pgx.call`, ``calls.parquet`` of a cohort, a `PatientResult`, or records:
        ``GeneCall(gene="CYP2C19", diplotype="*2/*2")``. A manual record gets its phenotype from
        its diplotype, and its residual from ``candidates`` and ``rest``. An edited frame or
        record counts as manual: its missing positions are then unknown.
    gene, phenotype, diplotype, activity_score
        Instead of calls: the result of one gene. Only advice that depends on it is returned.
    drug, drugs
        Restrict to these drugs; all by default. Names, synonyms, brands or codes.
    confidence
        Posterior probability (0.5 to 1) from which advice counts as certain.
    knowledge, kb_overlay
        As in `pgx.annotate`.

    Returns
    -------
    polars.DataFrame
        The columns of the table ``recommendations``: the same rows that `pgx.annotate` gives for
        the genotype. Changes due to a patient's medicines are not included.

    Raises
    ------
    UnknownDrugError, UnknownGeneError, UnknownAlleleError
        A name that the knowledge base does not have.
    UsageError
        Another invalid argument.

    Examples
    --------
    >>> rows = recommend(drug="clopidogrel", gene="CYP2C19", phenotype="Poor Metabolizer")
    >>> rows["action"].to_list()[0]
    ['avoid', 'alternative']
    """
    from pgx.reports.tables.polars_frames import recommendation_frame

    kb = base_of(knowledge, kb_overlay)
    index = guidance_of(kb, settings_of(limits={"confidence": confidence}).confidence)
    asked = (*names_of(drugs, "drugs"), *(() if drug is None else names_of([drug], "drug")))
    chosen = named_drugs(kb, asked) or None
    said = (phenotype, diplotype, activity_score)
    if calls is None:
        calls = [_stated(gene, *said)]
    elif gene is not None or any(text is not None for text in said):
        raise UsageError("give calls, or what is known of one gene, not both")
    rows = [
        row
        for people in _people(calls)
        for sample, own in _by_sample(completed(people, kb, index)).items()
        for row in look_up(index, sample, own, chosen)
        if gene is None or gene in row.genes
    ]
    return recommendation_frame(rows, with_sample=True)


def phenotype(
    gene: str,
    allele: str,
    second: str | None = None,
    *,
    knowledge: Base = None,
    kb_overlay: str | Path | None = None,
) -> Phenotype:
    """Return the phenotype of two alleles; give one allele if a person has one gene copy.

    Returns
    -------
    Phenotype
        ``term`` in CPIC's terminology, None for a gene without phenotypes; the activity
        ``score``, None for a gene without; and ``lookup_key``, the key used by guidelines.

    Raises
    ------
    UnknownGeneError, UnknownAlleleError
        A name that the knowledge base does not have.
    UsageError
        The number of alleles does not fit the gene.

    Examples
    --------
    >>> phenotype("CYP2D6", "*1", "*4")
    Phenotype(term='Intermediate Metabolizer', score='1.0', lookup_key='1.0')
    """
    kb = base_of(knowledge, kb_overlay)
    alleles = (allele,) if second is None else (allele, second)
    if not all(isinstance(name, str) and name and "/" not in name for name in alleles):
        raise UsageError("an allele is a name such as '*1'")
    stated = GeneCall(gene=gene, diplotype="/".join(alleles))
    [found] = completed([stated], kb, guidance_of(kb))
    key = "; ".join(found.lookup_keys)
    return Phenotype(found.phenotype, found.activity_score, key)


def _stated(
    gene: str | None, phenotype: str | None, diplotype: str | None, score: str | None
) -> GeneCall:
    texts = [text for text in (gene, phenotype, diplotype, score) if text is not None]
    if not all(isinstance(text, str) for text in texts):
        raise UsageError("gene, phenotype, diplotype and activity score are texts")
    if not gene or not (phenotype or diplotype or score):
        raise UsageError(
            "give calls, or a gene with its phenotype, diplotype or activity score",
            remedy="see help(pgx.recommend)",
        )
    return GeneCall(
        gene=gene,
        status=CallStatus.CALLED,
        phenotype=phenotype,
        diplotype=diplotype,
        activity_score=score,
    )


def _by_sample(calls: Iterable[GeneCall]) -> dict[str, list[GeneCall]]:
    found: dict[str, list[GeneCall]] = {}
    for call in calls:
        found.setdefault(call.sample, []).append(call)
    return found


def _people(calls: object) -> Iterator[list[GeneCall]]:
    """Yield the calls of all frames and records together, and those of each result separately.

    Each result belongs to a different person, even if names are equal.

    Raises
    ------
    UsageError
        It is of another type.
    """
    rows = _rows(calls)
    if rows is not None:
        from pgx.reports.tables.polars_frames import calls_of

        yield calls_of(rows)
        return
    records: list[GeneCall] = []
    items = [calls] if isinstance(calls, GeneCall | PatientResult) else calls
    for item in items if isinstance(items, Iterable) else (items,):
        # gene calls of different persons must not be combined
        if isinstance(item, PatientResult):
            yield list(item.calls)
        elif isinstance(item, GeneCall):
            records.append(item)
        else:
            raise UsageError(
                f"calls hold a {type(item).__name__}",
                remedy="give a frame of pgx.call, results of pgx.annotate, or GeneCall records",
            )
    yield records


def _rows(calls: object) -> Iterator[Mapping[str, Any]] | None:
    """Return the rows of a polars or pandas frame; None for anything else."""
    # frames are recognised by their interface, so that neither library has to be imported
    if type(calls).__name__ == "LazyFrame" and hasattr(calls, "collect"):
        calls = calls.collect()
    columns = getattr(calls, "columns", None)
    if columns is None:
        return None
    if "gene" not in columns:
        raise UsageError("the frame has no column 'gene'", remedy="give a frame of pgx.call")
    frame = cast("Any", calls)
    if hasattr(frame, "iter_rows"):
        return cast("Iterator[Mapping[str, Any]]", frame.iter_rows(named=True))
    return (_filled(row) for row in frame.to_dict("records"))


def _filled(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a pandas row without its empty cells."""
    # pandas cells may be numpy values, which records do not accept
    plain = {n: v.tolist() if hasattr(v, "tolist") else v for n, v in row.items()}
    return {
        name: value
        for name, value in plain.items()
        if isinstance(value, list | tuple | str | bytes) or not _is_empty(value)
    }


def _is_empty(value: object) -> bool:
    """Whether a cell is None, nan (which differs from itself) or NA (which is neither)."""
    return value is None or type(value).__name__ == "NAType" or value != value
