"""Every row of the published releases finds our statement again, of every source."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from pgx.knowledge.importers.guideline_rows import AUTHORITIES, standing_rows
from pgx.knowledge.importers.guidelines import newest_rows
from pgx.knowledge.importers.readings import load_readings
from pgx.knowledge.importers.source_folders import SourceFolders, files_of, source_rows
from pgx.recommendations.lookup import recommend
from pgx.recommendations.result_keys import DIPLOTYPES, allele_of_key
from pgx.records.advice import NO_RESULT
from pgx.records.calls import CallStatus, Candidate, GeneCall
from recommendations.made import call
from release_sources import source_folders

pytestmark = pytest.mark.validation

READINGS = Path(__file__).resolve().parents[2] / "data" / "knowledgebase" / "readings"
LOOKUPS = {"CPIC": 2000, "DPWG": 400, "FDA_LABEL": 450, "FDA_TABLE": 450}
"""Fewest lookups of each source: a check that finds no rows checks nothing."""


@pytest.fixture(scope="module", params=AUTHORITIES, ids=lambda authority: authority.name)
def lookups(request, validation_data):
    """Return the newest row of each guideline, drug, population and combination of keys."""
    authority = request.param
    readings = load_readings(READINGS, authority.name.lower())
    reference = validation_data / "reference"
    files = files_of(authority, SourceFolders(source_folders(reference)))
    rows = standing_rows(source_rows(files, authority, readings.keys), readings.withdrawn)
    return authority.name, newest_rows(rows, readings)


def as_call(gene: str, key: str) -> GeneCall:
    if key == NO_RESULT:
        return GeneCall(sample="S1", gene=gene, status=CallStatus.NOT_ASSESSED)
    if allele_of_key(key) == DIPLOTYPES:
        name = key.removeprefix(f"{DIPLOTYPES} ")
        called = CallStatus.CALLED
        named = (Candidate(name, 1.0),)
        return GeneCall(sample="S1", gene=gene, status=called, diplotype=name, candidates=named)
    return call(gene, key)


def test_every_row_is_found_again(lookups, index):
    """Statement, classification and marks are those of the row, for each of its lookups."""
    name, rows = lookups
    assert len(rows) >= LOOKUPS[name]
    topics = defaultdict(list)
    for topic in index.topics:
        of_topic = {s.guideline_id for own in topic.statements.values() for s in own.values()}
        for guideline in of_topic:
            topics[topic.drug.authority, topic.drug.drug, guideline].append(topic)
    for (guideline, drug, population, keys), row in rows.items():
        wanted = dict(keys)
        found = [
            statement
            for topic in topics[name, drug, guideline]
            if set(topic.genes) == set(wanted)
            and (statement := topic.find(population, tuple(wanted[g] for g in topic.genes)))
        ]
        assert found, (drug, keys)
        assert {s.classification for s in found} == {row.classification}
        silent = found[0].action == ("no_recommendation",)  # a mark there is a slip
        assert {s.flags for s in found} == {() if silent else row.flags}


def test_every_lookup_gives_a_row_of_advice(lookups, index):
    """The whole way: calls with these keys give this statement's advice."""
    name, rows = lookups
    seen = set()
    for (guideline, drug, population, keys), row in rows.items():
        if (guideline, drug, population) in seen:
            continue
        seen.add((guideline, drug, population))
        calls = [as_call(gene, key) for gene, key in keys]
        found = [
            r
            for r in recommend(index, "S1", calls, drugs=[drug])
            if (r.source, r.guideline_id, r.population) == (name, guideline, population)
            and set(r.genes) == {gene for gene, _ in keys}
        ]
        assert any(r.certainty != "unknown" for r in found) or all(
            key == NO_RESULT for _, key in keys
        )
        grades = {r.classification or "" for r in found if r.certainty != "unknown"}
        assert not grades or row.classification in grades
        assert all(r.text for r in found)
