"""Note codes: each has a sentence in every language, a line in the docs, and a writer."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from pgx.knowledge.integrity.genes import gene_findings
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.messages.catalogue import catalogue, languages
from pgx.records.advice import FaultCode
from pgx.records.notes import NoteCode

ROOT = Path(__file__).parents[2]
# `haplotypes.filters` forms these of the name of the evidence
FORMED = {NoteCode.COPY_NUMBER_FROM_DEPTH, NoteCode.COPY_NUMBER_FROM_READS}


def documented() -> list[str]:
    page = (ROOT / "docs" / "reference" / "notes.md").read_text(encoding="utf-8")
    part = page.split("## Notes of a gene's call\n")[1].split("\n## ")[0]
    return re.findall(r"^\| `(\w+)`", part, re.MULTILINE)


def source() -> str:
    files = [p for p in (ROOT / "src").rglob("*.py") if p.name != "notes.py"]
    return "".join(path.read_text(encoding="utf-8") for path in files)


def test_every_code_has_a_sentence_in_each_language_and_one_line_in_the_docs():
    assert set(languages()) >= {"en", "de"}
    for language in languages():
        sentences = catalogue(language)["note"]
        assert set(sentences) == set(NoteCode), language
        assert all(sentences.values()), language
    assert sorted(documented()) == sorted(NoteCode)


def test_every_code_is_written_by_a_caller_or_a_gene():
    used = {NoteCode[name] for name in re.findall(r"\bNoteCode\.([A-Z0-9_]+)\b", source())}
    used |= {NoteCode(note) for gene in KnowledgeBase().genes.values() for note in gene.notes}
    assert set(NoteCode) - used == FORMED
    assert 'NoteCode(f"copy_number_from_{' in source()


def test_no_note_is_written_as_a_bare_text():
    """So that a misspelt code fails at import, not in a report."""
    assert not re.findall(r'(?:add_note\([^"\n]*|notes\.append\(|\bnotes? ?= ?\()"\w+', source())


def test_a_gene_with_a_note_that_no_report_can_word_is_refused():
    gene = KnowledgeBase().genes["CYP2D6"]
    assert not list(gene_findings(gene))
    wrong = msgspec.structs.replace(gene, notes=(*gene.notes, "moon_phase"))
    [finding] = gene_findings(wrong)
    assert (finding.code, finding.table) == (FaultCode.TERM, "genes")
    assert "moon_phase" in finding.what
