"""Results made by hand: small, with every kind of call and advice."""

from __future__ import annotations

from typing import Any

from torture.injection import HOSTILE

from pgx.records.calls import (
    AlternativeAdvice,
    CallStatus,
    Candidate,
    Certainty,
    GeneCall,
    HaplotypeDetail,
    PatientResult,
    Provenance,
    Recommendation,
    SiteObservation,
)

__all__ = ["HOSTILE"]


def site(position: str = "chr10:94780653", **changes: Any) -> SiteObservation:
    values: dict[str, Any] = {
        "position": position,
        "rsid": "rs4986893",
        "alleles": ("G", "A"),
        "ref": "G",
        "evidence": "record",
        "gq": 99,
        "dp": 30,
    }
    return SiteObservation(**{**values, **changes})


def called(sample: str = "S1", gene: str = "CYP2C19", **changes: Any) -> GeneCall:
    values: dict[str, Any] = {
        "sample": sample,
        "gene": gene,
        "status": CallStatus.CALLED,
        "diplotype": "*2/*3",
        "probability": 1.0,
        "candidates": (Candidate("*2/*3"),),
        "n_candidates": 1,
        "phenotype": "Poor Metabolizer",
        "phenotypes": ("Poor Metabolizer",),
        "phased": "true",
        "n_positions": 2,
        "haplotypes": (
            HaplotypeDetail(name="*2", function="No function", activity_value=None),
            HaplotypeDetail(name="*3", function="No function", activity_value=None),
        ),
        "sites": (site(), site("chr10:94781859", rsid="rs4244285")),
    }
    return GeneCall(**{**values, **changes})


def ambiguous(sample: str = "S1", gene: str = "CYP2B6", **changes: Any) -> GeneCall:
    values: dict[str, Any] = {
        "status": CallStatus.AMBIGUOUS,
        "diplotype": "*1/*6",
        "probability": None,
        "candidates": (Candidate("*1/*6"), Candidate("*4/*9")),
        "n_candidates": 2,
        "phenotype": "Intermediate Metabolizer",
        "phenotypes": ("Intermediate Metabolizer", "Indeterminate"),
        "phased": "false",
        "n_missing": 1,
        "missing": ("chr19:41004125",),
        "undocumented": ("chr19:41006936:G>C",),
        "depends_on": ("chr19:41004125", "phase:chr19:41006936+chr19:41009358"),
        "notes": ("low_gq",),
        "sites": (
            site("chr19:41004125", alleles=(".", "."), evidence="none", reason="low_gq", gq=8),
            site("chr19:41006936", phased=True, phase_block=3),
        ),
    }
    return called(sample, gene, **{**values, **changes})


def not_assessed(sample: str = "S1", gene: str = "HLA-B", **changes: Any) -> GeneCall:
    values: dict[str, Any] = {"notes": ("outside_call_needed",), **changes}
    return GeneCall(sample=sample, gene=gene, status=CallStatus.NOT_ASSESSED, **values)


def advice(sample: str = "S1", drug: str = "clopidogrel", **changes: Any) -> Recommendation:
    values: dict[str, Any] = {
        "sample": sample,
        "drug": drug,
        "source": "CPIC",
        "genes": ("CYP2C19",),
        "lookup": "CYP2C19=Poor Metabolizer",
        "population": "acs_or_pci",
        "action": ("avoid", "alternative"),
        "classification": "Strong",
        "text": "Avoid clopidogrel; use prasugrel or ticagrelor.",
        "implications": ("Less active metabolite.",),
        "guideline_id": "PA166104948",
        "pmids": ("35034351",),
    }
    return Recommendation(**{**values, **changes})


def depending(sample: str = "S1", drug: str = "efavirenz", **changes: Any) -> Recommendation:
    values: dict[str, Any] = {
        "genes": ("CYP2B6",),
        "lookup": "CYP2B6=Intermediate Metabolizer",
        "population": "general",
        "action": ("reduce_dose",),
        "dose_factor_min": 0.5,
        "dose_factor_max": 2 / 3,
        "certainty": Certainty.DEPENDS,
        "depends_on": ("chr19:41004125",),
        "alternatives": (
            AlternativeAdvice(
                lookup="CYP2B6=Indeterminate;X=1", action=("no_recommendation",), text="None."
            ),
        ),
        "text": "Give a lower dose of efavirenz.",
    }
    return advice(sample, drug, **{**values, **changes})


def unknown(sample: str = "S1", drug: str = "abacavir", **changes: Any) -> Recommendation:
    values: dict[str, Any] = {
        "genes": ("HLA-B",),
        "lookup": "HLA-B=No Result",
        "population": "general",
        "action": ("no_recommendation",),
        "classification": None,
        "certainty": Certainty.UNKNOWN,
        "text": "HLA-B could not be assessed.",
        "implications": (),
        "pmids": (),
    }
    return advice(sample, drug, **{**values, **changes})


def usable(sample: str = "S1", drug: str = "warfarin", **changes: Any) -> Recommendation:
    values: dict[str, Any] = {
        "action": ("use_as_directed",),
        "population": "general",
        "text": "Use as directed.",
    }
    return advice(sample, drug, **{**values, **changes})


def provenance(**changes: Any) -> Provenance:
    values: dict[str, Any] = {
        "tool": "pgx",
        "version": "0.1.0",
        "knowledge_release": "2025.11.1",
        "knowledge_digest": "a" * 64,
        "assembly": "GRCh38",
        "input": ({"name": "S1.vcf", "sha256": "b" * 64},),
        "settings": {"absent": "no-call", "min_gq": "20"},
    }
    return Provenance(**{**values, **changes})


def result(sample: str = "S1", **changes: Any) -> PatientResult:
    """A result with one call and one advice of every kind."""
    values: dict[str, Any] = {
        "calls": (called(sample), ambiguous(sample), not_assessed(sample)),
        "recommendations": (
            usable(sample),
            advice(sample),
            depending(sample),
            unknown(sample),
        ),
        "provenance": provenance(),
    }
    return PatientResult(sample=sample, **{**values, **changes})
