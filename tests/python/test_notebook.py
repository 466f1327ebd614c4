"""What a notebook shows of a result: compact, escaped, without a template engine."""

from __future__ import annotations

import subprocess
import sys
from html.parser import HTMLParser

import msgspec
import pytest

import pgx
from pgx.base import extensions
from pgx.records.calls import Override
from pgx.reports.content.drug_ranking import ACTIONABLE, SIGNS
from reports import factory


@pytest.fixture(scope="module")
def result():
    return pgx.annotate("examples/patient.g.vcf")[0]


class Tags(HTMLParser):
    """Checks that tags nest; keeps texts and names of tags."""

    def __init__(self):
        super().__init__()
        self.open, self.texts, self.names = [], [], set()

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.names.add(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


def parsed(html):
    tags = Tags()
    tags.feed(html)
    tags.close()
    assert not tags.open
    return tags


def test_a_result_shows_sample_drugs_and_genes(result):
    tags = parsed(result._repr_html_())
    said = " ".join(tags.texts)
    assert result.sample in said
    assert "Simvastatin" in said
    assert SIGNS["avoid"] in said
    for call in result.calls:
        assert call.gene in said
    plain = "div p strong table tr td th span details summary"
    assert tags.names <= set(plain.split())
    assert len(result._repr_html_()) < 10_000


def test_drugs_without_a_change_are_counted_only(result):
    from pgx.messages.catalogue import ENGLISH
    from pgx.reports.content.drug_groups import build_groups
    from pgx.reports.content.release_facts import NO_FACTS

    html = result._repr_html_()
    for group in build_groups(result, NO_FACTS, ENGLISH):
        assert f"<td>{len(group.drugs)}</td>" in html
        if group.key not in ACTIONABLE:
            assert all(drug.name not in html for drug in group.drugs)


def test_nothing_in_a_result_becomes_markup(result):
    evil = "<script>alert(1)</script>\u202e"
    calls = tuple(msgspec.structs.replace(c, diplotype=evil, phenotype=evil) for c in result.calls)
    advice = tuple(msgspec.structs.replace(r, drug=evil) for r in result.recommendations)
    odd = msgspec.structs.replace(result, sample=evil, calls=calls, recommendations=advice)
    html = odd._repr_html_()
    assert "script" not in parsed(html).names
    assert "\u202e" not in html


def test_the_short_form_is_one_line(result):
    text = repr(result)
    assert text.startswith("<PatientResult EXAMPLE_1: 24 of 26 genes called")
    assert len(text) < 150
    assert repr(msgspec.structs.replace(result, sample="a\nb\x1b")).isprintable()


def test_neither_form_changes_what_is_saved(result):
    tree = msgspec.to_builtins(result)
    assert set(tree) == set(type(result).__struct_fields__)
    assert msgspec.convert(tree, type(result)) == result


def test_a_record_without_a_view_shows_none(result, monkeypatch):
    class Plain:
        pass

    assert extensions.html_view(Plain()) is None
    monkeypatch.setattr(extensions, "_entry_points", lambda _: {})
    assert result._repr_html_() is None


def test_showing_needs_no_template_engine():
    code = (
        "import sys, pgx; r = pgx.annotate('examples/patient.g.vcf', genes=['TPMT'])[0];"
        "r._repr_html_(); assert not {'jinja2', 'pandas', 'matplotlib'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=900)


def test_what_makes_a_result_less_sure_is_said(result):
    said = Override(
        sample="EXAMPLE_1", drug="codeine", says="<no>", by="N.N.", date="2026-01-02", reason="x"
    )
    calls = (factory.ambiguous(phenotypes=("Normal Metabolizer", "Poor Metabolizer")),)
    changed = msgspec.structs.replace(result, overrides=(said,), calls=(*result.calls, *calls))
    text = " ".join(parsed(changed._repr_html_()).texts)
    assert "Laboratory decision : codeine: <no> (N.N., 2026-01-02)" in text
    assert "gene copies not determined" in text
    assert "or Poor Metabolizer" in text


def test_other_advice_by_current_medicines_is_said():
    [taken] = pgx.annotate("examples/patient.g.vcf", patient="examples/patient.json")
    text = " ".join(parsed(taken._repr_html_()).texts)
    assert "with current medicines: reduce the dose" in text
