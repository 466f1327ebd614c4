"""A decision table never says for sure what some possible value would contradict."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases import one_test
from dosing.rules.people import known, rule
from pgx.errors import MissingCovariateError, ModelError, OutOfDomainError
from pgx.records.calls import Certainty
from pgx_dosing.rules.asking import decide
from pgx_dosing.rules.reading import shipped_rules
from pgx_dosing.rules.results import Possible, PossibleValues, holds, options
from pgx_dosing.rules.specification import (
    Row,
    RuleAnswer,
    RuleCitation,
    RuleCondition,
    RuleInput,
    TableRule,
)

ANSWERS = [RuleAnswer(code="dose", text=text) for text in "abc"]
TABLES = [r for r in shipped_rules().values() if isinstance(r, TableRule)]


def table(inputs, rows, default=ANSWERS[0]):
    return TableRule(
        schema_version="1.0",
        name="t",
        title="t",
        drug="d",
        jurisdiction="US",
        source="s",
        as_of="1",
        citations=(RuleCitation(text="c"),),
        population="p",
        inputs=tuple(inputs),
        rows=tuple(rows),
        default=default,
    )


def plain(rule, values):
    """The oracle: the first row that holds, all inputs being known."""
    for row in rule.rows:
        if all(holds(c, values[c.input]) for c in row.when):
            return row.answer
    return rule.default


LEVELS = ("u", "v", "w")
names = st.sampled_from(["x", "y", "z"])


INPUTS = [
    *(RuleInput(name=n, kind="level", label=n, levels=LEVELS) for n in "xy"),
    RuleInput(name="z", kind="number", label="z", low=0.0, high=10.0, limits="plausibility"),
]


@st.composite
def conditions(draw):
    name = draw(names)
    if name != "z":
        among = draw(st.lists(st.sampled_from(LEVELS), min_size=1, max_size=2, unique=True))
        return RuleCondition(input=name, among=tuple(among))
    bound = draw(st.sampled_from([0.0, 3.0, 5.0, 10.0]))
    side = draw(st.sampled_from(["above", "at_least", "below", "at_most"]))
    return RuleCondition(input="z", **{side: bound})


rows = st.lists(
    st.builds(
        Row,
        when=st.lists(conditions(), min_size=1, max_size=3).map(tuple),
        answer=st.sampled_from(ANSWERS),
    ),
    max_size=6,
)
sets = st.lists(st.sampled_from(LEVELS), min_size=0, max_size=3, unique=True)
numbers = st.lists(st.sampled_from([0.0, 1.5, 3.0, 4.0, 5.0, 7.5, 10.0]), max_size=3, unique=True)


@settings(max_examples=200, deadline=None)
@given(rows, sets, sets, numbers)
def test_a_sure_answer_is_the_answer_of_every_value(listed, x, y, z):
    rule = table(INPUTS, listed)
    seen = [
        PossibleValues(input=n, values=tuple(Possible(v) for v in values), known=bool(values))
        for n, values in (("x", x), ("y", y), ("z", z))
    ]
    result = decide(rule, seen)
    every = itertools.product(
        x or LEVELS, y or LEVELS, z or [0.0, 0.1, 2.9, 3.0, 3.1, 4.9, 5.0, 5.1, 9.9, 10.0]
    )
    answers = {a.text for a in (plain(rule, dict(zip("xyz", v, strict=True))) for v in every)}
    if result.answer is not None:
        assert answers == {result.answer.text}
        assert result.certainty is Certainty.CERTAIN
        assert result.settled_by == ()
    else:
        # and what is possible is listed in full: no more, no less
        assert answers == {a.answer.text for a in result.alternatives}
        assert len(answers) > 1
        assert result.settled_by


@settings(max_examples=200, deadline=None)
@given(rows, sets, sets, numbers, st.randoms())
def test_what_would_settle_it_does(listed, x, y, z, random):
    rule = table(INPUTS, listed)
    values = {"x": x or list(LEVELS), "y": y or list(LEVELS), "z": z or [0.0, 4.0, 10.0]}

    def seen(chosen):
        return [
            PossibleValues(input=n, values=tuple(Possible(v) for v in chosen[n])) for n in "xyz"
        ]

    wanted = decide(rule, seen(values)).settled_by
    settled = {n: [random.choice(v)] if n in wanted else v for n, v in values.items()}
    assert decide(rule, seen(settled)).answer is not None


@pytest.mark.parametrize("shipped", TABLES, ids=lambda r: r.name)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_shipped_tables_never_contradict_themselves(shipped, data):
    asked = [c for row in shipped.rows for c in row.when]
    full = {
        i.name: options(i, PossibleValues(input=i.name, known=False), asked) for i in shipped.inputs
    }
    truth = {n: data.draw(st.sampled_from(ways)) for n, ways in full.items()}
    hidden = data.draw(st.sets(st.sampled_from(sorted(full))))
    seen = [PossibleValues(input=n, values=(p,)) for n, p in truth.items() if n not in hidden]
    result = decide(shipped, seen)
    right = plain(shipped, {n: p.value for n, p in truth.items()})
    if result.answer is None:
        assert right in [a.answer for a in result.alternatives]
        assert set(result.settled_by) <= hidden
    else:
        assert result.answer == right


def test_an_unknown_input_that_does_not_matter():
    # no inhibitor can help: an ultrarapid metaboliser has no dose
    result = decide(rule("eliglustat-us"), known(phenotype="Ultrarapid Metabolizer"))
    assert result.answer.code == "no_dose"
    handled = {m.input: m.handled for m in result.missing}
    assert handled["liver"] == "not_needed"
    assert [(c.input, c.value) for c in result.contributions] == [
        ("phenotype", "Ultrarapid Metabolizer")
    ]


def test_an_unknown_input_that_matters_is_named():
    result = decide(rule("siponimod-us"), [])
    assert result.certainty is Certainty.UNKNOWN
    assert result.answer is None
    assert result.settled_by == ("genotype",)
    assert {a.answer.code for a in result.alternatives} == {
        "contraindicated",
        "dose",
        "not_covered",
    }
    assert all(a.probability is None for a in result.alternatives)


def test_an_ambiguous_genotype_is_answered_for_each():
    result = decide(rule("siponimod-us"), known(genotype={"*1/*3": 0.7, "*1/*2": 0.3}))
    assert result.certainty is Certainty.DEPENDS
    assert [(a.answer.amount, a.probability) for a in result.alternatives] == [
        (1.0, pytest.approx(0.7)),
        (2.0, pytest.approx(0.3)),
    ]
    assert result.alternatives[0].when == (("genotype = *1/*3",),)


def test_values_that_lead_to_the_same_are_told_together():
    seen = known(genotype={"*1/*3": 0.5, "*2/*3": 0.2, "*3/*3": 0.3})
    listed = decide(rule("siponimod-us"), seen).alternatives
    ways = {a.answer.code: (a.when, a.probability) for a in listed}
    assert ways == {
        "dose": ((("genotype = *1/*3 or *2/*3",),), pytest.approx(0.7)),
        "contraindicated": ((("genotype = *3/*3",),), pytest.approx(0.3)),
    }


def test_candidates_with_one_answer_are_sure():
    result = decide(rule("siponimod-us"), known(genotype={"*1/*3": 0.6, "*2/*3": 0.4}))
    assert result.certainty is Certainty.CERTAIN
    assert result.answer.amount == 1.0
    assert result.missing[0].handled == "not_needed"


@one_test
@pytest.mark.parametrize(
    "value", ["*1/*9", "", "*1/*1 ", None, 1, True, ["*1/*1"], "‮*1/*1", "x" * 10_000]
)
def test_a_level_that_is_none_is_refused(value):
    with pytest.raises(OutOfDomainError):
        decide(rule("siponimod-us"), [PossibleValues(input="genotype", values=(Possible(value),))])


@one_test
@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0, 1.75, 1e308, "60", True, None])
def test_a_number_that_cannot_be_is_refused(value):
    # 1.75 is an ejection fraction in no unit
    with pytest.raises(OutOfDomainError):
        decide(
            rule("mavacamten-us"), [PossibleValues(input="lvef_percent", values=(Possible(value),))]
        )


def test_inputs_of_another_rule_or_twice_are_refused():
    with pytest.raises(OutOfDomainError):
        decide(rule("siponimod-us"), known(genotype="*1/*1", weight=3))
    with pytest.raises(OutOfDomainError):
        decide(rule("siponimod-us"), [*known(genotype="*1/*1"), *known(genotype="*3/*3")])


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_probability_that_is_none_is_refused(share):
    with pytest.raises(OutOfDomainError):
        decide(rule("siponimod-us"), known(genotype={"*1/*1": share}))


def test_a_required_input_is_asked_for():
    asked = RuleInput(name="x", kind="level", label="x", levels=LEVELS, required=True)
    with pytest.raises(MissingCovariateError):
        decide(table([asked], []), [])


def test_a_table_that_would_take_for_ever_is_given_up():
    asked = [RuleInput(name=f"i{n}", kind="level", label="i", levels=("a", "b")) for n in range(40)]
    # two ways out of each pair: 2 to the 20th before the last row
    pairs = [
        Row(
            when=(
                RuleCondition(input=f"i{n}", among=("a",)),
                RuleCondition(input=f"i{n + 1}", among=("a",)),
            ),
            answer=ANSWERS[n % 3],
        )
        for n in range(0, 40, 2)
    ]
    with pytest.raises(ModelError):
        decide(table(asked, pairs), [])
