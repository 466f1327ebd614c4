"""Catalogues of every language: the keys and arguments of English, nothing left in English."""

from __future__ import annotations

import re
import string

import pytest

from cases import one_test
from pgx.errors import InvariantError, UsageError
from pgx.messages import catalogue as catalogues
from pgx.messages.arguments import ArgumentKind, MessageArgument, in_words
from pgx.messages.catalogue import TERM_TABLES, catalogue, languages, read_messages
from pgx.reports.content.release_facts import ReportFacts
from pgx.reports.html_page import render_html
from reports import factory

TEMPLATE = "pgx.pot"


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def test_every_language_has_the_messages_and_arguments_of_english():
    english = list(read_messages(TEMPLATE))
    assert len({m[:2] for m in english}) == len(english)
    for language in languages()[1:]:
        own = list(read_messages(f"{language}.po"))
        assert [m[:2] for m in own] == [m[:2] for m in english], language
        for context, text, said in own:
            assert bool(said) == bool(text), (language, context, text)
            if context not in TERM_TABLES:
                assert fields(said) == fields(text), (language, context)


def test_every_line_and_entry_has_the_format(tmp_path, monkeypatch):
    """So that a translator's mistake is named, not shown to a patient."""
    monkeypatch.setattr(catalogues, "_FOLDER", tmp_path)
    for broken in ('msgctxt "a.b"\nmsgid "x\nmsgstr "y"', 'msgctxt "a.b"\nmsgid "x"', "what"):
        (tmp_path / "xx.po").write_text(broken + "\n")
        with pytest.raises(InvariantError):
            list(read_messages("xx.po"))


def test_a_translation_that_was_guessed_or_commented_out_is_none(tmp_path, monkeypatch):
    monkeypatch.setattr(catalogues, "_FOLDER", tmp_path)
    entry = 'msgctxt "label.sample"\nmsgid "Sample"\nmsgstr "Essai"\n'
    gone = '#~ msgctxt "label.gone"\n#~ msgid "Gone"\n#~ msgstr "Parti"\n'
    for mark, said in (("", "Essai"), ("#, fuzzy\n", ""), ("#, python-brace-format, fuzzy\n", "")):
        (tmp_path / "xx.po").write_text(f"{mark}{entry}\n{gone}")
        assert [m.translation for m in read_messages("xx.po")] == [said]


def test_a_third_language_is_a_file(tmp_path, monkeypatch):
    """Every English text in capitals is another language; what it lacks is shown in English."""
    entries = []
    for entry in (catalogues._FOLDER / TEMPLATE).read_text(encoding="utf-8").split("\n\n"):
        english = entry.partition("msgid ")[2].partition("\nmsgstr")[0]
        loud = re.sub(r"\{[^}]*\}|\\.|[^{\\]", lambda m: m[0].upper() if len(m[0]) == 1 else m[0],
                      english)  # fmt: skip
        is_text = "msgctxt" in entry and "style." not in entry and ".style." not in entry
        is_text = is_text and "label.genes" not in entry
        entries.append(entry.replace('msgstr ""', f"msgstr {loud}") if is_text else entry)
    (tmp_path / TEMPLATE).write_bytes((catalogues._FOLDER / TEMPLATE).read_bytes())
    (tmp_path / "xx.po").write_text("\n\n".join(entries), encoding="utf-8")
    monkeypatch.setattr(catalogues, "_FOLDER", tmp_path)
    monkeypatch.setattr(catalogues, "_tables_of", catalogues._tables_of.__wrapped__)
    monkeypatch.setattr(catalogues, "_translated", catalogues._translated.__wrapped__)
    assert languages() == ("en", "xx")
    page = render_html(factory.result(), ReportFacts(language="xx"))
    assert '<html lang="xx"' in page
    assert "PHARMACOGENOMIC REPORT" in page
    assert ">Genes<" in page
    with pytest.raises(UsageError):
        catalogue("de")


@one_test
@pytest.mark.parametrize(
    ("english", "german", "dative", "kind"),
    [
        ("5 mg, and 10 mg twice a day", "5 mg und 10 mg zweimal täglich", "", "list"),
        ("36 mg/day (at most 18.5 mg in a single dose)",
         "36 mg/Tag (höchstens 18,5 mg als Einzeldosis)", "", "quantity"),
        ("0.18–4.8%", "0,18–4,8\u00a0%", "", "quantity"),
        ("at least 7 days", "mindestens 7 Tage", "mindestens 7 Tagen", "quantity"),
        ("codeine, tramadol, and TPMT", "Codein, Tramadol und TPMT", "", "list"),
        ("genotype *1/c.1236G>A", "Genotyp *1/c.1236G>A", "", "quantity"),
        ("HLA-B*15:02", "HLA-B*15:02", "", "symbol"),
        ("a strong CYP9Z9 inhibitor", "ein starker CYP9Z9-Inhibitor",
         "einem starken CYP9Z9-Inhibitor", "term"),
        ("5 mg of a thing, and 10 mg", "5 mg of a thing, and 10 mg", "", "unknown"),
    ],
)  # fmt: skip
def test_arguments_are_translated_as_a_whole_or_not_at_all(english, german, dative, kind):
    said = in_words(english, catalogue("de")["phrases"])
    assert isinstance(said, MessageArgument)
    assert (said, said.kind) == (german, ArgumentKind(kind))
    assert f"{said:dat}" == (dative or german)
    assert f"{said:own}" == english
    assert in_words(english, catalogue("en")["phrases"]) is english
