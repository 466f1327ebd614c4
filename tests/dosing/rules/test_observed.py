"""What a rule asks is taken from calls and patient files, and nothing is assumed."""

import math

import msgspec
import pytest

from cases import one_test
from dosing.rules.people import ambiguous, called, known, rule, site, taking
from pgx.errors import OutOfDomainError
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.recommendations.phenoconversion import Phenoconverter
from pgx.records.calls import CallStatus, Candidate, Certainty, GeneCall
from pgx.records.patient import Condition, Kidney, Liver, MedicineUse, Patient
from pgx_dosing.rules.asking import answer, rules_for
from pgx_dosing.rules.flows import BaseDose, follow
from pgx_dosing.rules.observed import Person, body_mass_index, body_surface_area, observe

NM, IM, PM = "Normal Metabolizer", "Intermediate Metabolizer", "Poor Metabolizer"
UNKNOWN = MedicineUse.UNKNOWN


@pytest.fixture(scope="module")
def knowledge():
    return KnowledgeBase()


@pytest.fixture(scope="module")
def modulators(knowledge):
    facts = knowledge.medicines
    return Phenoconverter(
        knowledge.genes, facts.modulators, facts.conversion_rules, facts.score_ranges
    )


def seen(name, what, person, **given):
    found = {o.input: o for o in observe(rule(name), person, given)}
    return found[what]


def values(observation):
    return [p.value for p in observation.values]


def genotype(call):
    return seen("siponimod-us", "genotype", Person(calls={call.gene: call}))


def test_a_call_gives_its_diplotype():
    found = genotype(called("CYP2C9", "*1/*3"))
    assert [(p.value, p.probability) for p in found.values] == [("*1/*3", 1.0)]
    # whichever haplotype is named first
    assert values(genotype(called("CYP2C9", "*3/*1"))) == ["*1/*3"]


def test_a_gene_that_is_not_there_is_unknown_and_never_the_reference():
    assert seen("siponimod-us", "genotype", Person()).values == ()
    for status in (CallStatus.NO_CALL, CallStatus.NOT_ASSESSED):
        found = genotype(GeneCall(sample="s", gene="CYP2C9", status=status))
        assert (found.values, found.known, found.reason) == ((), False, status.value)


def test_candidates_keep_their_probabilities():
    found = genotype(ambiguous("CYP2C9", {"*1/*2": 0.7, "*1/*3": 0.2, "*1/*5": 0.1}))
    assert {p.value: p.probability for p in found.values} == {
        "*1/*2": 0.7,
        "*1/*3": 0.2,
        "other": 0.1,
    }
    result = answer(rule("siponimod-us"), [found])
    assert result.certainty is Certainty.DEPENDS
    assert [a.answer.amount for a in result.alternatives] == [2.0, 1.0, None]


def test_a_called_genotype_with_another_candidate_stays_open():
    call = called(
        "CYP2C9",
        "*1/*1",
        candidates=(Candidate("*1/*1", 0.97), Candidate("*1/*3", 0.03)),
        n_candidates=2,
    )
    assert answer(rule("siponimod-us"), [genotype(call)]).answer is None


def test_candidates_without_a_prior_carry_no_probability():
    call = ambiguous("CYP2C9", {"*1/*2": None, "*1/*3": None})
    result = answer(rule("siponimod-us"), [genotype(call)])
    assert [a.probability for a in result.alternatives] == [None, None]


def test_candidates_that_are_not_listed_leave_all_open():
    call = called("CYP2C9", "*1/*1", n_candidates=80, rest=0.2)
    found = genotype(call)
    assert found.reason == "candidates_not_listed"
    assert set(values(found)) == set(rule("siponimod-us").input("genotype").levels)


@pytest.mark.parametrize("name", ["[*2 + *3]/*1", "*1/*3x2", "[*1 + g.94981296A>C]/*1"])
def test_names_that_nobody_dosed_are_other(name):
    assert values(genotype(called("CYP2C9", name))) == ["other"]


def phenotype(call, knowledge):
    return seen("eliglustat-us", "phenotype", Person(calls={"CYP2D6": call}, genes=knowledge.genes))


def test_phenotypes_of_scores_are_weighed(knowledge):
    call = ambiguous("CYP2D6", {"*1/*1": 0.6, "*1/*4": 0.4}, {"2.0": 0.6, "1.0": 0.4})
    call = msgspec.structs.replace(call, phenotypes=(NM, IM))
    found = phenotype(call, knowledge)
    assert {p.value: p.probability for p in found.values} == {NM: 0.6, IM: 0.4}


def test_copies_that_nobody_counted_leave_the_phenotype_open(knowledge):
    call = called("CYP2D6", "*1/*1", NM, notes=("copy_number_not_assessed",))
    found = phenotype(call, knowledge)
    assert found.reason == "copy_number_not_assessed"
    assert values(found)[0] == NM
    assert set(values(found)) == set(rule("eliglustat-us").input("phenotype").levels)
    assert found.known


def test_an_outside_call_with_copies_is_sure(knowledge):
    call = called("CYP2D6", "*1/*1", NM, source="outside")
    assert values(phenotype(call, knowledge)) == [NM]


def test_a_phenotype_that_the_rule_does_not_know_is_unknown(knowledge):
    assert phenotype(called("CYP2D6", "*1/*1", "Rapid"), knowledge).values == ()


def others(call):
    return seen("warfarin-cpic-flow", "other_alleles", Person(calls={"CYP2C9": call}))


@one_test
@pytest.mark.parametrize(
    ("diplotype", "counts"),
    [
        ("*1/*1", [0]),
        ("*2/*3", [0]),
        ("*1/*8", [1]),
        ("*5/*6", [2]),
        ("*8/*11", [2]),
        # on one haplotype with another, it may count or not
        ("[*2 + *8]/*1", [0, 1]),
    ],
)
def test_alleles_are_counted(diplotype, counts):
    assert values(others(called("CYP2C9", diplotype))) == counts


def test_a_position_without_an_answer_is_not_a_reference_allele():
    call = called("CYP2C9", "*1/*1", missing=("chr10:94942309",))
    found = others(call)
    assert found.reason == "position_not_answered"
    assert values(found) == [0, 1, 2]
    # another gene position does not matter for this count
    elsewhere = called("CYP2C9", "*1/*1", missing=("chr10:94938719",))
    assert values(others(elsewhere)) == [0]


def test_an_outside_call_does_not_tell_what_was_tested():
    call = called("CYP2C9", "*1/*1", source="outside")
    assert not others(call).is_determined
    person = Person(calls={"CYP2C9": call, "VKORC1": vkorc1("C", "T")})
    flow = rule("warfarin-cpic-flow")
    result = follow(flow, observe(flow, person, {"african_ancestry": "yes"}), lambda _: base(35.0))
    assert result.outcome.equation == "clinical"
    # the laboratory's own word settles it
    stated = {"african_ancestry": "yes", "other_alleles": 0, "rs12777823_variants": 0}
    result = follow(flow, observe(flow, person, stated), lambda _: base(35.0))
    assert result.outcome.equation == "pharmacogenetic"


def base(dose):
    return BaseDose(dose=dose, unit="mg/week")


def vkorc1(*alleles):
    return called(
        "VKORC1",
        "rs9923231 reference (C)/rs9923231 variant (T)",
        sites=(site("chr16:31096368", *alleles, ref="C"),),
    )


@one_test
@pytest.mark.parametrize(
    ("alleles", "counts"),
    [
        (("C", "C"), [0]),
        (("C", "T"), [1]),
        (("T", "T"), [2]),
        (("T", "."), [1, 2]),
        ((".", "."), []),
        ((), []),
    ],
)
def test_a_variant_is_counted_at_its_position(alleles, counts):
    found = seen(
        "warfarin-cpic-flow", "vkorc1_variants", Person(calls={"VKORC1": vkorc1(*alleles)})
    )
    assert values(found) == counts


def test_a_variant_is_counted_by_names_where_there_is_no_position():
    call = called("SLCO1B1", "*1/*15", source="outside")
    found = seen("simvastatin-search", "c_copies", Person(calls={"SLCO1B1": call}))
    assert values(found) == [1]


def test_alleles_of_decreased_function_may_count_or_not():
    def lof(diplotype):
        person = Person(calls={"CYP2C19": called("CYP2C19", diplotype)})
        return values(seen("clopidogrel-abcd-gene", "lof_alleles", person))

    assert lof("*1/*1") == [0]
    assert lof("*1/*17") == [0]
    assert lof("*2/*3") == [2]
    assert lof("*2/*9") == [1, 2]


def inhibitor(modulators, *medicines, what="cyp2d6_inhibitor", name="eliglustat-us"):
    person = Person(medicines=medicines, modulators=modulators)
    return seen(name, what, person)


def test_inhibitors_that_are_taken(modulators):
    assert values(inhibitor(modulators, taking("paroxetine"))) == ["strong"]
    assert values(inhibitor(modulators, taking("duloxetine"))) == ["moderate"]
    assert values(inhibitor(modulators, taking("metformin"))) == ["none"]
    both = inhibitor(modulators, taking("duloxetine"), taking("paroxetine"))
    assert values(both) == ["strong"]


def test_no_list_of_medicines_is_no_answer(modulators):
    assert inhibitor(modulators).values == ()
    assert seen("eliglustat-us", "cyp2d6_inhibitor", Person()).values == ()


def test_medicines_that_may_be_taken_or_anything(modulators):
    perhaps = inhibitor(modulators, taking("metformin"), taking("paroxetine", use=UNKNOWN))
    assert values(perhaps) == ["none", "strong"]
    assert perhaps.reason == "medicine_use_unknown"
    anything = inhibitor(modulators, taking("duloxetine"), taking(unrecognised=["zxq"]))
    assert values(anything) == ["moderate", "strong"]
    stopped = inhibitor(
        modulators, taking("metformin"), taking("paroxetine", use=MedicineUse.STOPPED)
    )
    assert values(stopped) == ["none"]


def test_the_drug_itself_is_no_inhibitor_of_its_own(modulators):
    assert values(inhibitor(modulators, taking("eliglustat"))) == ["none"]


def test_inducers_are_told_from_inhibitors(modulators):
    rifampin = taking("rifampin")
    induced = inhibitor(modulators, rifampin, what="cyp3a_inducer")
    assert values(induced) == ["strong"]
    assert values(inhibitor(modulators, rifampin, what="cyp3a_inhibitor")) == ["none"]


def test_substances():
    def amiodarone(*medicines):
        person = Person(medicines=medicines or None)
        return values(seen("warfarin-lenzini-2010", "amiodarone", person))

    assert amiodarone(taking("amiodarone")) == ["yes"]
    assert amiodarone(taking("metformin")) == ["no"]
    assert amiodarone() == []
    assert amiodarone(taking("amiodarone", use=UNKNOWN)) == ["yes", "no"]
    assert amiodarone(taking(unrecognised=["zxq"])) == ["no", "yes"]


def patient(name, what, **fields):
    return seen(name, what, Person(patient=Patient(**fields)))


def test_liver_and_kidney():
    assert values(patient("eliglustat-us", "liver", liver=Liver(child_pugh="B"))) == ["moderate"]
    # no class recorded is not a healthy liver
    assert patient("eliglustat-us", "liver").values == ()

    def kidney(**fields):
        return values(patient("eliglustat-us", "kidney", kidney=Kidney(**fields)))

    assert kidney(creatinine_clearance=14.9) == ["end_stage"]
    assert kidney(creatinine_clearance=15.0) == ["impaired"]
    assert kidney(creatinine_clearance=85.0) == ["impaired", "none"]
    assert kidney(creatinine_clearance=95.0) == ["none"]
    assert kidney(dialysis=True) == ["end_stage"]
    assert kidney() == []


def test_conditions():
    def diabetes(*conditions):
        return values(patient("clopidogrel-abcd-gene", "diabetes", conditions=conditions))

    assert diabetes(Condition(code="E11.9", system="ICD-10")) == ["yes"]
    assert diabetes(Condition(code="44054006", system="SNOMED")) == ["yes"]
    assert diabetes(Condition(name="Diabetes  Mellitus")) == ["yes"]
    # what a record does not name is not absent
    assert diabetes() == []
    assert diabetes(Condition(code="I10", system="ICD-10")) == []


def test_body():
    assert body_mass_index(81, 180) == pytest.approx(25.0)
    assert body_surface_area(70, 170) == pytest.approx(
        0.007184 * math.pow(70, 0.425) * math.pow(170, 0.725)
    )
    found = patient("clopidogrel-abcd-gene", "bmi", weight_kg=81.0, height_cm=180.0)
    assert values(found) == [pytest.approx(25.0)]
    assert patient("clopidogrel-abcd-gene", "bmi", weight_kg=81.0).values == ()


def test_a_height_in_metres_is_refused():
    person = Person(patient=Patient(weight_kg=81.0, height_cm=1.8))
    score = rule("clopidogrel-abcd-gene")
    with pytest.raises(OutOfDomainError, match="body mass index"):
        answer(score, observe(score, person))


def test_what_the_caller_states_stands_first():
    person = Person(calls={"CYP2C9": called("CYP2C9", "*1/*1")})
    table = rule("siponimod-us")
    assert answer(table, observe(table, person, {"genotype": "*3/*3"})).answer.code == (
        "contraindicated"
    )
    with pytest.raises(OutOfDomainError):
        answer(table, observe(table, person, {"genotyp": "*3/*3"}))


def test_rules_of_a_drug():
    assert [r.name for r in rules_for("siponimod")] == ["siponimod-eu", "siponimod-us"]
    assert [r.name for r in rules_for("siponimod", "EU")] == ["siponimod-eu"]
    assert [r.name for r in rules_for("Tacrolimus", "US")] == ["tacrolimus-cpic-start"]
    assert rules_for("paracetamol") == ()


def test_what_is_known_is_listed_for_every_input():
    for name in ("eliglustat-us", "warfarin-cpic-flow", "clopidogrel-abcd-gene"):
        found = observe(rule(name), Person())
        assert [o.input for o in found] == [i.name for i in rule(name).inputs]
        assert all(not o.known and o.reason for o in found)
    assert known(a=1)[0].is_determined
