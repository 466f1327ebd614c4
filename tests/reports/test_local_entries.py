"""What a laboratory says is shown as its own, beside what was computed, and is harmless."""

from __future__ import annotations

import html
import json

import jsonschema
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tools.json_schema import result_schema

import laboratory
from cases import one_test
from pgx.errors import ResultFileError
from pgx.inputs.release import knowledge_of
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.records.calls import AdviceFacts, OverlayInfo, Override
from pgx.reports.content.document import build_document
from pgx.reports.content.release_facts import NO_FACTS, facts_for, facts_of
from pgx.reports.files.output_folder import write_results
from pgx.reports.html_page import render_html
from pgx.reports.result_json import parse_result, render_json
from pgx.reports.tables.tsv_tables import OVERRIDE_COLUMNS, override_lines
from reports import factory
from reports.test_render_html import Page
from reports.test_render_json import sorted_result
from reports.test_render_tsv import assert_harmless


def local_result(text: str = "Example Laboratory"):
    """Return a result of which a laboratory says all that it can say: ``text``."""
    decided = {"sample": "S1", "says": text, "by": text, "date": "2025-10-21", "reason": text}
    facts = AdviceFacts(statement="LAB-1", source=text, reviewer=text, reviewed="2025-10-01")
    plain = factory.result()
    row = factory.advice(source="LOCAL", population="general", facts=facts, classification=text)
    return factory.result(
        recommendations=(*plain.recommendations, row),
        provenance=factory.provenance(
            overlay=OverlayInfo(laboratory=text, version=text, date="2025-10-15", digest="0" * 64)
        ),
        overrides=(
            Override(gene="CYP2C19", **decided),
            Override(gene="NOT1", **decided),
            Override(drug="clopidogrel", **decided),
        ),
    )


def test_the_document_says_who_and_what_beside_what_was_computed():
    document = build_document(local_result("Dr. X"))
    gene, other, drug = document.overrides
    assert (gene.subject, gene.anchor, gene.says) == ("CYP2C19", "gene-CYP2C19", "Dr. X")
    assert gene.computed == "Called: *2/*3 (Poor Metabolizer)"
    assert (other.anchor, other.computed) == ("", "not part of this report")
    assert drug.computed == "CPIC: Avoid (Definite); Local rule: Avoid (Definite)"
    assert drug.who == "Dr. X, 2025-10-21"
    [entry] = [d for g in document.groups for d in g.drugs if d.drug == "clopidogrel"]
    sources = {row.source: row.review for row in entry.rows}
    assert sources == {
        "CPIC": "", "Dr. X (local rule)": "source Dr. X, reviewed by Dr. X, 2025-10-01",
    }  # fmt: skip


def test_without_a_laboratory_nothing_is_said():
    document = build_document(factory.result())
    assert document.overrides == ()
    assert 'id="overrides"' not in render_html(factory.result())
    assert override_lines(factory.result()) == ""


def test_advice_of_two_reviewers_is_not_one():
    rows = [
        factory.advice(
            source="LOCAL",
            population=population,
            facts=AdviceFacts(statement=population, reviewer=f"Dr. {population}"),
        )
        for population in ("adults", "pediatrics")
    ]
    document = build_document(factory.result(recommendations=tuple(rows)))
    [entry] = [d for g in document.groups for d in g.drugs]
    assert [row.review.count("Dr. ") for row in entry.rows] == [1, 1]


def test_json_follows_the_schema_and_is_read_back():
    data = render_json(local_result())
    jsonschema.validate(json.loads(data), result_schema())
    assert parse_result(data) == sorted_result(local_result())


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_results_of_before_are_read(version):
    old = json.loads(render_json(factory.result())) | {"schema_version": version}
    del old["overrides"], old["provenance"]["overlay"]
    found = parse_result(json.dumps(old).encode())
    assert (found.overrides, found.provenance.overlay) == ((), None)


def test_decisions_on_another_sample_are_refused():
    tree = json.loads(render_json(local_result()))
    tree["overrides"][0]["sample"] = "S2"
    with pytest.raises(ResultFileError, match="more than one sample"):
        parse_result(json.dumps(tree).encode())


@one_test
@pytest.mark.parametrize("text", factory.HOSTILE)
def test_hostile_strings_are_shown_and_do_nothing(text):
    page = render_html(local_result(text))
    assert Page(page).shape() == Page(render_html(local_result("S1"))).shape()
    shown = html.unescape(page)
    assert not [c for c in shown if ord(c) < 32 and c != "\n"]
    assert not set(shown) & set("\x7f\x85\u202e\u2066\u200b\u2028\ufeff")
    lines = override_lines(local_result(text))
    assert_harmless(lines)
    rows = [line.split("\t") for line in lines.removesuffix("\n").split("\n")]
    assert [len(row) for row in rows] == [len(OVERRIDE_COLUMNS)] * 3
    assert parse_result(render_json(local_result(text))) == sorted_result(local_result(text))


@given(st.text(min_size=1).filter(lambda text: not text.isdecimal()))
@settings(max_examples=25, deadline=None)
def test_any_string_adds_no_element_and_no_line(text):
    page = Page(render_html(local_result(f"x{text}")))
    assert page.shape() == Page(render_html(local_result("xS1"))).shape()
    assert override_lines(local_result(text)).count("\n") == 3


def test_a_table_of_decisions_is_written_where_there_are_some(tmp_path):
    write_results([factory.result(), local_result()], tmp_path / "some", ())
    table = (tmp_path / "some" / "overrides.tsv").read_text(encoding="utf-8")
    assert table.splitlines()[0] == "\t".join(OVERRIDE_COLUMNS)
    assert table.count("\n") == 4
    write_results([factory.result()], tmp_path / "none", ())
    assert not (tmp_path / "none" / "overrides.tsv").exists()


def test_facts_of_another_folder_say_nothing_of_a_result():
    base = KnowledgeBase()
    laid = knowledge_of(laboratory.EXAMPLE, base)
    digest = base.manifest.digest

    def made(overlay):
        return factory.result(
            provenance=factory.provenance(knowledge_digest=digest, overlay=overlay)
        )

    def alike(overlay, knowledge, expected):  # each holds the release at hand
        facts = (facts_for(made(overlay), knowledge), expected)
        one, other = (msgspec.structs.replace(own, knowledge=None) for own in facts)
        return one == other

    assert alike(laid.overlay.info, laid, facts_of(laid))
    assert alike(laid.overlay.info, base, facts_of(base))
    assert alike(None, laid, NO_FACTS)
