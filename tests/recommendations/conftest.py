from __future__ import annotations

import os
from pathlib import Path

import pytest

from pgx.knowledge.snapshot import KnowledgeBase
from pgx.knowledge.tables import parse_table
from pgx.recommendations.index import GuidanceIndex, build_index, guidance_of
from pgx.records.advice import Drug, Statement, record_from_row
from pgx.records.genes import GeneDefinition

ROOT = Path(__file__).resolve().parents[2]
TABLES = ROOT / "data" / "knowledgebase"


@pytest.fixture(scope="session")
def drugs() -> list[Drug]:
    rows = parse_table("drugs", (TABLES / "drugs.tsv").read_text(encoding="utf-8"))
    return [record_from_row(Drug, row) for row in rows]


@pytest.fixture(scope="session")
def statements() -> list[Statement]:
    rows = parse_table("statements", (TABLES / "statements.tsv").read_text(encoding="utf-8"))
    return [record_from_row(Statement, row) for row in rows]


@pytest.fixture(scope="session")
def genes() -> dict[str, GeneDefinition]:
    return KnowledgeBase(TABLES).genes


@pytest.fixture(scope="session")
def index() -> GuidanceIndex:
    return guidance_of(KnowledgeBase(TABLES))


@pytest.fixture(scope="session")
def cpic_statements(statements: list[Statement]) -> list[Statement]:
    return [s for s in statements if s.authority == "CPIC"]


@pytest.fixture(scope="session")
def cpic_index(
    drugs: list[Drug], cpic_statements: list[Statement], genes: dict[str, GeneDefinition]
) -> GuidanceIndex:
    return build_index([d for d in drugs if d.authority == "CPIC"], cpic_statements, genes)


@pytest.fixture(scope="session")
def validation_data() -> Path:
    folder = Path(os.environ.get("PGX_VALIDATION_DATA", ROOT.parent / "shared"))
    if not (folder / "reference").is_dir():
        pytest.skip("the validation data folder is not here")
    return folder


@pytest.fixture(scope="session")
def every_statement() -> list[Statement]:
    """Return those of every release in the repository."""
    folders = [TABLES, *sorted((ROOT / "data" / "releases").glob("*/"))]
    assert len(folders) > 1
    return [s for folder in folders for s in KnowledgeBase(folder).statements]
