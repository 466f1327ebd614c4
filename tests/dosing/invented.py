"""Invented inputs, models, patients and sites; all numbers from a seed."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pgx_dosing.shipped import Estimate, Recipe, published_model, recipe_of
from pgx_dosing.specification import (
    Input,
    InputKind,
    Link,
    Member,
    Model,
    ModelCitation,
    ModelKind,
    UnknownInput,
)
from pgx_dosing.tables import DataTable, SourceColumn, TableColumn, TableSchema, table_of
from pgx_dosing.terms import EquationTerm, Feature

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("PGX_VALIDATION_DATA", ROOT.parent / "shared")).resolve()
IWPC = DATA / "dosing" / "iwpc_warfarin.csv"
needs_data = pytest.mark.skipif(
    not IWPC.is_file(), reason=f"no validation data folder at {DATA} (PGX_VALIDATION_DATA)"
)

AGE = Input(name="age_years", meaning="age", kind=InputKind.NUMBER, unit="years", minimum=18,
            maximum=100, typical=60.0)  # fmt: skip
HEIGHT = Input(name="height_cm", meaning="height", kind=InputKind.NUMBER, unit="cm", minimum=120,
               maximum=220, when_unknown=UnknownInput.ESTIMATE, assumed=170.0,
               typical=170.0)  # fmt: skip
WEIGHT = Input(name="weight_kg", meaning="weight", kind=InputKind.NUMBER, unit="kg", minimum=30,
               maximum=220, typical=80.0)  # fmt: skip
RACE = Input(name="race", meaning="race", kind=InputKind.LEVEL,
             levels=("White", "Asian", "Black", "Unknown"), when_unknown=UnknownInput.ASSUME,
             assumed="Unknown", typical="White")  # fmt: skip
VKORC1 = Input(name="vkorc1", meaning="genotype", kind=InputKind.GENOTYPE, alleles=("A", "G"),
               when_unknown=UnknownInput.OWN_TERM, typical="A/G")  # fmt: skip
CYP2C9 = Input(name="cyp2c9", meaning="diplotype", kind=InputKind.GENOTYPE,
               alleles=("*1", "*2", "*3", "*5"), when_unknown=UnknownInput.OWN_TERM,
               typical="*1/*1")  # fmt: skip
AMIODARONE = Input(name="amiodarone", meaning="takes amiodarone", kind=InputKind.FLAG,
                   when_unknown=UnknownInput.ASSUME, assumed=False, typical=False)  # fmt: skip
INPUTS = (AGE, HEIGHT, WEIGHT, RACE, VKORC1, CYP2C9, AMIODARONE)


def term(coefficient: float = 1.0, feature: str = "constant", *inputs: str, **more) -> EquationTerm:
    return EquationTerm(coefficient=coefficient, feature=Feature(feature), inputs=inputs, **more)


TERMS = (
    term(6.0),
    term(-0.02, "number", "age_years"),
    term(0.01, "number", "weight_kg"),
    term(-0.9, "count", "vkorc1", values=("A",)),
    term(-0.8, "unknown", "vkorc1"),
    term(-0.9, "level", "cyp2c9", values=("*1/*3",)),
    term(-0.3, "unknown", "cyp2c9"),
    term(-0.5, "number", "amiodarone"),
)


def member(terms=TERMS, link: Link = Link.SQUARE_ROOT, **more) -> Member:
    return Member(name=more.pop("name", "one"), link=link, terms=tuple(terms), **more)


def model(*members: Member, link: Link = Link.SQUARE_ROOT, inputs=INPUTS, **more) -> Model:
    return Model(
        **{
            "name": "invented",
            "version": "1",
            "drug": "warfarin",
            "kind": ModelKind.TRAINED,
            "title": "Invented",
            "citation": ModelCitation(text="nowhere"),
            "population": "nobody",
            "unit": "mg/week",
            "predicts": "dose",
            "link": link,
            "inputs": tuple(inputs),
            "members": members or (member(),),
            **more,
        }
    )


def column(own: Input, name: str, **more) -> TableColumn:
    source = more.pop("source", {})
    return TableColumn(
        name=own.name,
        kind=own.kind,
        unit=own.unit,
        sources=(SourceColumn(column=name, **source),),
        **more,
    )


SCHEMA = TableSchema(
    name="invented",
    title="Invented patients",
    source="a seed",
    outcome="Dose",
    unit="mg/week",
    site="Site",
    groups=("race",),
    columns=(
        column(AGE, "Age", minimum=0, maximum=120),
        column(HEIGHT, "Height", minimum=100, maximum=230),
        column(WEIGHT, "Weight", minimum=25, maximum=300),
        column(RACE, "Race"),
        column(VKORC1, "VKORC1"),
        column(CYP2C9, "CYP2C9"),
        column(AMIODARONE, "Amiodarone"),
    ),
)
RECIPE = Recipe(
    name="invented",
    drug="warfarin",
    title="Invented",
    population="nobody",
    citation=ModelCitation(text="nowhere"),
    unit="mg/week",
    predicts="dose",
    link=Link.SQUARE_ROOT,
    inputs=INPUTS,
    features=(
        term(1, "number", "age_years"),
        term(1, "number", "height_cm"),
        term(1, "number", "weight_kg"),
        term(1, "count", "vkorc1", values=("A",)),
        term(1, "count", "cyp2c9", values=("*3",)),
        term(1, "number", "amiodarone"),
    ),
    penalty=1.0,
    race_features=(term(1, "level", "race", values=("Asian",)),),
    race_inputs=("race",),
    estimates=(
        Estimate(
            input="height_cm",
            terms=((term(), term(1, "level", "race", values=("Asian",)),
                    term(1, "number", "weight_kg")), (term(),)),
        ),
    ),
    balance="race",
)  # fmt: skip


def frame(n_sites: int = 6, per_site: int = 50, seed: int = 1, effects=(), noise: float = 0.6):
    """Return patients as a file holds them: text; ``effects`` are added to sites on √dose."""
    rng = np.random.default_rng(seed)
    n = n_sites * per_site
    site = np.repeat(np.arange(n_sites), per_site)
    age, weight = rng.integers(30, 90, n), rng.normal(78, 12, n).clip(40, 140).round(1)
    height = (120 + 0.6 * weight + rng.normal(0, 6, n)).clip(140, 205).round(1)
    vkorc1, cyp = rng.integers(0, 3, n), (rng.random(n) < 0.2).astype(int)
    amiodarone = (rng.random(n) < 0.1).astype(int)
    shift = np.zeros(n_sites)
    shift[: len(effects)] = effects
    root = 8.0 - 0.03 * age + 0.015 * weight - 0.9 * vkorc1 - 0.8 * cyp - 0.5 * amiodarone
    root = np.maximum(root + shift[site] + rng.normal(0, noise, n), 1.5)
    races = np.array(["White", "Asian", "Black", "Unknown"])
    return pl.DataFrame(
        {
            "Site": site.astype(str),
            "Dose": (root**2).round(3).astype(str),
            "Age": age.astype(str),
            "Height": height.astype(str),
            "Weight": weight.astype(str),
            "Race": races[rng.integers(0, 4, n)],
            "VKORC1": np.array(["G/G", "A/G", "A/A"])[vkorc1],
            "CYP2C9": np.array(["*1/*1", "*1/*3"])[cyp],
            "Amiodarone": amiodarone.astype(str),
        }
    )


def with_cells(rows: pl.DataFrame, **cells: list[str]) -> pl.DataFrame:
    return rows.with_columns([pl.Series(name, values) for name, values in cells.items()])


def table(**how) -> DataTable:
    return table_of(frame(**how), SCHEMA, "invented.csv", "00")


@cache
def published(name: str) -> Model:
    return published_model(name)


def shipped_table(n_sites: int = 4, per_site: int = 60, seed: int = 5) -> DataTable:
    """Return invented patients with all inputs of the shipped recipe."""
    own = table(n_sites=n_sites, per_site=per_site, seed=seed)
    rng = np.random.default_rng(seed)
    columns = dict(own.columns)
    for item in recipe_of("warfarin-pgx").inputs:
        if item.name in columns:
            continue
        if item.kind is InputKind.FLAG:
            columns[item.name] = (rng.random(own.n) < 0.2).astype(float)
        elif item.kind is InputKind.LEVEL:
            columns[item.name] = np.array(item.levels)[rng.integers(0, len(item.levels), own.n)]
        else:
            columns[item.name] = np.full(own.n, 2.5)
    columns["height_cm"] = np.where(rng.random(own.n) < 0.2, np.nan, columns["height_cm"])
    return DataTable(columns, own.dose, own.site, own.n_read, {}, {}, "00", None)
