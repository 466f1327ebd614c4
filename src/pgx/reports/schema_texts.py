"""Titles and descriptions of the published JSON Schema; ``""`` describes the record itself."""

from __future__ import annotations

from typing import Final

from pgx.reports.schema_patient import PATIENT_DESCRIPTIONS, PATIENT_TITLES

__all__ = ["DESCRIPTIONS", "TITLES"]

TITLES: Final = {
    "PatientResult": "Result of pgx for one sample",
    "GeneCall": "Call of one gene",
    "Candidate": "Candidate diplotype",
    "HaplotypeDetail": "One haplotype of the best diplotype",
    "SiteObservation": "Observation at one defining position",
    "KeyEvidence": "How probable a lookup key is",
    "CallEvidence": "What supports a call",
    "HaplotypeEvidence": "What supports one haplotype of the best diplotype",
    "VariantMatch": "A variant that a named allele asks for",
    "AlternativeDiplotype": "A diplotype beside the best one",
    "Contradiction": "A position that excludes a diplotype",
    "StructuralRecord": "A structural variant that was read as an allele",
    "StructureEvidence": "What is seen of a gene's copies and hybrids",
    "CopyNumber": "A number of copies and its probability",
    "StructuralModel": "Copies and hybrids of both chromosomes and their probability",
    "DepthWindow": "Depth in one window",
    "Exon": "An exon",
    "SiteBalance": "Reads of two alleles at a heterozygous site",
    "Recommendation": "Advice on one drug",
    "AlternativeAdvice": "Other advice that a candidate would give",
    "Provenance": "What produced the result",
    "OverlayInfo": "A laboratory's folder over the release",
    "Override": "A laboratory's decision beside the computed result",
    **PATIENT_TITLES,
}

_RESULT = {
    "": "Everything about one sample: calls, advice, observed genotypes and provenance.",
    "sample": "Name of the sample as the input gives it.",
    "calls": "One call a gene, genes A–Z.",
    "recommendations": "One row a drug, source, guideline, population and statement; drugs that "
    "the patient takes now first, else A–Z.",
    "provenance": "What produced the result; no clock time.",
    "context": "The patient, where a patient file was given, and what the knowledge base makes of "
    "it; null otherwise.",
    "overrides": "What a laboratory says of a gene or drug; calls and advice are as computed.",
    "schema_version": "Version of this schema.",
}

_CALL = {
    "": "The call of one gene in one sample.",
    "sample": "Name of the sample, as in the result.",
    "gene": "HGNC symbol.",
    "status": "called: one diplotype fits, or the best reaches the threshold; ambiguous: several "
    "fit; no_call: data present, nothing fits; not_assessed: the input cannot answer the gene.",
    "diplotype": "Best-supported diplotype; null for no_call and not_assessed. Of an ambiguous "
    "call it is one of several.",
    "probability": "Posterior of the diplotype among all that fit; 1 where only one fits; null "
    "without a prior.",
    "candidates": "Diplotypes that fit, best first, at most 50.",
    "n_candidates": "How many diplotypes fit in all.",
    "rest": "Probability of the candidates that are not listed; null without a prior.",
    "phenotype": "Phenotype of the diplotype in CPIC's terms.",
    "activity_score": "Activity score of the diplotype as in CPIC's keys (2.0, ≥3.0).",
    "phenotypes": "Every phenotype that some candidate gives, best first.",
    "phased": "true, partial or false.",
    "n_positions": "Defining positions of the gene.",
    "n_missing": "How many of them the input cannot answer.",
    "missing": "Which of them the input cannot answer, chrN:pos on GRCh38.",
    "undocumented": "Alleles at defining positions that no definition names, chrN:pos:ref>alt.",
    "source": "vcf, outside or reads.",
    "notes": "Stable codes, see docs/reference/notes.md.",
    "lookup_keys": "Keys by which guidelines are looked up, one per distinct outcome, best first.",
    "copy_keys": "Keys that other numbers of copies would give, where copies were not counted.",
    "key_evidence": "How probable each lookup key is, best first; empty without a prior.",
    "depends_on": "Positions (chrN:pos), phases (phase:chrN:pos+chrN:pos) or GENE:copy_number that "
    "would tell the outcomes apart.",
    "haplotypes": "Haplotypes of the best diplotype.",
    "findings": "Named variants seen, of genes that list variants.",
    "candidate_factors": "The whole candidate set: each pair lists names of haplotype 1 and "
    "haplotype 2 whose combinations all fit; the set is the union of the pairs. Empty where "
    "the names would "
    "take more than a million letters.",
    "sites": "What was observed at every defining position.",
    "evidence": "What supports the call, and what excludes the next best; null where nothing was "
    "called from positions.",
    "structure": "What was seen of the gene's copies and hybrids; null where nobody looked.",
}

_SITE = {
    "": "What the input says at one defining position.",
    "position": "chrN:pos on GRCh38.",
    "rsid": "dbSNP identifier, empty if none.",
    "alleles": "Allele of each haplotype, '.' where unknown.",
    "ref": "Reference allele on GRCh38.",
    "evidence": "record, reference_block, assumed_reference or none.",
    "reason": "Why the position is unknown, see docs/reference/notes.md.",
    "phased": "Whether the order of the alleles has meaning.",
    "phase_block": "Positions with the same number are phased with one another; 0 is the whole "
    "file.",
    "gq": "Genotype quality (phred) of the record or block.",
    "dp": "Read depth of the record or block.",
    "likelihoods": "Genotypes (two alleles) with phred-scaled likelihoods, where the genotype is "
    "too unsure to count as called.",
    "heteroplasmy": "Share of reads (0-1) with the altered allele at a mitochondrial position; "
    "null where the input has no reads by allele.",
}

_HAPLOTYPE = {
    "": "One haplotype of the best diplotype.",
    "name": "Its name as in the diplotype.",
    "function": "Clinical function in CPIC's terms; null if none is assigned.",
    "activity_value": "Activity value that counts for the score.",
    "variants": "Named alleles and variants on the haplotype.",
    "contains": "Alleles of known effect all of whose variants it has, where its own function is "
    "not known.",
}

_ADVICE = {
    "": "One row of advice: a drug, a guideline, a population, a statement.",
    "sample": "Name of the sample, as in the result.",
    "drug": "Name of the drug.",
    "source": "CPIC, DPWG, FDA_LABEL, FDA_TABLE or LOCAL.",
    "genes": "Genes that the advice looks at.",
    "lookup": "Keys of the advice, GENE=key joined by semicolons.",
    "population": "Population or indication that the advice is for.",
    "condition": "What must hold for the action beyond genotype and population, `code: text`; null "
    "if nothing.",
    "basis": "genotype, or phenoconverted: advice for the phenotype that current medicines leave.",
    "action": "What to do; the first is the primary one.",
    "dose_factor_min": "Lower bound of the dose relative to the standard dose.",
    "dose_factor_max": "Upper bound of the dose relative to the standard dose.",
    "classification": "Strength in the source's terms.",
    "certainty": "certain: the same advice whichever candidate is true; depends: the row gives the "
    "advice of the best diplotype only; unknown: no gene of the drug could be assessed.",
    "residual": "Posterior probability of other advice; null without a prior.",
    "depends_on": "What would settle the advice.",
    "alternatives": "The other advice that some candidate would give.",
    "updated": "Date of a newer version of the guideline that the release does not hold; null if "
    "none is known.",
    "may_alert": "Whether the row may raise an alert: false where the guideline tells people with "
    "the reference genotype the same, and changes no dose.",
    "text": "The advice in words.",
    "implications": "What the result means, by gene.",
    "guideline_id": "ClinPGx accession of the guideline; of a LOCAL row the laboratory's own.",
    "pmids": "PubMed identifiers of its publications.",
    "facts": "The statement as facts for programs; null where no statement was found.",
    "message": "The text as codes; null in results of older versions.",
}

_ALTERNATIVE = {
    "": "Advice that holds if another candidate is true.",
    "lookup": "Keys under which it holds.",
    "action": "What to do; the first is the primary one.",
    "text": "The advice in words.",
    "probability": "Probability of the candidates that give it; null without a prior.",
    "condition": "What must hold for that action, as in the row's own `condition`.",
    "message": "The text as codes; null in results of older versions.",
}

_PROVENANCE = {
    "": "What produced the result; equal runs give equal records, apart from input names.",
    "tool": "Name of the program.",
    "version": "Version of the program.",
    "knowledge_release": "Release of the knowledge base.",
    "knowledge_digest": "SHA-256 of the knowledge base's manifest.",
    "data_digest": "SHA-256 over the manifest of all shipped data.",
    "code_digest": "SHA-256 over the program's modules and templates.",
    "assembly": "Assembly of the input; positions in the result are GRCh38.",
    "input": "Name and SHA-256 of each file: variants, then those beside them with their role.",
    "settings": "Settings that change results.",
    "overlay": "A laboratory's folder that was laid over the release; null without one.",
    "knowledge_date": "Month of the release, YYYY-MM; empty where its name has none.",
}

_OVERLAY = {
    "": "A laboratory's own genes and rules, laid over the release.",
    "laboratory": "Name of the laboratory.",
    "version": "Version of its folder.",
    "date": "Day of its folder, YYYY-MM-DD.",
    "digest": "SHA-256 over its files.",
}

_OVERRIDE = {
    "": "A laboratory's decision on one gene or drug; either gene or drug is empty.",
    "sample": "Name of the sample, as in the result.",
    "gene": "The gene that it is about.",
    "drug": "The drug that it is about.",
    "says": "What the laboratory says.",
    "by": "Who decided.",
    "date": "Day of the decision, YYYY-MM-DD.",
    "reason": "Why.",
}

_CANDIDATE = {
    "": "A diplotype that fits what was observed.",
    "diplotype": "Its name.",
    "probability": "Its posterior; null without a prior.",
}

_KEY_EVIDENCE = {
    "": "How probable a lookup key is, and what would tell it from the best candidate's.",
    "lookup_key": "The key.",
    "probability": "Its posterior; null without a prior, and where a combination of alleles may, "
    "but need not, have this key.",
    "at_most": "Posterior of the combinations of alleles that may, but need not, have this key; "
    "null where the best candidate is one.",
    "by_group": "Its posterior in each population group alone; empty where the run named a group.",
    "settled_by": "Positions (chrN:pos) to genotype and pairs (phase:chrN:pos+chrN:pos) to phase.",
    "open_core": "Core positions without data through which a documented haplotype leads to this "
    "key.",
    "failed": "Positions whose data cannot be used, and through which one does.",
}

_EVIDENCE = {
    "": "What supports a call, haplotype by haplotype, and what excludes other diplotypes.",
    "strands": "The haplotypes of the best diplotype.",
    "rivals": "The next candidates, and the nearest diplotypes that are excluded.",
}

_HAPLOTYPE_EVIDENCE = {
    "": "One haplotype of the best diplotype.",
    "name": "Its name as in the diplotype.",
    "function": "Clinical function in CPIC's terms; null if none is assigned.",
    "n_named": "Positions that its definition names.",
    "n_answered": "How many of them the input answers.",
    "variants": "Variants that tell it from the gene's default allele.",
}

_VARIANT_MATCH = {
    "": "A variant that a named allele asks for.",
    "position": "chrN:pos on GRCh38.",
    "rsid": "dbSNP identifier, empty if none.",
    "needs": "Alleles that would do.",
    "state": "matched, unknown (the position is not answered) or contradicted.",
}

_ALTERNATIVE_DIPLOTYPE = {
    "": "A diplotype beside the best one.",
    "diplotype": "Its name.",
    "functions": "Clinical function of each haplotype.",
    "why": "fits (the next candidate), fits_other_function (the next candidate of other "
    "functions), nearest (excluded, by the fewest observed alleles), nearest_other_function, or "
    "given (the outside call itself, where the input contradicts it).",
    "probability": "Its posterior; null without a prior and where it is excluded.",
    "contradictions": "Positions that exclude it; empty for a candidate.",
    "open_sites": "Unanswered positions that would tell it from the best.",
    "open_phase": "Positions whose phase would tell it from the best.",
    "n_alike": "Diplotypes that are excluded by as few alleles, this one included.",
}

_CONTRADICTION = {
    "": "A position at which a diplotype cannot be what was observed.",
    "position": "chrN:pos on GRCh38.",
    "rsid": "dbSNP identifier, empty if none.",
    "observed": "Observed allele of each haplotype, '.' where unknown.",
    "needs": "Alleles that the diplotype allows, haplotype by haplotype in the order of observed.",
    "kind": "allele, or phase: the alleles are right but on the opposite haplotypes.",
    "phased": "Whether the order of the observed alleles has meaning.",
}

_STRUCTURAL_RECORD = {
    "": "A structural variant of the input that was read as an allele, or counts two copies.",
    "allele": "Name of a deletion, xN of a duplication, empty where two copies were counted.",
    "kind": "deletion or duplication, empty where two copies were counted.",
    "copies": "Copies of the gene, or of the part that is lost, on both chromosomes.",
    "positions": "Defining positions (GRCh38) that surely lie in it.",
    "quality": "Phred-scaled quality of the count (CNQ or QS); null where the input has none.",
}

_STRUCTURE = {
    "": "What one sample shows of a gene's copies and hybrids with its paralogue.",
    "gene": "HGNC symbol.",
    "source": "depth (of a gVCF), reads, or records (structural variants of the VCF).",
    "reason": "Why they are not assessed, see docs/reference/notes.md; empty if they are.",
    "panel": "Name of the panel of usual depths; empty without one.",
    "mean_depth": "Reads that two copies are expected to have; null if unknown.",
    "noise": "Standard deviation of the log depth of the controls; null if unknown.",
    "n_controls": "Windows of other genes with which the depth was compared.",
    "copies": "Numbers of copies, hybrids counted as one each, most probable first.",
    "models": "Structural models, most probable first.",
    "windows": "Depth along the gene and its paralogue.",
    "exons": "Exons of both, GRCh38.",
    "balances": "Reads of both alleles at heterozygous sites.",
    "records": "Structural variants of the input that were read as alleles.",
}

_COPY_NUMBER = {
    "": "A number of copies, hybrids counted as one each.",
    "copies": "How many, on both chromosomes.",
    "probability": "Its posterior.",
}

_MODEL = {
    "": "How many whole copies and hybrids both chromosomes have.",
    "name": "Such as '2 gene + 1 *36': gene is a whole copy, hybrids go by their allele.",
    "probability": "Its posterior.",
    "log_likelihood": "Natural logarithm of how probable it makes what was seen, the best being 0.",
}

_WINDOW = {
    "": "Depth in one window, in copies.",
    "gene": "The gene or its paralogue.",
    "start": "First position, 1-based, GRCh38.",
    "end": "Last position.",
    "copies": "What was measured.",
    "spread": "Standard deviation of what was measured, in copies.",
    "expected": "What the most probable model expects.",
}

_EXON = {
    "": "An exon of the gene or of its paralogue.",
    "gene": "The gene or its paralogue.",
    "number": "From 1 in the direction of transcription.",
    "start": "First position, 1-based, GRCh38.",
    "end": "Last position.",
}

_BALANCE = {
    "": "Reads of the two alleles of a heterozygous site.",
    "position": "1-based, GRCh38.",
    "reference": "Reference allele.",
    "alternative": "The other allele.",
    "reference_reads": "Reads of the reference allele.",
    "alternative_reads": "Reads of the other allele.",
}

DESCRIPTIONS: Final = {
    "PatientResult": _RESULT,
    "GeneCall": _CALL,
    "Candidate": _CANDIDATE,
    "HaplotypeDetail": _HAPLOTYPE,
    "SiteObservation": _SITE,
    "KeyEvidence": _KEY_EVIDENCE,
    "CallEvidence": _EVIDENCE,
    "HaplotypeEvidence": _HAPLOTYPE_EVIDENCE,
    "VariantMatch": _VARIANT_MATCH,
    "AlternativeDiplotype": _ALTERNATIVE_DIPLOTYPE,
    "Contradiction": _CONTRADICTION,
    "StructuralRecord": _STRUCTURAL_RECORD,
    "StructureEvidence": _STRUCTURE,
    "CopyNumber": _COPY_NUMBER,
    "StructuralModel": _MODEL,
    "DepthWindow": _WINDOW,
    "Exon": _EXON,
    "SiteBalance": _BALANCE,
    "Recommendation": _ADVICE,
    "AlternativeAdvice": _ALTERNATIVE,
    "Provenance": _PROVENANCE,
    "OverlayInfo": _OVERLAY,
    "Override": _OVERRIDE,
    **PATIENT_DESCRIPTIONS,
}
