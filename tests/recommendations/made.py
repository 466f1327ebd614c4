"""Gene calls and statements made for tests."""

from __future__ import annotations

from typing import Any

from pgx.records.advice import Drug, DrugStatus, Statement, parse_lookup
from pgx.records.calls import CallStatus, GeneCall


def call(gene: str, *keys: str, **fields: Any) -> GeneCall:
    status = CallStatus.CALLED if len(keys) == 1 else CallStatus.AMBIGUOUS
    return GeneCall(
        sample="S1",
        gene=gene,
        status=status if keys else CallStatus.NOT_ASSESSED,
        lookup_keys=keys,
        **fields,
    )


def statement(number: int, lookup: str, *action: str, **fields: Any) -> Statement:
    products = parse_lookup(lookup)
    values: dict[str, Any] = {
        "id": f"T-{number}",
        "authority": "CPIC",
        "guideline_id": "G1",
        "drug": "examplol",
        "genes": tuple(dict.fromkeys(gene for factors in products for gene, _ in factors)),
        "population": "general",
        **fields,
    }
    return Statement(lookup=products, action=action, **values)


def drug(name: str = "examplol", *genes: str, **fields: Any) -> Drug:
    values: dict[str, Any] = {"status": DrugStatus.COVERED, **fields}
    return Drug(drug=name, authority="CPIC", genes=genes, **values)
