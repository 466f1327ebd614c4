"""Twelve questions of a clinician are answered from the first screen, or by one click or search."""

from __future__ import annotations

import pytest
from validation.reading import QUESTIONS, answers

from pgx.reports.html_page import render_html
from reports.ordered import ordered_example

FOLDED = """<body><header><a href="#a">x</a></header><section id="answer">EXAMPLE_1</section>
<p>{open}</p><details id="{name}"><summary>Plavix</summary><p>avoid clopidogrel</p>
<details><summary>More</summary>2026.12.1 (2026-12)</details></details></body>"""


@pytest.fixture(scope="module")
def found():
    return answers(render_html(*ordered_example()))


@pytest.mark.parametrize("question", [q.text for q in QUESTIONS])
def test_a_question_is_answered_by_one_click_at_most(found, question):
    assert found[question] is not None
    assert found[question].clicks <= 1


def test_most_are_answered_on_the_first_screen(found):
    assert len(QUESTIONS) == 12
    assert sum(answer.is_first for answer in found.values()) >= 9


@pytest.mark.parametrize(("name", "is_led"), [("a", True), ("b", False)])
def test_clicks_are_counted(name, is_led):
    told = answers(FOLDED.format(name=name, open="codeine: avoid"))
    assert told["Whose report is it?"].is_first
    assert told["Does codeine work?"][:3] == (0, False, False)
    assert told["May I give clopidogrel?"][:3] == (1, False, is_led)
    # a part within a part is opened on its own
    assert told["Of what date is the knowledge base?"].clicks == 2
    assert told["What about warfarin?"] is None
