"""Words for what supports a call and what excludes its alternative diplotypes."""

from __future__ import annotations

from typing import Final

__all__ = ["EVIDENCE_WORDS", "FUNCTIONS"]

FUNCTIONS: Final = {
    "no_function": "no function assigned",
    "value": "activity value {value}",
    "no_value": "no activity value",
}

EVIDENCE_WORDS: Final = {
    "fits": "Next candidate",
    "fits_other_function": "Next candidate of other function",
    "given": "Given by another method",
    "nearest": "Excluded",
    "nearest_other_function": "Excluded, of other function",
    "alternative": "{why}: {diplotype}{functions}{chance}",
    "functions": " ({names})",
    "chance": ", {percent} of people with such data",
    "alike": "{count} other diplotypes are as close.",
    "alike_two": "One other diplotype is as close.",
    "haplotype_default": "{name}: {answered} of {named} positions of its definition answered, none "
    "speaks against it",
    "haplotype": "{name}: {seen} of {total} variants seen: {variants}",
    "haplotype_unseen": "{name}: {seen} of {total} variants seen",
    "variant": "{needs} at {position}",
    "unknown": "not answered: {variants}",
    "contradicted": "not as its definition asks: {variants}",
    "needs": "{position}: {observed} seen, {needs} needed",
    "phase": "{position}: {observed} seen, {needs} needed; "
    "the alleles are on the opposite haplotypes",
    "or": " or ",
    "undocumented": "an allele without a definition",
    "more_contradictions": "and at {count} more positions",
    "would_tell": "Told apart by the genotype at {names}",
    "would_tell_phase": "Told apart by which alleles lie together at {names}",
    "cannot_tell": "No tested position tells it from the best fit.",
    "more_positions": "{names} and {count} more",
}
