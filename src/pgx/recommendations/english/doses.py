"""How much: phrases for shares of a dose, amounts, and when another dose is meant."""

from __future__ import annotations

from typing import Final

__all__ = ["DOSE", "DOSE_AS", "DOSE_OF", "DOSE_WHEN", "SHARE_OF"]

DOSE_OF: Final = {
    "": "dose",
    "starting": "starting dose",
    "maintenance": "maintenance dose",
    "daily": "daily dose",
    "starting_daily": "starting daily dose",
    "starting_and_maintenance": "starting dose and maintenance dose",
    "lowest_starting": "lowest recommended starting dose",
    "normal": "dose",
    "after_loading": "dose after the loading dose",
}

SHARE_OF: Final = {
    "starting": "the normal starting dose",
    "normal": "the normal dose",
    "lowest_starting": "the lowest recommended starting dose",
    "after_loading": "the normal dose after the loading dose",
    "maintenance": "the usual maintenance dose",
}

DOSE_AS: Final = {
    "reduce_by": "a {of} reduced by {percent}",
    "reduce_by_about": "a {of} reduced by about {percent} from the second dose on",
    "increase_by": "a {of} increased by {percent}",
    "increase_by_at_least": "a {of} increased by {percent} or more",
    "to_percent": "{percent} of {share}",
    "half": "half of {share}",
    "at_most": "at most {percent} of {share}",
    "below_percent": "less than {percent} of {share}",
    "times": "{factor} times the standard {of}",
    "fold_lower": "a {fold}-fold lower {of}",
}

DOSE: Final = {
    "lead": "{drug}: ",
    "use": "use",
    "consider": "consider",
    "and": " and ",
    "starting": "a starting dose of {0}",
    "example": " (for example {0})",
    "maximum": "a dose limited to {0}",
    "frequency": ", given on {0} instead of daily",
    "lowest_starting": "the lowest recommended starting dose",
    "standard": " ({0})",
    "standard_qualifier": " at the standard dose ({0})",
}

DOSE_WHEN: Final = {
    "if_used": "if {drug} is still needed",
    "most_appropriate": "if {drug} is still judged the most suitable drug",
    "malignancy": "for malignant disease",
    "normal_start": "where the normal starting dose is {0}",
    "no_suitable_alternative": "only if no other drug is suitable",
    "assume_additive": "without a phenotyping test",
    "inadequate_at_maintenance": "if the usual maintenance dose does not work well enough",
    "indication": "for {0}",
    "chronic_and_effective": "once treatment has lasted over {0} and works",
    "aromatase_contraindicated": "if an aromatase inhibitor is contraindicated",
    "if_needed_for_efficacy": "and the effect is too small",
    "adults_up_to_age": "in adults up to {0} of age",
    "children": "in children",
    "effective_but_causes_side_effects": "if it works but causes side effects",
    "if_level_shows_need": "if the {0} level shows the need",
    "if_more_needed": "if more than {0} is needed",
    "if_needed": "if needed",
    "inadequate_effect": "if it does not work well enough",
    "indication_or_side_effects_in": "for {0}, or in {1} once side effects occur",
    "no_alternative": "if there is no alternative",
    "or_else": "or else",
    "other_indications": "for other indications",
    "product": "for {0}",
    "side_effects_or_late_response": "if side effects appear or the response takes more than {0}",
    "with_side_effects": "and causes side effects",
    "adults_under_age": "in adults under {0} of age",
    "aim_or_problem": "if {0} is the aim, or in case of {1}",
    "as_preparation_in": "as {0} in {1}",
    "body_mass_index_up_to": "with a body mass index up to {0}",
    "indication_or_if_needed_otherwise": "for {0}, and if needed for other indications",
    "target_maximum_first": "aim for the maximum dose of the indication first; if that does not"
    " work well enough",
    "without_inhibitor": "if the patient takes no {0} inhibitor",
    "without_taking": "if the patient takes no {0}",
    "by_tolerability": "depending on tolerability",
    "other_genotypes": "with any other genotype",
}
