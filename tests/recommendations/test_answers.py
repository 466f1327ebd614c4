"""What is remembered of a topic: the same as what is found anew, and never too much."""

from pgx.messages.catalogue import ENGLISH_PHRASES as ENGLISH
from pgx.recommendations import lookup as answers
from pgx.recommendations.index import build_index
from pgx.recommendations.lookup import TopicAnswers, recommend
from recommendations.made import call, drug, statement

TWO_GENES = [
    statement(1, "AAA=Normal;BBB=Normal|No Result", "use_as_directed"),
    statement(2, "AAA=Poor;BBB=Normal|Poor|No Result", "avoid"),
    statement(3, "AAA=Normal|No Result;BBB=Poor", "monitor", monitoring=("toxicity",)),
    statement(4, "AAA=No Result;BBB=Normal", "use_as_directed", notes=("not_genotyped=AAA",)),
]
SAMPLES = [
    [],
    [call("AAA", "Poor")],
    [call("AAA", "Indeterminate"), call("BBB", "Normal")],
    [call("BBB", "Normal")],
    [call("AAA", "Normal", "Poor", depends_on=("chr1:5",)), call("BBB", "Strange")],
    [call("AAA", "Normal"), call("BBB", "Normal", "Poor")],
    [call("AAA", "Normal", notes=("copy_number_not_assessed",)), call("BBB", "Normal")],
]


def answers_of(statements):
    [topic] = build_index([drug()], statements).topics
    return TopicAnswers(topic, "general", ENGLISH)


def test_advice_does_not_depend_on_who_was_advised_before():
    shared = build_index([drug()], TWO_GENES)
    for calls in [*SAMPLES, *reversed(SAMPLES)]:
        fresh = build_index([drug()], TWO_GENES)
        assert recommend(shared, "S1", calls) == recommend(fresh, "S1", calls)


def test_a_statement_found_by_the_other_gene_keeps_its_own_notes_to_itself():
    found = answers_of(TWO_GENES)
    absent, mute = ("No Result", "Normal"), ("Indeterminate", "Normal")
    assert found.row(absent).facts.remarks == ("not_genotyped=AAA",)
    assert found.row(mute).facts.remarks == ("not_assignable=AAA",)
    assert found.row(absent).facts.remarks == ("not_genotyped=AAA",)
    assert found.row(mute).text != found.row(absent).text


def test_what_is_remembered_of_a_topic_is_bounded(monkeypatch):
    monkeypatch.setattr(answers, "_LIMIT", 3)
    found = answers_of(TWO_GENES)
    keys = [(a, b) for a in ("Normal", "Poor", "Strange") for b in ("Normal", "Poor")]
    rows = [found.row(combination) for combination in keys]
    assert len(found._rows) <= 3
    assert len(found._answers) <= 3
    assert [found.row(combination) for combination in keys] == rows
