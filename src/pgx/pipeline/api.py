"""The Python interface: results as records, calls and advice as polars frames."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from pgx.alleles.names import core_allele
from pgx.base.calls import CallStatus, Candidate, GeneCall, PatientResult
from pgx.base.genes import Assembly, GeneDefinition
from pgx.base.local import Override
from pgx.base.patient import Patient
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.patients.read import read_patient
from pgx.phenotypes.translate import NO_SCORE, PhenotypeTable
from pgx.pipeline.drugs import named_drugs
from pgx.pipeline.local import knowledge_of
from pgx.pipeline.outside import OutsideCall
from pgx.pipeline.overrides import read_overrides
from pgx.pipeline.run import Run
from pgx.pipeline.run import annotate as run_annotate
from pgx.pipeline.settings import Absent, RunSettings, SampleInfo
from pgx.recommendations.index import guidance_of
from pgx.recommendations.lookup import recommend as look_up

if TYPE_CHECKING:
    import polars as pl

    from pgx.reads.sample import ReadsInput

__all__ = ["annotate", "call", "recommend"]

Paths = str | Path | Sequence[str | Path]

CALL_COLUMNS = (
    "sample", "gene", "status", "diplotype", "probability", "candidates", "n_candidates", "rest",
    "phenotype", "activity_score", "phenotypes", "phased", "n_positions", "n_missing", "missing",
    "undocumented", "source", "notes",
)  # fmt: skip


def annotate(
    paths: Paths,
    *,
    assembly: Assembly | str | None = None,
    genes: Iterable[str] = (),
    drugs: Iterable[str] = (),
    samples: Iterable[str] = (),
    absent: Absent | str = Absent.NO_CALL,
    sample_info: Mapping[str, SampleInfo] | None = None,
    outside: Sequence[OutsideCall] = (),
    patient: Patient | str | Path | None = None,
    knowledge: KnowledgeBase | None = None,
    kb_overlay: str | Path | None = None,
    overrides: Sequence[Override] | str | Path = (),
    reads: str | Path | ReadsInput | None = None,
) -> list[PatientResult]:
    """Call genes in VCF, gVCF or BCF files and look up the advice.

    Parameters
    ----------
    paths
        One file or several (different regions or different samples).
    assembly
        ``GRCh37`` or ``GRCh38``, where the header does not say.
    genes, drugs, samples
        Only these; all by default.
    absent
        ``no-call`` or ``reference``: what a position without any record means.
    sample_info
        Sex and population by sample name.
    outside
        Calls of other tools.
    patient
        A patient file, or what `pgx.patients.read.read_patient` made of one.
    knowledge
        The knowledge base; the installed one by default.
    kb_overlay
        Folder of a laboratory's own genes and rules, laid over the knowledge base.
    overrides
        A file of what a laboratory says of calls and advice, or its records.
    reads
        An indexed BAM or CRAM file of the one sample: CYP2D6 is called from it. ``paths`` may
        then be empty. A `pgx.reads.sample.ReadsInput` names a CRAM file's reference too.

    Returns
    -------
    list of PatientResult
        One a sample, in input order.

    Raises
    ------
    PgxError
        The first input that cannot be trusted, or a wrong argument; see `pgx.base.errors`.

    Examples
    --------
    >>> results = annotate("examples/patient.g.vcf", genes=["CYP2C19"])  # doctest: +SKIP
    """
    settings = _settings(assembly, genes, drugs, samples, absent)
    person = read_patient(Path(patient)) if isinstance(patient, str | Path) else patient
    said = read_overrides(Path(overrides)) if isinstance(overrides, str | Path) else overrides
    kb = knowledge_of(kb_overlay, knowledge)
    given = _reads(reads)
    return list(_run(paths, settings, kb, sample_info, outside, person, said, given).results())


def call(
    paths: Paths,
    *,
    assembly: Assembly | str | None = None,
    genes: Iterable[str] = (),
    samples: Iterable[str] = (),
    absent: Absent | str = Absent.NO_CALL,
    sample_info: Mapping[str, SampleInfo] | None = None,
    outside: Sequence[OutsideCall] = (),
    knowledge: KnowledgeBase | None = None,
    kb_overlay: str | Path | None = None,
) -> pl.DataFrame:
    """Return the calls as a frame with the columns of ``calls``; arguments as in `annotate`."""
    settings = msgspec.structs.replace(
        _settings(assembly, genes, (), samples, absent), with_sites=False
    )
    run = _run(paths, settings, knowledge_of(kb_overlay, knowledge), sample_info, outside)
    return _frame(c for sample in run.samples for c in run.calls(sample))


def recommend(
    calls: pl.DataFrame | Iterable[GeneCall],
    *,
    drugs: Iterable[str] = (),
    knowledge: KnowledgeBase | None = None,
    kb_overlay: str | Path | None = None,
) -> pl.DataFrame:
    """Return advice for calls: a frame of `call`, or `GeneCall` records.

    Raises
    ------
    UnknownDrugError
        The knowledge base has no such drug.
    """
    import polars as pl

    kb = knowledge_of(kb_overlay, knowledge)
    index = guidance_of(kb)
    chosen = named_drugs(kb, drugs) or None
    by_sample: dict[str, list[GeneCall]] = {}
    for record in _records(calls, kb) if isinstance(calls, pl.DataFrame) else calls:
        by_sample.setdefault(record.sample, []).append(record)
    rows = [
        msgspec.to_builtins(row)
        for sample, own in by_sample.items()
        for row in look_up(index, sample, own, chosen)
    ]
    for row in rows:
        del row["facts"], row["may_alert"]  # no columns of the table
    return pl.DataFrame(rows, infer_schema_length=None)


def _reads(given: str | Path | ReadsInput | None) -> ReadsInput | None:
    if not isinstance(given, str | Path):
        return given
    from pgx.reads.sample import ReadsInput

    return ReadsInput(given)


def _settings(
    assembly: Assembly | str | None,
    genes: Iterable[str],
    drugs: Iterable[str],
    samples: Iterable[str],
    absent: Absent | str,
) -> RunSettings:
    return RunSettings(
        assembly=None if assembly is None else Assembly(assembly),
        genes=tuple(genes),
        drugs=tuple(drugs),
        samples=tuple(samples),
        absent=Absent(absent),
    )


def _run(
    paths: Paths,
    settings: RunSettings,
    knowledge: KnowledgeBase | None,
    sample_info: Mapping[str, SampleInfo] | None,
    outside: Sequence[OutsideCall],
    patient: Patient | None = None,
    overrides: Sequence[Override] = (),
    reads: ReadsInput | None = None,
) -> Run:
    given = [paths] if isinstance(paths, (str, Path)) else list(paths)
    run = run_annotate(
        given,
        settings,
        knowledge=knowledge,
        sample_info=sample_info,
        outside=outside,
        patient=patient,
        overrides=overrides,
        reads=reads,
    )
    if run.refused:
        raise run.refused[0]
    return run


def _frame(calls: Iterable[GeneCall]) -> pl.DataFrame:
    import polars as pl

    text = pl.List(pl.String)
    kinds: dict[str, Any] = dict.fromkeys(CALL_COLUMNS, pl.String)
    kinds |= dict.fromkeys(("phenotypes", "missing", "undocumented", "notes"), text)
    kinds |= dict.fromkeys(("n_candidates", "n_positions", "n_missing"), pl.Int32)
    kinds |= dict.fromkeys(("probability", "rest"), pl.Float64)
    kinds["candidates"] = pl.List(pl.Struct({"diplotype": pl.String, "probability": pl.Float64}))
    builtins = [msgspec.to_builtins(c) for c in calls]
    rows = [{name: row[name] for name in kinds} for row in builtins]
    return pl.DataFrame(rows, schema=kinds)


def _records(frame: pl.DataFrame, kb: KnowledgeBase) -> Iterable[GeneCall]:
    """Rebuild calls from a frame: lookup keys follow from candidates and phenotypes."""
    for row in frame.iter_rows(named=True):
        candidates = tuple(Candidate(**c) for c in row["candidates"] or ())
        yield GeneCall(
            sample=row["sample"],
            gene=row["gene"],
            status=CallStatus(row["status"]),
            diplotype=row["diplotype"],
            candidates=candidates,
            phenotype=row["phenotype"],
            activity_score=row["activity_score"],
            phenotypes=tuple(row["phenotypes"] or ()),
            missing=tuple(row["missing"] or ()),
            notes=tuple(row["notes"] or ()),
            lookup_keys=_keys(kb.gene(row["gene"]), row, candidates),
        )


def _keys(
    gene: GeneDefinition, row: dict[str, Any], candidates: tuple[Candidate, ...]
) -> tuple[str, ...]:
    """Return the lookup keys of the best result first, then of every other one."""
    if not gene.rules:
        return tuple(row["phenotypes"] or ()) or tuple(c.diplotype for c in candidates)
    table = PhenotypeTable(gene)
    functions = {core_allele(a.name): a.function for a in gene.alleles}
    best = row["phenotype"]
    if gene.scored and best:
        best = row["activity_score"] or NO_SCORE
    found: dict[str, None] = {best: None} if best else {}
    seen: set[str | None] = set()
    for candidate in candidates:
        strands = [functions.get(name) for name in candidate.diplotype.split("/")]
        if None in strands:
            continue
        second = strands[1] if len(strands) > 1 else None
        known = table.translate(strands[0], second, candidate.diplotype)
        found[known.lookup_key] = None
        seen.add(known.term)
    for phenotype in row["phenotypes"] or ():
        if phenotype not in seen and phenotype != row["phenotype"]:
            found |= dict.fromkeys(r.lookup_key for r in gene.rules if r.phenotype == phenotype)
    return tuple(found)
