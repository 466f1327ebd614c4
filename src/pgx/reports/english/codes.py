"""One sentence for each stable code; the codes are listed in ``docs/reference/notes.md``."""

from __future__ import annotations

from typing import Final

__all__ = ["EVIDENCE", "NOTES", "REASONS"]

NOTES: Final = {
    "ad_contradicts_gt": "At some positions the reads support another genotype than the written "
    "one; both count, and neither is taken as settled.",
    "ambiguous_base": "At some positions a base is written as an ambiguity code; these positions "
    "count as unknown.",
    "candidates_not_all_listed": "More diplotypes fit than are listed.",
    "causal_variant_alone": "One haplotype carries the variant that changes the function of an "
    "allele, but not the other variants of that allele. The effect of the variant counts; the call "
    "stays open.",
    "combination_or_partial": "No single named allele explains what lies on one chromosome copy; "
    "it is given as a combination.",
    "conflict": "Records of one position disagree; the position counts as unknown.",
    "copy_number_conflict": "What the input says of gene copies contradicts its genotypes; the "
    "result is left open.",
    "copy_number_from_depth": "The number of gene copies and hybrid genes was determined from the "
    "read depth of the input.",
    "copy_number_from_reads": "The number of gene copies and hybrid genes was determined from "
    "reads.",
    "copy_number_from_records": "The number of gene copies was taken from structural variants that "
    "the input names.",
    "copy_number_not_assessed": "The number of gene copies and hybrid genes were not determined; "
    "two intact copies are assumed.",
    "copy_number_uncertain": "More than one number of gene copies, or of hybrid genes, is "
    "possible; the one that is named is the most probable.",
    "filtered": "Some positions failed the filters of the input; these positions count as unknown.",
    "haploid_in_female": "Some positions have one allele although the sex is female; these "
    "positions count as unknown.",
    "haploid_on_autosome": "Some positions have one allele on a chromosome of which everybody has "
    "two; these positions count as unknown.",
    "heteroplasmy": "Heteroplasmy: both alleles were seen at a mitochondrial position; the altered "
    "one counts.",
    "heteroplasmy_below_limit": "Some reads at a mitochondrial position show the altered allele, "
    "but fewer than 5% or fewer than 3 reads; they do not count.",
    "indel_not_excluded": "At some positions the input cannot rule out an insertion or deletion; "
    "these positions count as unknown.",
    "likelihoods_weighed": "Genotypes of low quality were weighed by how likely the reads make "
    "each of them.",
    "local_definitions": "The gene, or an allele of it, is defined by the laboratory, not by "
    "the knowledge base's release.",
    "low_dp": "Some positions have too few reads; these positions count as unknown.",
    "low_gp": "Some genotypes are imputed with too low a probability or imputation quality; these "
    "positions count as unknown.",
    "low_gq": "Some positions have too low a genotype quality; these positions count as unknown.",
    "male_heterozygous": "Some positions have two alleles although the sex is male; these "
    "positions count as unknown.",
    "mixed_ploidy": "Positions with one and with two alleles are mixed and the sex is not given; "
    "the gene counts as unknown.",
    "no_depth": "The input has neither read depth nor genotype quality; genotypes were taken as "
    "they are written.",
    "no_phenotype_defined": "No phenotype is defined for this result; guidelines use the genotype.",
    "no_position_answered": "The input answers no position of this gene: no record, no reference "
    "block, or none that counts.",
    "only_reads_given": "Only reads were given, and this gene is not called from reads; give the "
    "variants (VCF) too.",
    "outside_call_contradicts_vcf": "The variants in the input cannot be those of the result that "
    "another method gave; the given result counts.",
    "outside_call_needed": "This gene cannot be answered from small variants; it needs a result of "
    "another method.",
    "paralogue_reads": "At some positions reads of a similar gene may have been taken for those of "
    "this one; what they do not settle counts as unknown.",
    "null_allele": "One of the typed alleles is a null allele (suffix N): it is not expressed and "
    "does not count as carried.",
    "outside_call_no_result": "Another method gave no result for this gene; the result here is "
    "that of this input.",
    "outside_call_not_assigned": "Another method could not assign the alleles of this gene to the "
    "two chromosome copies; the result here is that of this input.",
    "outside_call_not_passed": "Another method marks its own result for this gene as not reliable; "
    "the result here is that of this input.",
    "outside_call_not_understood": "The result that another method gave names an allele that the "
    "knowledge base does not have; the result here is that of this input.",
    "outside_call_novel_allele": "Another method found an allele of this gene that has no name; "
    "the result here is that of this input.",
    "ploidy": "Some positions have an unexpected number of alleles; these positions count as "
    "unknown.",
    "core_position_missing": "A position of an allele that a test should tell apart is unknown, "
    "and nothing else in the input settles it.",
    "rests_on_prior": "The data leave more than one result open; the one named is the most "
    "probable by how often its alleles are found in populations.",
    "ref_mismatch": "At some positions the reference base of the input is not that of the "
    "assembly; these positions count as unknown.",
    "required_position_missing": "A position without which the gene should not be called is "
    "unknown.",
    "sex_unknown": "The sex is not given; the number of alleles was taken as it is written.",
    "spanning_deletion": "A deletion that no named allele has covers a position.",
    "structural_variant": "The input has a structural variant over the gene that is no known "
    "allele, or not sure; the call from small variants is left open.",
    "substitute_site_conflict": "The deciding position and its substitute disagree; the deciding "
    "position counts.",
    "substitute_site_used": "The deciding position is unknown; a position that nearly always goes "
    "with it was used.",
    "untyped_sites": "Some positions were named as not typed by this call set; they count as "
    "unknown.",
}

REASONS: Final = {
    "ad_contradicts": "reads contradict the genotype",
    "unreadable": "quality or depth is no number",
    "ambiguous_base": "ambiguous base",
    "conflict": "records disagree",
    "filtered": "failed a filter",
    "half_call": "one allele not called",
    "haploid_on_autosome": "one allele where two are expected",
    "indel_not_excluded": "insertion or deletion not ruled out",
    "low_dp": "too few reads",
    "low_gp": "imputed genotype not sure enough",
    "low_gq": "genotype quality too low",
    "male_heterozygous": "two alleles in a male",
    "no_genotype": "no genotype called",
    "no_record": "no record",
    "paralogue": "reads of a similar gene",
    "ploidy": "unexpected number of alleles",
    "ref_mismatch": "reference base differs",
    "untyped": "not typed by the call set",
}

EVIDENCE: Final = {
    "assumed_reference": "assumed reference",
    "none": "none",
    "record": "record",
    "reference_block": "reference block",
}
