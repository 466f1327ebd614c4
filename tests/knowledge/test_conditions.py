"""What must hold for advice: every sentence that limits it, and every code of the table."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cases import one_test
from knowledge.reading_checks import load_checked, may_limit
from languages import GERMAN_PHRASES as GERMAN
from pgx.errors import SnapshotSchemaError
from pgx.knowledge.importers.curated import unconditional_action
from pgx.knowledge.importers.guideline_rows import AUTHORITIES
from pgx.knowledge.importers.readings import load_readings, sentence_digest
from pgx.knowledge.importers.source_folders import SourceFolders, files_of, source_rows
from pgx.knowledge.integrity.guidance import condition_findings
from pgx.knowledge.medicines import read_conditions
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.messages.catalogue import ENGLISH_PHRASES as ENGLISH
from pgx.recommendations.conditions import render_condition
from pgx.records.advice import Statement, coded, split_condition
from pgx.records.patient import AdviceCondition
from release_sources import source_folders

ROOT = Path(__file__).resolve().parents[2]
TABLES = ROOT / "data" / "knowledgebase"


@pytest.fixture(scope="module")
def kb():
    return KnowledgeBase(TABLES)


@pytest.fixture(scope="module")
def checked():
    return load_checked(TABLES / "readings")


@pytest.fixture(scope="module")
def reference() -> Path:
    shared = Path(os.environ.get("PGX_VALIDATION_DATA", ROOT.parent / "shared"))
    if not (shared / "reference").is_dir():
        pytest.skip("the validation data folder is not here")
    return shared / "reference"


def statement(**given) -> Statement:
    facts = {
        "id": "S-1", "authority": "CPIC", "guideline_id": "G", "drug": "metoprolol",
        "genes": ("CYP2D6",), "population": "general", "lookup": (), "action": ("reduce_dose",),
    }  # fmt: skip
    return Statement(**{**facts, **given})


@pytest.mark.parametrize("authority", AUTHORITIES, ids=lambda a: a.name)
def test_a_sentence_that_limits_its_advice_has_a_condition_or_was_checked(
    reference, authority, checked
):
    """An "if" that was read over turns advice for some into advice for all."""
    readings = load_readings(TABLES / "readings", authority.name.lower())
    rows = source_rows(
        files_of(authority, SourceFolders(source_folders(reference))),
        authority,
        readings.keys,
    )
    asked, open_ = 0, set()
    for row in rows:
        if not may_limit(row.sentence):
            continue
        asked += 1
        digest = sentence_digest(row.sentence)
        reading = readings.reading_of(digest, row.drug, row.keys)
        if reading is not None and not reading["condition"] and digest not in checked:
            open_.add((row.drug, digest[:12], row.sentence[:80]))
    assert asked > 10  # the words are looked for
    assert not open_


def test_what_was_checked_has_been_read_and_has_no_condition(checked):
    without, every = set(), set()
    for authority in AUTHORITIES:
        readings = load_readings(TABLES / "readings", authority.name.lower())
        for (digest, _), rows in readings.sentences.items():
            every.add(digest)
            if not all(row["condition"] for row in rows):
                without.add(digest)
    assert checked.keys() <= every
    assert checked.keys() <= without


def test_a_list_of_checks_with_an_unknown_reason_is_refused(tmp_path):
    (tmp_path / "conditions_checked.tsv").write_text(
        "digest\twhy\tnote\nab\tbecause\t\n", encoding="utf-8"
    )
    with pytest.raises(SnapshotSchemaError, match="because"):
        load_checked(tmp_path)


@pytest.mark.parametrize(
    ("sentence", "limits"),
    [
        ("Use only if no alternative exists.", True),
        ("Interactions should also be considered.", True),
        ("Identify the gene.", False),
        ("Avoid <b>use</b>.", False),
    ],
)
def test_words_that_limit_advice(sentence, limits):
    assert may_limit(sentence) is limits


# --- the codes -----------------------------------------------------------------------------


@pytest.mark.parametrize("phrases", [ENGLISH, GERMAN], ids=["english", "german"])
def test_every_code_has_words_and_all_words_a_code(kb, phrases):
    codes = {c.condition for c in kb.medicines.conditions}
    worded = set(phrases["condition"])
    assert {c for c in codes if not any(w == c or w.startswith(f"{c}_") for w in worded)} == set()
    assert {w for w in worded if w not in codes and w.rpartition("_")[0] not in codes} == set()


@pytest.mark.parametrize("phrases", [ENGLISH, GERMAN], ids=["english", "german"])
def test_every_condition_of_the_release_can_be_said_and_taken_apart(kb, phrases):
    for it in kb.statements:
        said = render_condition(it.condition, it.drug, phrases)
        if said is None:
            continue
        parts = [part.partition(": ") for part in said.split("; ")]
        assert tuple(fact for fact, _, _ in parts) == it.condition
        assert all(text for _, _, text in parts)


def test_the_release_has_conditions_of_every_kind_that_guidelines_name(kb):
    kinds = {c.condition: c.kind for c in kb.medicines.conditions}
    used = {
        kinds[coded(split_condition(fact)[1])[0]] for it in kb.statements for fact in it.condition
    }
    assert used >= {
        "planned_dose", "comedication", "symptom", "indication", "diagnosis", "prior_exposure",
        "phase", "monitoring", "no_alternative", "judgement",
    }  # fmt: skip


def test_every_condition_of_the_release_is_sound(kb):
    assert list(condition_findings(kb)) == []


def known(**rules: str) -> dict[str, AdviceCondition]:
    return {
        name: AdviceCondition(condition=name, kind="k", while_unknown=state)
        for name, state in rules.items()
    }


@one_test
@pytest.mark.parametrize(
    ("given", "held"),
    [
        ({"condition": ("waiting",)}, ("no_recommendation",)),
        ({"condition": ("holding",)}, ()),
        ({"condition": ("monitor@waiting",)}, ()),
        ({"condition": ("holding", "waiting")}, ("no_recommendation",)),
        (
            {"condition": ("waiting",), "action": ("reduce_dose", "use_as_directed")},
            ("use_as_directed",),
        ),
        (
            {"condition": ("waiting",), "conditions": ("no_action_for=all other cases",)},
            ("use_as_directed",),
        ),
        ({"condition": ("waiting",), "action": ("alternative", "monitor")}, ("monitor",)),
        (
            {"condition": ("waiting", "monitor@waiting"), "action": ("alternative", "monitor")},
            ("no_recommendation",),
        ),
    ],
)
def test_what_holds_while_a_condition_is_open(given, held):
    rules = known(waiting="waits", holding="holds")
    assert unconditional_action(statement(**given), rules) == held


@pytest.mark.parametrize(
    "row",
    [
        {"arguments": "many"},
        {"decided_by": "weather"},
        {"while_unknown": "perhaps"},
    ],
)
def test_a_row_of_the_table_that_cannot_be_read_is_refused(row):
    cells = {
        "condition": "c", "kind": "k", "arguments": "0", "decided_by": "",
        "while_unknown": "holds", "note": "", "source": "s",
    }  # fmt: skip
    with pytest.raises(SnapshotSchemaError, match="cannot be read"):
        read_conditions([{**cells, **row}])


def test_a_code_that_stands_twice_is_refused():
    cells = dict.fromkeys(("kind", "decided_by", "note", "source"), "")
    cells |= {"condition": "c", "arguments": "0", "while_unknown": "holds"}
    with pytest.raises(SnapshotSchemaError, match="twice"):
        read_conditions([cells, cells])


# --- faults --------------------------------------------------------------------------------


class _Release:
    """As much of a release as the check of conditions reads."""

    def __init__(self, it: Statement, kb: KnowledgeBase) -> None:
        self.statements = (it,)
        self.medicines_as_written = kb.medicines_as_written


@one_test
@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"condition": ("if_it_rains",)}, "is not in conditions.tsv"),
        ({"condition": ("planned_dose_above",)}, "0 arguments, not 1"),
        ({"condition": ("reduce_dose@side_effects",)}, "names the primary action"),
        ({"condition": ("indication=a; b",)}, "parts conditions"),
        ({"unconditional": ("use_as_directed",)}, "none that waits"),
    ],
)
def test_a_fault_in_a_condition_is_found(kb, given, said):
    [finding] = condition_findings(_Release(statement(**given), kb))
    assert said in finding.what
