"""CPIC's guidance: readings, importer, and the tables in the repository."""

from __future__ import annotations

import json
import os
import re
import shutil
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgx.errors import SnapshotSchemaError
from pgx.knowledge.importers.curated import with_codes, with_conditions, with_critical
from pgx.knowledge.importers.guidelines import GUIDELINE_COLUMNS, compact_lookup
from pgx.knowledge.importers.readings import (
    IMPLICATION_COLUMNS,
    KEY_COLUMNS,
    PENDING_COLUMNS,
    POPULATION_COLUMNS,
    READING_COLUMNS,
    load_readings,
    sentence_digest,
)
from pgx.knowledge.importers.source_build import build_guidelines
from pgx.knowledge.importers.source_folders import SourceFolders
from pgx.knowledge.tables import format_table, parse_table
from pgx.records.advice import (
    ADVICE_FIELDS,
    NOT_CODED,
    Drug,
    DrugStatus,
    Guideline,
    Statement,
    coded,
    format_fact,
    format_lookup,
    parse_lookup,
    record_from_row,
    records_from_rows,
    row_from_record,
)
from release_sources import source_folders

ROOT = Path(__file__).resolve().parents[2]
TABLES = ROOT / "data" / "knowledgebase"
RELEASES = ("guidelines_2024-05.jsonl", "guidelines_2025-11_partial.jsonl")


def records(name: str, kind: type) -> list:
    text = (TABLES / f"{name}.tsv").read_text(encoding="utf-8")
    return [record_from_row(kind, row) for row in parse_table(name, text)]


@pytest.fixture(scope="module")
def reference() -> Path:
    shared = Path(os.environ.get("PGX_VALIDATION_DATA", ROOT.parent / "shared"))
    if not (shared / "reference").is_dir():
        pytest.skip("the validation data folder is not here")
    return shared / "reference"


def reading(**fields) -> dict[str, str]:
    return {**dict.fromkeys(READING_COLUMNS, ""), "action": "reduce_dose", **fields}


# --- the importer ----------------------------------------------------------------------

SENTENCE, NEWER = "Halve the dose.", "Avoid it."


def write_table(folder: Path, name: str, columns: tuple[str, ...], rows: list[dict]) -> None:
    full = [{**dict.fromkeys(columns, ""), **row} for row in rows]
    (folder / name).write_text(format_table(name, full, columns), encoding="utf-8")


@pytest.fixture
def workplace(tmp_path: Path) -> Path:
    read = [
        reading(digest=sentence_digest(SENTENCE), dose_factor_min="0.5", dose_factor_max="0.5",
                dose_as="reduce_by"),
        reading(digest=sentence_digest(NEWER), action="avoid"),
        reading(digest=sentence_digest(""), drug="algol", action="use_algorithm"),
    ]  # fmt: skip
    write_table(tmp_path, "cpic.tsv", READING_COLUMNS, read)
    means = {"digest": sentence_digest("AAA: much"), "implications": "AAA:exposure_increased"}
    write_table(tmp_path, "cpic_implications.tsv", IMPLICATION_COLUMNS, [means])
    labels = [
        {"label": "general", "population": "general"},
        {"label": "kids", "population": "kids"},
    ]
    write_table(tmp_path, "cpic_populations.tsv", POPULATION_COLUMNS, labels)
    waiting = {"drug": "waitol", "genes": "AAA", "reason": "no_statement_in_sources"}
    write_table(tmp_path, "cpic_pending.tsv", PENDING_COLUMNS, [waiting])
    levels = 'Gene,Drug,RxNorm,ATC,CPICLevel\nAAA,examplol,12,"B02, A01",A\n'
    (tmp_path / "cpic_levels_2023.csv").write_text(levels, encoding="utf-8")
    return tmp_path


def release(folder: Path, month: str, *rows: dict) -> Path:
    usual = {
        "source": "CPIC", "guideline_id": "PA1", "guideline": "t", "genes": ["AAA"],
        "drugs": ["examplol"], "population": "general", "classification": "Strong",
        "text": SENTENCE, "implications": ["AAA: much"], "dosing_information": True,
        "alternate_drug": False, "other_guidance": False, "lookup_keys": [{"AAA": "Poor"}],
        "citations": [{"pmid": "9", "title": "t", "year": 2020}],
    }  # fmt: skip
    path = folder / f"guidelines_{month}.jsonl"
    path.write_text("".join(json.dumps({**usual, **row}) + "\n" for row in rows), encoding="utf-8")
    return path


def build(folder: Path, *sources: Path):
    assert {path.parent for path in sources} == {folder}
    return build_guidelines(SourceFolders((folder,)), folder)


def test_a_sentence_becomes_its_reading(workplace):
    tables = build(workplace, release(workplace, "2024-05", {}))
    [it] = tables.statements
    assert (it.action, it.dose_factor_min, it.classification) == (("reduce_dose",), 0.5, "Strong")
    assert it.implications == ("AAA:exposure_increased",)
    assert (it.source, it.pmids, it.evidence) == ("cpic-2024-05", ("9",), ("AAA:A",))
    assert it.flags == ("dosing_information",)
    assert not tables.unread
    assert [(d.drug, d.status, d.atc) for d in tables.drugs] == [
        ("examplol", DrugStatus.COVERED, ("A01", "B02")),
        ("waitol", DrugStatus.PENDING, ()),
    ]


def test_an_unread_sentence_is_kept_as_a_text_and_reported(workplace):
    older = release(workplace, "2024-05", {})
    newer = release(workplace, "2025-11", {"text": "Halve the dose!"})
    tables = build(workplace, older, newer)
    [it] = tables.statements
    assert (it.action, it.dose_factor_min, it.classification) == ((NOT_CODED,), None, "Strong")
    assert (it.source, it.flags) == ("cpic-2025-11", ("dosing_information",))
    [unread] = tables.unread
    assert (unread.drug, unread.lookup, unread.kind) == ("examplol", "AAA=Poor", "sentence")
    assert unread.before == "reduce_dose"  # what it said until then is withdrawn, and named
    texts = {t.digest: t.text for t in tables.texts}
    assert texts[unread.digest] == "Halve the dose!"
    assert unread.digest.startswith(it.reading)
    [drug] = [d for d in tables.drugs if d.drug == "examplol"]
    assert (drug.status, drug.reason) == (DrugStatus.COVERED, "texts_not_coded")


def test_an_unread_text_leaves_the_others_of_its_drug(workplace):
    rows = [{}, {"text": "Halve the dose!", "lookup_keys": [{"AAA": "Fast"}]}]
    tables = build(workplace, release(workplace, "2024-05", *rows))
    assert {format_lookup(s.lookup): s.action[0] for s in tables.statements} == {
        "AAA=Poor": "reduce_dose",
        "AAA=Fast": NOT_CODED,
    }


def test_an_unread_implication_is_reported(workplace):
    tables = build(workplace, release(workplace, "2024-05", {"implications": ["AAA: little"]}))
    assert [u.kind for u in tables.unread] == ["implication"]
    assert tables.statements[0].implications == ("AAA:not_coded=AAA: little",)


def test_the_newer_release_wins_where_it_has_a_row(workplace):
    older = release(workplace, "2024-05", {"lookup_keys": [{"AAA": "Poor"}, {"AAA": "Fast"}]})
    newer = release(workplace, "2025-11", {"text": NEWER, "lookup_keys": [{"AAA": ["Poor"]}]})
    found = {
        format_lookup(s.lookup): (s.action[0], s.source)
        for s in build(workplace, newer, older).statements
    }
    assert found == {
        "AAA=Fast": ("reduce_dose", "cpic-2024-05"),
        "AAA=Poor": ("avoid", "cpic-2025-11"),
    }


def test_a_sentence_may_mean_another_thing_for_some_keys(workplace):
    """The reading whose ``when`` names a key comes before the one for all others."""
    text = (workplace / "cpic.tsv").read_text(encoding="utf-8")
    special = reading(digest=sentence_digest(SENTENCE), when="AAA=Fast", action="avoid")
    line = "\t".join(special.get(column, "") for column in READING_COLUMNS)
    (workplace / "cpic.tsv").write_text(text + line + "\n", encoding="utf-8")
    keys = [{"AAA": "Poor"}, {"AAA": "Fast"}]
    tables = build(workplace, release(workplace, "2024-05", {"lookup_keys": keys}))
    found = {format_lookup(s.lookup): s.action[0] for s in tables.statements}
    assert found == {"AAA=Fast": "avoid", "AAA=Poor": "reduce_dose"}


def label_row(**changes) -> dict:
    usual = {
        "source": "FDA_LABEL", "guideline_id": "PA2", "drug": ["examplol"], "genes": ["AAA"],
        "lookup": [{"AAA": {"*2": 1.0, "*1": 1.0}}], "population": None, "classification": None,
        "action": SENTENCE, "implication": "no implication text given", "dosing": True,
        "alternate": False, "other": False, "pmids": [], "version_or_date": "label v1",
    }  # fmt: skip
    return {**usual, **changes}


def test_facts_of_labels_are_a_source_of_their_own(workplace):
    """Pairs of alleles are diplotypes, and our words for a key replace the source's."""
    for name in ("", "_implications", "_populations"):
        shutil.copy(workplace / f"cpic{name}.tsv", workplace / f"fda_label{name}.tsv")
    ours = {"gene": "AAA", "key": "Slow", "ours": "0.0;0.5"}
    write_table(workplace, "fda_label_keys.tsv", KEY_COLUMNS, [ours])
    rows = [label_row(), label_row(guideline_id="PA3", lookup=[{"AAA": "Slow"}])]
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (workplace / "fda_2025.jsonl").write_text(lines, encoding="utf-8")
    tables = build(workplace, release(workplace, "2024-05", {}))
    found = {format_lookup(s.lookup): s for s in tables.statements if s.authority == "FDA_LABEL"}
    assert found.keys() == {"AAA=diplotype *1/*2", "AAA=0.0|0.5"}
    assert {s.source for s in found.values()} == {"fda-label-2025"}
    assert [g.version for g in tables.guidelines if g.authority == "FDA_LABEL"] == ["label v1"] * 2
    assert [d.authority for d in tables.drugs if d.drug == "examplol"] == ["CPIC", "FDA_LABEL"]


def test_a_persons_other_tests_are_dropped(workplace):
    older = release(workplace, "2024-05", {"lookup_keys": [{"AAA": "*1 positive"}]})
    newer = release(
        workplace, "2025-11", {"lookup_keys": [{"AAA": ["*2 negative", "*1 positive"]}]}
    )
    [it] = build(workplace, older, newer).statements
    assert (format_lookup(it.lookup), it.source) == ("AAA=*1 positive", "cpic-2025-11")


def test_a_row_without_population_holds_for_all_of_its_drug(workplace):
    rows = [{"population": "kids"}, {"population": None, "lookup_keys": [{"AAA": "xN"}]}]
    tables = build(workplace, release(workplace, "2024-05", *rows))
    [it] = tables.statements
    assert (it.population, format_lookup(it.lookup)) == ("kids", "AAA=Poor|xN")


def test_an_algorithm_takes_any_result(workplace):
    row = {"drugs": ["algol"], "text": None, "lookup_keys": [{"AAA": ["x"], "BBB": []}]}
    [it] = build(workplace, release(workplace, "2024-05", row)).statements
    assert format_lookup(it.lookup) == "AAA=any;BBB=any"


def test_an_unknown_population_is_refused(workplace):
    with pytest.raises(SnapshotSchemaError, match="population"):
        build(workplace, release(workplace, "2024-05", {"population": "astronauts"}))


def test_a_file_that_is_no_list_of_rows_is_refused(workplace):
    path = workplace / "guidelines_2024-05.jsonl"
    for text in ("{]\n", "[]\n", "{}\n"):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(SnapshotSchemaError, match="JSON"):
            build(workplace, path)


def test_a_file_without_a_year_is_refused(workplace):
    with pytest.raises(SnapshotSchemaError, match="year"):
        build(workplace, release(workplace, "latest", {}))


@pytest.mark.parametrize("change", ["action", "double", "width", "header"])
def test_malformed_readings_are_refused(workplace, change):
    path = workplace / "cpic.tsv"
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    broken = {
        "action": text.replace("reduce_dose", "reduce"),
        "double": text + lines[1] + "\n",
        "width": text + "a\tb\n",
        "header": text.replace("digest", "sha", 1),
    }
    path.write_text(broken[change], encoding="utf-8")
    with pytest.raises(SnapshotSchemaError):
        load_readings(workplace)


KEYS = st.sampled_from(["a", "b", "c", "d"])


@given(st.sets(st.tuples(KEYS, KEYS), min_size=1))
def test_compact_lookups_cover_exactly_what_they_came_from(pairs):
    combinations = [(("G1", first), ("G2", second)) for first, second in pairs]
    products = compact_lookup(combinations)
    covered = [tuple(p) for factors in products for p in product(*(keys for _, keys in factors))]
    assert sorted(covered) == sorted(pairs)
    assert parse_lookup(format_lookup(products)) == products


# --- the tables in the repository ------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kind"), [("drugs", Drug), ("guidelines", Guideline), ("statements", Statement)]
)
def test_rows_and_records_are_the_same_thing(name, kind):
    rows = parse_table(name, (TABLES / f"{name}.tsv").read_text(encoding="utf-8"))
    assert tuple(rows[0]) == GUIDELINE_COLUMNS[name]
    for row in rows:
        assert row_from_record(record_from_row(kind, row)) == row
    assert records_from_rows(kind, rows) == [record_from_row(kind, row) for row in rows]


def test_a_later_column_is_in_all_rows_or_in_none():
    rows = [row_from_record(record) for record in records("statements", Statement)[:2]]
    for row in rows:
        del row["drug_codes"]
    assert [r.drug_codes for r in records_from_rows(Statement, rows)] == [(), ()]
    rows[1]["drug_codes"] = "codeine=2670|R05DA04"
    with pytest.raises(SnapshotSchemaError):
        records_from_rows(Statement, rows)


@pytest.mark.parametrize(
    ("column", "value"), [("action", "dance"), ("dose_factor_min", "half"), ("drug", None)]
)
def test_bad_rows_are_refused(column, value):
    row = row_from_record(records("statements", Statement)[0])
    changed = {k: v for k, v in {**row, column: value}.items() if v is not None}
    with pytest.raises(SnapshotSchemaError):
        record_from_row(Statement, changed)


def test_facts_survive_printing():
    assert coded(format_fact("a", "b", "c")) == ("a", ("b", "c"))
    assert coded("a") == ("a", ())


def test_drugs_are_covered_or_pending_with_a_reason():
    every = records("drugs", Drug)
    drugs = {d.drug: d for d in every if d.authority == "CPIC"}
    assert len(drugs) == 89
    assert len({d.drug for d in every}) >= 193
    assert {(d.drug, d.authority) for d in every if d.reason and d.authority != "CPIC"} == {
        ("Ascorbic acid (vitamin C), combinations", "FDA_LABEL"),
        ("sodium ascorbate", "FDA_LABEL"),
    }
    assert sorted(d.drug for d in drugs.values() if d.status is DrugStatus.PENDING) == [
        "methadone", "peginterferon alfa-2a", "peginterferon alfa-2b", "ribavirin",
    ]  # fmt: skip
    assert not [d.drug for d in drugs.values() if d.reason == "partial_lookups"]
    for drug in drugs.values():
        assert drug.genes
        assert drug.status is DrugStatus.COVERED or drug.reason
        assert re.fullmatch(r"\d*", drug.rxnorm)


def test_statements_have_distinct_names_and_no_advice_twice():
    statements = records("statements", Statement)
    assert len({s.id for s in statements}) == len(statements)
    seen = set()
    for s in statements:
        for factors in s.lookup:
            for keys in product(*(keys for _, keys in factors)):
                place = (s.guideline_id, s.drug, s.population, keys)
                assert place not in seen
                seen.add(place)


def test_a_limit_on_one_drug_is_not_one_on_its_sister():
    own = [s for s in records("statements", Statement) if s.authority == "CPIC"]
    limits = {(s.drug, s.maximum_dose) for s in own if s.maximum_dose}
    assert limits == {
        ("citalopram", "20 mg/day"),
        ("lovastatin", "≤20 mg/day"),
        ("simvastatin", "<20 mg/day"),
        ("tacrolimus", "0.3 mg/kg/day"),
        ("vortioxetine", "10 mg"),
    }


@pytest.mark.validation
@pytest.mark.parametrize(
    ("heading", "authority"),
    [
        ("CPIC (88)", "CPIC"),
        ("DPWG (56)", "DPWG"),
        ("FDA label (106", "FDA_LABEL"),
        ("FDA PGx association (111)", "FDA_TABLE"),
    ],
)
def test_all_drugs_of_the_coverage_list_are_there(reference, heading, authority):
    text = (reference / "coverage.md").read_text(encoding="utf-8")
    line = next(li for li in text.splitlines() if li.startswith(f"**{heading}"))
    names = line.partition(":** ")[2].replace("(vitamin C), ", "(vitamin C)~").split(",")
    listed = {name.strip().replace("~", ", ").casefold() for name in names}
    ours = {d.drug.casefold() for d in records("drugs", Drug) if d.authority == authority}
    assert listed <= ours


@pytest.mark.validation
def test_the_tables_are_what_the_importer_makes_of_the_sources(reference):
    folders = SourceFolders(source_folders(reference))
    tables = build_guidelines(folders, TABLES / "readings")
    assert not tables.unread
    tables = with_conditions(with_codes(tables, TABLES / "curated"), TABLES / "curated")
    tables = with_critical(tables, TABLES / "curated")
    for name, rows in tables.rows().items():
        text = format_table(name, rows, GUIDELINE_COLUMNS[name])
        assert text == (TABLES / f"{name}.tsv").read_text(encoding="utf-8")


@pytest.mark.validation
def test_advice_fields_cover_every_column_of_a_reading():
    assert ("digest", "drug", "when", "seen", *ADVICE_FIELDS, "note") == READING_COLUMNS


def test_advice_for_some_patients_leaves_the_others_as_they_are():
    rows = [
        s
        for s in records("statements", Statement)
        if (s.drug, s.authority) == ("eliglustat", "DPWG") and "1.0" in str(s.lookup)
    ]
    [row] = rows
    assert (row.action, row.unconditional) == (("use_as_directed", "avoid"), ())
    assert "avoid@diagnosis=kidney impairment|mild liver impairment" in row.condition
