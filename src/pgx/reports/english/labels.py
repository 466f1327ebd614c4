"""Labels and sentences of the report's frame."""

from __future__ import annotations

from typing import Final

__all__ = [
    "ACTIONS", "AUTHORITIES", "BUCKETS", "BUCKET_HINTS", "CERTAINTY", "LABELS", "LIMITS",
    "LIMIT_OF_PATIENT", "PHASED", "SETTINGS", "SOURCES", "STANDINGS", "STANDING_REASONS", "STATUS",
]  # fmt: skip

ACTIONS: Final = {
    "use_as_directed": "Use as directed",
    "avoid": "Avoid",
    "alternative": "Use an alternative",
    "reduce_dose": "Reduce the dose",
    "increase_dose": "Increase the dose",
    "adjust_initial_dose": "Adjust the starting dose",
    "use_algorithm": "Calculate the dose",
    "monitor": "Monitor",
    "caution": "Use with caution",
    "test_first": "Test first",
    "no_recommendation": "No recommendation",
    "not_coded": "Not yet coded: read the text",
}

BUCKETS: Final = {
    "avoid": "Avoid or replace",
    "dose": "Change the dose",
    "care": "Test first, monitor or take care",
    "open_change": "Change advised, genotype unresolved",
    "open_maybe": "Genotype unresolved: do not assume standard dosing",
    "indeterminate": "Phenotype indeterminate: do not assume standard dosing",
    "open_silent": "Genotype unresolved: no change known",
    "conditional": "Use as directed, with conditions",
    "information": "For information: no finding",
    "directed": "Use as directed",
    "silent": "No recommendation",
    "unassessed": "Not assessed",
}

BUCKET_HINTS: Final = {
    "avoid": "Guidelines recommend against this drug for this genotype.",
    "dose": "Guidelines recommend a dose other than the standard one for this genotype.",
    "care": "Guidelines recommend a test, monitoring or caution for this genotype.",
    "open_change": "The most likely genotype asks for a change, but the input leaves others open. "
    "Resolve the genotype before relying on it.",
    "open_maybe": "The most likely genotype asks for no change, but another one, or another number "
    "of gene copies, may. Do not assume standard dosing.",
    "indeterminate": "The effect of these alleles, or of their combination, is not known. No "
    "guideline can advise on it; what is known of the alleles stands with each drug.",
    "open_silent": "The most likely genotype asks for no change; for the others the guideline "
    "gives no advice. Do not assume standard dosing.",
    "information": "Guidelines tell people with the reference genotype the same, or advise only "
    "people with a disease that this patient is not known to have. The result gives no reason for "
    "a change.",
    "conditional": "Standard use, with the conditions in the text.",
    "directed": "Standard use for every plausible genotype. Other reasons for caution remain.",
    "silent": "The guideline gives no advice for this result, or is not part of this release.",
    "unassessed": "No gene of these drugs could be assessed. This is not a normal result.",
}

CERTAINTY: Final = {
    "certain": "Definite",
    "depends": "Provisional",
    "unknown": "Not assessed",
}

STATUS: Final = {
    "called": "Called",
    "ambiguous": "Ambiguous",
    "no_call": "No call",
    "not_assessed": "Not assessed",
}

PHASED: Final = {"true": "phased", "partial": "phased in part", "false": "not phased"}

AUTHORITIES: Final = {
    "CPIC": "CPIC",
    "DPWG": "DPWG",
    "FDA_LABEL": "FDA label",
    "FDA_TABLE": "FDA table",
    "LOCAL": "Local rule",
}

STANDINGS: Final = {
    "alone": "",
    "agree": "Sources agree",
    "degree": "Sources differ in degree",
    "contradict": "Sources contradict each other",
}

STANDING_REASONS: Final = {
    "population": "for different patients",
    "genes": "by different genes",
    "bins": "results grouped differently",
    "version": "from different years",
}

SOURCES: Final = {"vcf": "this input", "outside": "other method", "reads": "reads"}

SETTINGS: Final = {
    "absent": "Position without a record means",
    "ancestry": "Ancestry",
    "deidentified": "Names and free texts left out, dates as years",
    "drugs": "Drugs",
    "genes": "Genes",
    "min_dp": "Lowest read depth",
    "min_gq": "Lowest genotype quality",
    "prior": "Population prior",
    "threshold": "Probability from which a diplotype is called",
    "untyped_sites": "Positions named as not typed",
}

LABELS: Final = {
    "title": "Pharmacogenomic report",
    "sample": "Sample",
    "skip": "Skip to the summary",
    "sections": "Sections",
    "glance": "At a glance",
    "genes": "Genes",
    "evidence": "Evidence by gene",
    "methods": "Methods",
    "limits": "Limits of use",
    "patient": "The patient",
    "current": "Current medicines",
    "medicine": "Medicine",
    "other_medicines": "Planned and stopped medicines",
    "taken_now": "taken now",
    "enzymes": "What current medicines do to enzymes",
    "enzyme_hint": "Medicines can change what a genotype predicts. Both are shown; advice by the "
    "genotype stays as it is, and advice for the changed activity stands beside it. Guidelines "
    "(CPIC 2023) have not agreed on one way to count this.",
    "acting": "Medicines",
    "predicted": "By genotype",
    "converted": "With these medicines",
    "with_medicines": "With current medicines ({medicines})",
    "with_brief": "with current medicines: {advice}",
    "not_for_summary": "For other patients ({count})",
    "not_for_any": "No advice for this patient",
    "maybe_for": "may apply: {why}",
    "local_source": "{laboratory} (local rule)",
    "reviewed_rule": "source {source}, reviewed by {reviewer}, {date}",
    "overlay": "Local rules",
    "overlay_digest": "Local rules SHA-256",
    "overrides": "Decisions of the laboratory",
    "override_hint": "Here the laboratory says something else than this report computed. Both are "
    "shown; calls and advice stay as they were computed.",
    "override_of": "Decision of the laboratory",
    "override_subject": "Gene or drug",
    "computed": "Computed",
    "laboratory_says": "The laboratory says",
    "because": "Reason",
    "not_in_report": "not part of this report",
    "gaps": "What was not assessed",
    "no_gaps": "Every gene of this report was called and every drug has definite advice.",
    "gap_english": "Advice that is in English only, as the knowledge base of this result is not at"
    " hand: {count}",
    "gap_genes": "Genes not assessed: {names}",
    "gap_no_call": "Genes without a call, though data were present: {names}",
    "gap_copies": "Number of gene copies not determined: {names}",
    "gap_positions": "Positions not answered: {missing} of {total}, in {names}",
    "gap_drugs_one": "1 drug could not be assessed at all",
    "gap_drugs": "{count} drugs could not be assessed at all",
    "gap_medicines": "Medicines not recognised, so that neither advice nor an effect on enzymes "
    "was looked up: {names}",
    "gap_pending": "Guideline known but not part of this release: {names}",
    "gap_old": "The knowledge base was {months} months old on the day of this report, more than "
    "the {limit} that are allowed: guidelines may have changed since.",
    "gap_newer": "Guideline updated since this release: {names}",
    "newer": "{source}: guideline updated since this release ({date}); the update is not, or not "
    "fully, in it.",
    "an_authority": "An authority",
    "gap_partial": "Guideline read in part only: {names}",
    "drug": "Drug",
    "drug_one": "1 drug",
    "drugs": "{count} drugs",
    "for_whom": "For",
    "otherwise": "Otherwise",
    "if": "if",
    "indeterminate": "indeterminate",
    "to_dose": "{action} to {dose}",
    "as_reference": "As for the reference genotype: {advice}",
    "provisional": "Provisional: {advice}",
    "else": "else {advice}",
    "with_conditions": "Use as directed, with conditions",
    "settle": "To settle it",
    "guideline": "guideline",
    "details": "details",
    "link": "{source} {kind}",
    "silent_sources": "No advice for this result:",
    "by_source": "Advice by source",
    "of_standard": "{range} of the standard dose",
    "below_standard": "below {high} of the standard dose",
    "at_most_standard": "at most {high} of the standard dose",
    "above_standard": "at least {low} of the standard dose",
    "gene": "Gene",
    "diplotype": "Diplotype",
    "phenotype": "Phenotype",
    "score": "activity score {score}",
    "status": "Status",
    "function": "Function",
    "no_function": "no function assigned",
    "contains": ", contains the variants of {names}",
    "value": "activity value {value}",
    "best_of": "best fit of {count} candidates",
    "next": "{best}; next {name}",
    "probability": "{percent} of people with such data",
    "or_lead": "or: {names}",
    "copies_open": "number of gene copies not determined",
    "residual": "Posterior probability of other advice: {percent} (accepted)",
    "same_for_all": "the same for all candidates",
    "agreeing": "posterior {percent}",
    "no_phenotype": "none defined",
    "no_diplotype": "no result",
    "not_given": "not given",
    "positions": "{answered} of {total} positions answered",
    "no_positions": "no positions from this input",
    "from_outside": "from another method",
    "candidates": "Candidates",
    "more_positions": "and {count} more",
    "more_candidates": "and {count} more",
    "rest": "not listed: {percent}",
    "haplotypes": "Alleles",
    "findings": "Variants found",
    "undocumented": "Alleles without a definition",
    "notes": "Notes",
    "open": "Open questions",
    "source": "Source of the call",
    "missing": "Positions not answered",
    "why": "Why this call",
    "matched": "What matched",
    "alternatives": "The next best",
    "against": "What the input shows instead",
    "no_evidence": "The call does not rest on positions of this input.",
    "fit": "Fit",
    "only_fit": "the only diplotype that fits",
    "folded": "{count} more show only the reference allele ({sources})",
    "tested": "Tested positions",
    "tested_summary": "Tested positions ({count})",
    "position": "Position (GRCh38)",
    "rsid": "rsID",
    "genotype": "Genotype",
    "found_in": "Evidence",
    "gq": "GQ",
    "gq_long": "genotype quality",
    "dp": "DP",
    "dp_long": "read depth",
    "remark": "Remark",
    "settle_position": "genotype at {names}",
    "settle_positions": "genotype at {count} positions",
    "settle_phase": "whether the variants at {names} lie on one chromosome copy or on two",
    "settle_phases": "how the variants at {count} positions lie on the two chromosome copies",
    "settle_copy_number": "number of gene copies",
    "settle_genotype": "a result for the gene",
    "settle_phase_of": "which alleles lie together on one chromosome copy: {names}",
    "assembly": "Assembly",
    "knowledge": "Knowledge base",
    "release_dated": "{release} ({date})",
    "release_aged": "{release} ({date}; {months} months old on the day of this report)",
    "release_aged_one": "{release} ({date}; {months} month old on the day of this report)",
    "program": "Program",
    "input_digest": "Input SHA-256",
    "knowledge_digest": "Knowledge base SHA-256",
    "settings": "Settings",
    "made_from": "Guidelines and definitions",
    "method": "Genotypes at the defining positions of named alleles are compared with every pair "
    "of allele definitions. Every pair that fits is a candidate; a position without an answer "
    "rules out nothing. Phenotypes and advice follow the tables of the knowledge base for each "
    "candidate; advice is definite where the posterior probability of other advice is within the "
    "accepted limit (see confidence), and no untyped core position could change it.",
    "marks": "Marks",
    "mark_certain": "the same advice for every plausible genotype",
    "mark_depends": "advice for the most likely genotype; another plausible one would change it",
    "mark_unknown": "no gene of the drug could be assessed",
    "reviewed": "Reviewed by",
    "date": "Date",
    "screen_only": "What supports each call, and the tested positions, are in the electronic "
    "report.",
    "page": "Page",
    "and": " and ",
    "result_of": "{diplotype} ({said})",
}

LIMITS: Final = (
    (
        "This report supports a decision by a physician or pharmacist and does not replace it. Do "
        "not start, stop or change a medicine because of this report alone."
    ),
    (
        "Only the listed genes and positions were looked at. A variant elsewhere, a rare variant "
        "without a definition, or a structural variant may change a result."
    ),
    (
        "Other medicines, liver and kidney function, age, weight and pregnancy change the response "
        "to a drug and were not considered."
    ),
    "Guidelines change. The advice is that of the knowledge-base release named above.",
    (
        "Results are only as good as the input: the identity of the sample and the quality of the "
        "sequencing were not checked."
    ),
)

LIMIT_OF_PATIENT: Final = (
    "Other medicines, liver and kidney function, age, weight and pregnancy change the response to"
    " a drug. They were considered only where this report says so."
)
"""Stands for the limit above where a patient file was given."""
