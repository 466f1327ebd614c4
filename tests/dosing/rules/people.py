"""Short ways to say what is known of a person."""

from pgx.records.calls import CallStatus, Candidate, GeneCall, KeyEvidence, SiteObservation
from pgx.records.patient import KnownMedicine, MedicineUse
from pgx_dosing.rules.reading import shipped_rules
from pgx_dosing.rules.results import Possible, PossibleValues


def rule(name):
    return shipped_rules()[name]


def known(**values):
    """One observation for each named value; a list gives several, a dict weighs them."""
    return [_observation(name, value) for name, value in values.items()]


def _observation(name, value):
    if isinstance(value, dict):
        pairs = tuple(Possible(v, p) for v, p in value.items())
    elif isinstance(value, list):
        pairs = tuple(Possible(v) for v in value)
    else:
        pairs = (Possible(value),)
    return PossibleValues(input=name, values=pairs, reason="ambiguous" if len(pairs) > 1 else "")


def called(gene, diplotype, phenotype=None, **more):
    return GeneCall(
        sample="s",
        gene=gene,
        status=more.pop("status", CallStatus.CALLED),
        diplotype=diplotype,
        probability=1.0,
        candidates=more.pop("candidates", (Candidate(diplotype, 1.0),)),
        n_candidates=more.pop("n_candidates", 1),
        phenotype=phenotype,
        phenotypes=more.pop("phenotypes", (phenotype,) if phenotype else ()),
        **more,
    )


def ambiguous(gene, weighed, phenotypes=()):
    """A call with these diplotypes, and these phenotypes, each with its probability."""
    return GeneCall(
        sample="s",
        gene=gene,
        status=CallStatus.AMBIGUOUS,
        diplotype=next(iter(weighed)),
        candidates=tuple(Candidate(d, p) for d, p in weighed.items()),
        n_candidates=len(weighed),
        rest=0.0,
        phenotype=next(iter(phenotypes), None),
        phenotypes=tuple(phenotypes),
        key_evidence=tuple(
            KeyEvidence(lookup_key=k, probability=p) for k, p in dict(phenotypes).items()
        ),
    )


def site(position, *alleles, ref="T"):
    return SiteObservation(position=position, rsid="", alleles=alleles, ref=ref, evidence="record")


def taking(*substances, use=MedicineUse.CURRENT, unrecognised=()):
    return KnownMedicine(name="m", use=use, substances=substances, unrecognised=tuple(unrecognised))
