"""Codes of notes on a gene's call: one list for calls, filters, reports and tests."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

__all__ = [
    "INPUT_NOTES",
    "NoteCode",
]


class NoteCode(StrEnum):
    """A code in the column ``notes`` of calls.

    Codes are stable: a code keeps its meaning, and a new meaning gets a new code. The sentences
    of reports are `note.CODE` in the message catalogues; what to do about each stands in
    ``docs/reference/notes.md``. "Unknown" means that the position counts as missing.
    """

    # Genotypes at single positions.
    AD_CONTRADICTS_GT = "ad_contradicts_gt"
    """Reads or likelihoods support another genotype than the written one; both are weighted."""
    AMBIGUOUS_BASE = "ambiguous_base"
    """REF or ALT holds an IUPAC ambiguity code; unknown."""
    CONFLICT = "conflict"
    """Records of one position disagree; unknown."""
    FILTERED = "filtered"
    """FILTER or FT failed; unknown."""
    INDEL_NOT_EXCLUDED = "indel_not_excluded"
    """The input cannot rule out an insertion or deletion; unknown."""
    LIKELIHOODS_WEIGHED = "likelihoods_weighed"
    """Genotypes of low quality were weighted by their likelihoods."""
    LOW_DP = "low_dp"
    """Read depth below the limit; unknown."""
    LOW_GP = "low_gp"
    """Imputed with too low a probability or imputation quality; unknown."""
    LOW_GQ = "low_gq"
    """Genotype quality below the limit; unknown, or weighted by its likelihoods."""
    NO_DEPTH = "no_depth"
    """The input has neither DP nor GQ: no limit could be applied."""
    PARALOGUE_READS = "paralogue_reads"
    """Reads of a paralogue may be aligned here; unknown where allele depths do not decide."""
    REF_MISMATCH = "ref_mismatch"
    """REF is not the base of the assembly; unknown."""
    UNTYPED_SITES = "untyped_sites"
    """The user names positions that the call set did not type; unknown."""

    # Ploidy, sex chromosomes and the mitochondrion.
    HAPLOID_IN_FEMALE = "haploid_in_female"
    """One allele on chromosome X of a female; unknown."""
    HAPLOID_ON_AUTOSOME = "haploid_on_autosome"
    """One allele on an autosome; unknown."""
    HETEROPLASMY = "heteroplasmy"
    """Both alleles at a mitochondrial position; the altered one counts."""
    HETEROPLASMY_BELOW_LIMIT = "heteroplasmy_below_limit"
    """Too few reads with the altered mitochondrial allele; they do not count."""
    MALE_HETEROZYGOUS = "male_heterozygous"
    """Two alleles on chromosome X of a male; unknown."""
    MIXED_PLOIDY = "mixed_ploidy"
    """Haploid and diploid genotypes on chromosome X, sex not given; the gene is unknown."""
    PLOIDY = "ploidy"
    """The number of alleles does not fit the locus; unknown."""
    SEX_UNKNOWN = "sex_unknown"
    """The sex is not given; ploidy on chromosome X was taken as written."""

    # Which haplotypes and diplotypes explain the genotypes.
    CANDIDATES_NOT_ALL_LISTED = "candidates_not_all_listed"
    """More diplotypes fit than are listed; ``n_candidates`` counts all."""
    CAUSAL_VARIANT_ALONE = "causal_variant_alone"
    """The causal variant of an allele without the other variants of its definition."""
    COMBINATION_OR_PARTIAL = "combination_or_partial"
    """No single named allele explains one haplotype; it is named as a combination."""
    CORE_POSITION_MISSING = "core_position_missing"
    """A position of an allele that a test should detect is missing."""
    NO_PHENOTYPE_DEFINED = "no_phenotype_defined"
    """No phenotype is defined for this diplotype; guidelines use the genotype."""
    NO_POSITION_ANSWERED = "no_position_answered"
    """No defining position has a genotype; the gene is ``not_assessed``."""
    REQUIRED_POSITION_MISSING = "required_position_missing"
    """A position without which the gene should not be called is missing."""
    RESTS_ON_PRIOR = "rests_on_prior"
    """The data leave several diplotypes; haplotype frequencies single one out."""
    SPANNING_DELETION = "spanning_deletion"
    """A deletion (``*``) that no named allele has covers a position."""
    SUBSTITUTE_SITE_CONFLICT = "substitute_site_conflict"
    """A deciding position and its substitute disagree; the deciding one counts."""
    SUBSTITUTE_SITE_USED = "substitute_site_used"
    """A deciding position is missing; one in strong linkage disequilibrium was used."""

    # Copy number and structural variants.
    COPY_NUMBER_CONFLICT = "copy_number_conflict"
    """Evidence of copy number contradicts the genotypes or other evidence."""
    COPY_NUMBER_FROM_DEPTH = "copy_number_from_depth"
    """Copies and hybrids were counted from the read depth of the input."""
    COPY_NUMBER_FROM_READS = "copy_number_from_reads"
    """Copies and hybrids were counted from aligned reads."""
    COPY_NUMBER_FROM_RECORDS = "copy_number_from_records"
    """The number of copies is that of structural records of the input."""
    COPY_NUMBER_NOT_ASSESSED = "copy_number_not_assessed"
    """No copy-number data; two intact copies are assumed."""
    COPY_NUMBER_UNCERTAIN = "copy_number_uncertain"
    """Several numbers of copies or hybrids are possible; the most probable one is named."""
    STRUCTURAL_VARIANT = "structural_variant"
    """A structural variant over the gene that is no known allele; the call is ambiguous."""

    # Results of other methods, and what the input or release lacks.
    LOCAL_DEFINITIONS = "local_definitions"
    """The gene, or an allele of it, is defined by the laboratory's overlay."""
    NULL_ALLELE = "null_allele"
    """A typed HLA allele with suffix N is not expressed and does not count as carried."""
    ONLY_READS_GIVEN = "only_reads_given"
    """Only reads were given, and this gene is not called from reads."""
    OUTSIDE_CALL_CONTRADICTS_VCF = "outside_call_contradicts_vcf"
    """The variants of the input cannot be those of the outside call, which counts."""
    OUTSIDE_CALL_NEEDED = "outside_call_needed"
    """The gene cannot be called from small variants."""
    OUTSIDE_CALL_NO_RESULT = "outside_call_no_result"
    """The other tool gave no result; the call is that of the input."""
    OUTSIDE_CALL_NOT_ASSIGNED = "outside_call_not_assigned"
    """The other tool did not phase its alleles; the call is that of the input."""
    OUTSIDE_CALL_NOT_PASSED = "outside_call_not_passed"
    """The other tool's own filter is not PASS; the call is that of the input."""
    OUTSIDE_CALL_NOT_UNDERSTOOD = "outside_call_not_understood"
    """The other tool names an allele that the release lacks; the call is that of the input."""
    OUTSIDE_CALL_NOVEL_ALLELE = "outside_call_novel_allele"
    """The other tool found a novel allele; the call is that of the input."""


INPUT_NOTES: Final = frozenset(
    {
        NoteCode.CONFLICT,
        NoteCode.HAPLOID_IN_FEMALE,
        NoteCode.HAPLOID_ON_AUTOSOME,
        NoteCode.HETEROPLASMY,
        NoteCode.HETEROPLASMY_BELOW_LIMIT,
        NoteCode.MALE_HETEROZYGOUS,
        NoteCode.MIXED_PLOIDY,
        NoteCode.NO_DEPTH,
        NoteCode.SEX_UNKNOWN,
        NoteCode.SPANNING_DELETION,
    }
)
"""Notes on the input that saved positions cannot give again; a new interpretation keeps them."""
