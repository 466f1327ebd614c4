"""Conditions of advice: what a patient file decides, and what it leaves open."""

from __future__ import annotations

import msgspec
import pytest

from cases import one_test
from languages import GERMAN as REPORT_GERMAN
from languages import GERMAN_PHRASES as GERMAN
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.messages.catalogue import ENGLISH as REPORT_ENGLISH
from pgx.messages.catalogue import ENGLISH_PHRASES as ENGLISH
from pgx.recommendations.condition_fits import (
    NO_REACTION,
    ConditionFits,
    amount_mg,
    as_stated,
    daily_mg,
    months_of,
    years_of,
)
from pgx.recommendations.conditions import (
    open_conditions,
    render_condition,
    unconditional_action,
)
from pgx.recommendations.wording import AdviceTranslator
from pgx.records.calls import AdviceFacts, AdviceMessage, Recommendation
from pgx.records.patient import (
    AdviceCondition,
    Applies,
    Condition,
    KnownMedicine,
    MedicineUse,
    Modulator,
    Patient,
)
from pgx.reports.content.patient_entries import fit_reason

RULES = KnowledgeBase().medicines.conditions
DRUG = "atorvastatin"


def row(*condition: str, action: tuple[str, ...] = ("alternative",), **given) -> Recommendation:
    unconditional = given.pop("unconditional", ())
    return Recommendation(
        sample="S",
        drug=given.pop("drug", DRUG),
        source="CPIC",
        genes=("SLCO1B1",),
        lookup="SLCO1B1=Poor Function",
        population="general",
        action=action,
        condition=render_condition(condition, given.get("drug", DRUG), ENGLISH),
        facts=AdviceFacts(statement="S-1", condition=condition, unconditional=unconditional),
        message=AdviceMessage(statement="S-1"),
        **given,
    )


def fits_of(
    patient: Patient | None = None,
    *medicines: KnownMedicine,
    months: dict[str, list[float | None]] | None = None,
    reacted: tuple[str, ...] = (),
    modulators: tuple[Modulator, ...] = (),
    rules: tuple[AdviceCondition, ...] = RULES,
) -> ConditionFits:
    codes = KnowledgeBase().medicines.condition_codes
    return ConditionFits(
        patient or Patient(), medicines, months or {}, reacted, rules, codes, modulators, 3.0
    )


def taken(dose: str = "", use: MedicineUse = MedicineUse.CURRENT, **given) -> KnownMedicine:
    return KnownMedicine(name=DRUG, use=use, drugs=(DRUG,), dose=dose, **given)


def decided(fits: ConditionFits, *condition: str, **given) -> dict[str, Applies]:
    return {fit.condition: fit.applies for fit in fits.fits([row(*condition, **given)])}


ABOVE = "planned_dose_above=40 mg"


@one_test
@pytest.mark.parametrize(
    ("doses", "applies"),
    [
        (["80 mg once daily"], Applies.YES),
        (["40 mg daily"], Applies.NO),
        (["20 mg twice daily"], Applies.NO),
        (["40 mg twice a day"], Applies.YES),
        (["20 mg daily", "30 mg daily"], Applies.YES),  # two medicines of the same drug
        (["80 mg"], Applies.YES),  # a single dose above the limit exceeds it however often
        (["40 mg"], None),  # how often is not told
        (["1 tablet daily"], None),
        (["20 mg daily", "half a tablet"], None),
        ([""], None),
        ([], None),
    ],
)
def test_a_dose_in_the_file_decides_a_planned_dose(doses, applies):
    found = decided(fits_of(None, *(taken(dose) for dose in doses)), ABOVE)
    assert found == ({} if applies is None else {ABOVE: applies})


def test_a_planned_medicine_counts_and_a_stopped_one_does_not():
    assert decided(fits_of(None, taken("80 mg daily", MedicineUse.PLANNED)), ABOVE) == {
        ABOVE: Applies.YES
    }
    assert decided(fits_of(None, taken("80 mg daily", MedicineUse.STOPPED)), ABOVE) == {}


@one_test
@pytest.mark.parametrize(
    ("fact", "patient", "applies"),
    [
        ("age_below=12 years", Patient(age_years=11.0), Applies.YES),
        ("age_below=12 years", Patient(age_years=12.0), Applies.NO),
        ("age_from=12 months", Patient(age_years=1.0), Applies.YES),
        ("age_from=12 months", Patient(), None),
        ("adults", Patient(age_years=18.0), Applies.YES),
        ("children", Patient(age_years=18.0), Applies.NO),
        ("weight_from=45 kg", Patient(weight_kg=45.0), Applies.YES),
        ("weight_below=45 kg", Patient(weight_kg=45.0), Applies.NO),
        ("adults_or_weight_from=40 kg", Patient(age_years=10.0, weight_kg=41.0), Applies.YES),
        ("adults_or_weight_from=40 kg", Patient(age_years=10.0, weight_kg=39.0), Applies.NO),
        ("adults_or_weight_from=40 kg", Patient(age_years=10.0), None),
        ("body_mass_index_up_to=25", Patient(weight_kg=70.0, height_cm=170.0), Applies.YES),
        ("body_mass_index_up_to=25", Patient(weight_kg=90.0, height_cm=170.0), Applies.NO),
        ("body_mass_index_up_to=25", Patient(weight_kg=90.0), None),
        ("breastfeeding", Patient(breastfeeding=False), Applies.NO),
        ("breastfeeding", Patient(), None),
        (
            "age_below_or_adolescent_after=12 years|tonsillectomy",
            Patient(age_years=15.0),
            None,
        ),
        (
            "age_below_or_adolescent_after=12 years|tonsillectomy",
            Patient(age_years=18.0),
            Applies.NO,
        ),
        (
            "diagnosis=cystic fibrosis",
            Patient(conditions=(Condition(system="ICD-10", code="E84.0"),)),
            Applies.YES,
        ),
        (
            "indication=pain|cough",
            Patient(conditions=(Condition(name="Cough"),)),
            Applies.YES,
        ),
        (
            "aim_or_symptom=a gradual lowering of heart rate|bradycardia with symptoms",
            Patient(conditions=(Condition(name="Symptomatic bradycardia"),)),
            Applies.YES,
        ),
        # a list of diagnoses need not be complete, and one need not be what the drug is for
        ("diagnosis=cystic fibrosis", Patient(conditions=(Condition(name="Cough"),)), None),
        ("side_effects", Patient(age_years=50.0), None),
    ],
)
def test_what_the_file_says_of_the_person(fact, patient, applies):
    assert decided(fits_of(patient), fact) == ({} if applies is None else {fact: applies})


STRONG = Modulator(substance="clarithromycin", gene="CYP3A4", effect="inhibitor", strength="strong")


@one_test
@pytest.mark.parametrize(
    ("fact", "applies"),
    [
        ("taking_inhibitor=CYP3A4|strong", Applies.YES),
        ("taking_inhibitor=CYP3A|moderate or strong", Applies.YES),
        ("taking_inhibitor=CYP3A4|weak", None),
        ("taking_inducer=CYP3A4|strong", None),
        ("taking_any_inhibitor=CYP3A4", Applies.YES),
        ("not_taking_inhibitor=CYP3A4", Applies.NO),
        ("not_taking_inhibitor=CYP2D6", None),
        ("taking=clarithromycin", Applies.YES),
        ("not_taking=clarithromycin", Applies.NO),
        ("taking=fluvoxamine", None),
    ],
)
def test_what_the_medicines_do(fact, applies):
    medicine = KnownMedicine(
        name="c", use=MedicineUse.CURRENT, substances=("clarithromycin",), drugs=()
    )
    fits = fits_of(None, medicine, modulators=(STRONG,))
    assert decided(fits, fact) == ({} if applies is None else {fact: applies})


def test_a_cream_inhibits_nothing():
    cream = KnownMedicine(
        name="c", use=MedicineUse.CURRENT, substances=("clarithromycin",), local=True
    )
    fits = fits_of(None, cream, modulators=(STRONG,))
    assert decided(fits, "not_taking_inhibitor=CYP3A4") == {}


LONG = "treated_longer_than=12 weeks"
EFFECTIVE = "treated_longer_and_effective=12 weeks"
TOLERATED = "taken_without_skin_reaction=3 months"


@one_test
@pytest.mark.parametrize(
    ("fact", "months", "reacted", "applies"),
    [
        (LONG, [4.0], False, Applies.YES),
        (LONG, [1.0], False, Applies.NO),
        (LONG, [1.0, None], False, None),  # the other may have begun long ago
        (LONG, [None], False, None),
        (EFFECTIVE, [4.0], False, None),  # whether it works is not in the file
        (EFFECTIVE, [1.0], False, Applies.NO),
        (TOLERATED, [4.0], False, None),  # that there was no reaction is not in the file
        (TOLERATED, [1.0], False, Applies.NO),
        (TOLERATED, [4.0], True, Applies.NO),
        ("never_taken", [4.0], False, Applies.NO),
        ("never_taken", [1.0], False, None),  # in the first months the danger is greatest
        ("never_taken", [4.0], True, None),  # and after a reaction it stays
        ("no_reaction_before", [4.0], True, Applies.NO),
    ],
)
def test_how_long_and_how_well_it_was_taken(fact, months, reacted, applies):
    fits = fits_of(months={DRUG: months}, reacted=(DRUG,) if reacted else ())
    found = decided(fits, fact)
    assert found.get(fact) is applies


def test_a_drug_that_is_not_taken_decides_nothing():
    assert decided(fits_of(), LONG, EFFECTIVE, TOLERATED, "never_taken") == {}


# --- what becomes of the rows -----------------------------------------------------------------


def applied(fits: ConditionFits, given: Recommendation) -> Recommendation:
    [changed] = fits.applied([given], fits.fits([given]))
    return changed


def test_a_condition_that_holds_is_no_condition_any_more():
    given = row(ABOVE, "monitor@side_effects", unconditional=("no_recommendation",))
    changed = applied(fits_of(None, taken("80 mg daily")), given)
    assert open_conditions(changed) == (
        ("monitor@side_effects", "if side effects occur, monitoring is recommended"),
    )
    assert unconditional_action(given) == ("no_recommendation",)
    assert unconditional_action(changed) == ("alternative",)


def test_a_condition_that_does_not_hold_says_so_in_every_language():
    changed = applied(fits_of(None, taken("20 mg daily")), row(ABOVE))
    [(fact, text)] = open_conditions(changed)
    assert fact == ABOVE
    assert text.endswith("(does not apply to this patient)")
    assert changed.message.unmet == (ABOVE,)
    [stated] = as_stated([changed], [])
    assert stated.message.unmet == ()
    german = AdviceTranslator((), GERMAN).row(changed)
    assert german.condition == (
        f"{ABOVE}: falls mehr als 40 mg am Tag geplant sind (trifft auf diesen Patienten nicht zu)"
    )


def test_a_further_action_whose_condition_holds_takes_the_place_of_one_that_does_not():
    medicine = KnownMedicine(name="c", use=MedicineUse.CURRENT, substances=("clarithromycin",))
    fits = fits_of(None, medicine, modulators=(STRONG,))
    changed = applied(
        fits,
        row(
            "not_taking_inhibitor=CYP3A4",
            "avoid@taking_inhibitor=CYP3A4|strong",
            action=("reduce_dose", "avoid"),
        ),
    )
    assert changed.action == ("avoid", "reduce_dose")
    [(fact, text)] = open_conditions(changed)
    assert fact == "reduce_dose@not_taking_inhibitor=CYP3A4"
    assert text.endswith("(does not apply to this patient)")


def test_standard_use_after_a_reaction_is_under_a_condition_that_does_not_hold():
    fits = fits_of(reacted=(DRUG,))
    changed = applied(fits, row(action=("use_as_directed",)))
    [(fact, text)] = open_conditions(changed)
    assert fact == NO_REACTION
    assert text.endswith("(does not apply to this patient)")
    avoid = row(action=("avoid",))
    assert applied(fits, avoid).condition is None
    assert [fit.condition for fit in fits.fits([avoid])] == [NO_REACTION]  # reports tell of it


def test_rows_without_facts_stay_as_they_are():
    plain = msgspec.structs.replace(row(), facts=None)
    assert applied(fits_of(Patient(age_years=50.0)), plain) == plain


def test_a_saved_row_is_read_as_its_statement_has_it():
    kb = KnowledgeBase()
    it = next(s for s in kb.statements if s.condition and len(s.action) > 1)
    facts = AdviceFacts(statement=it.id, condition=it.condition)
    made = msgspec.structs.replace(
        row(drug=it.drug), action=tuple(reversed(it.action)), condition=None, facts=facts
    )
    [stated] = as_stated([made], kb.statements)
    assert stated.action == it.action
    assert stated.condition == render_condition(it.condition, it.drug, ENGLISH)


def test_a_condition_of_another_release_keeps_its_words():
    saved = msgspec.structs.replace(row(), condition="no_such_code: if it rains")
    translator = AdviceTranslator((), GERMAN)
    assert translator.row(saved).condition == "no_such_code: if it rains"
    old = msgspec.structs.replace(row(ABOVE), condition=f"{ABOVE}: saved", message=None)
    assert translator.row(old).condition == f"{ABOVE}: saved"


@pytest.mark.parametrize(
    ("text", "amount"), [("0.5 g", 500.0), ("50 µg", 0.05), ("2–3 mg/kg/day", None), ("", None)]
)
def test_amounts(text, amount):
    assert amount_mg(text) == (None if amount is None else pytest.approx(amount))


@one_test
@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("40 mg/day", 40.0),
        ("0.5 g bid", 1000.0),
        ("20 mg 3x/day", 60.0),
        ("20 mg", None),
        ("20 mg every other day", None),
        ("1 mg/kg daily", None),
        ("20-40 mg daily", None),
    ],
)
def test_doses_of_a_day(text, amount):
    assert daily_mg(text) == amount


def test_times():
    assert months_of("12 weeks") == pytest.approx(2.76, abs=0.01)
    assert months_of("soon") is None
    assert years_of("18 years") == 18.0


@pytest.mark.parametrize("known", [True, False])
def test_breastfeeding_is_decided_by_the_file_and_its_reason_has_words(known):
    asked = row("breastfeeding", action=("avoid",), unconditional=("no_recommendation",))
    [fit] = fits_of(Patient(breastfeeding=known)).fits([asked])
    assert fit.applies is (Applies.YES if known else Applies.NO)
    for words in (REPORT_ENGLISH, REPORT_GERMAN):
        assert fit_reason(fit, words)
    [applied] = fits_of(Patient(breastfeeding=known)).applied([asked], [fit])
    assert (applied.condition is None) is known
