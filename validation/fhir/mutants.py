"""Bundles with one fault each: what a checker that lets one of them through does not see."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from pgx.reports.fhir.vocabulary import own_url, profile

__all__ = ["MUTANTS", "mutated"]

Tree = dict[str, Any]
Change = Callable[[Tree], None]

LOINC = "http://loinc.org"
NOWHERE = "urn:uuid:00000000-0000-4000-8000-000000000000"


def mutated(bundle: Tree, name: str) -> Tree:
    """Return a copy of a bundle that has one of the faults.

    Raises
    ------
    KeyError
        There is no fault of that name.
    """
    kind, change = MUTANTS[name]
    tree = copy.deepcopy(bundle)
    change(tree if kind == "Bundle" else _first(tree, kind))
    return tree


def _first(bundle: Tree, kind: str) -> Tree:
    """Return the first resource of a kind: a type, a profile, or one of our own extensions."""
    return next(
        resource
        for resource in (entry["resource"] for entry in bundle["entry"])
        if resource["resourceType"] == kind
        or profile(kind) in resource.get("meta", {}).get("profile", ())
        or own_url(kind) in [e["url"] for e in resource.get("extension", ())]
    )


def _set(*path: str | int, to: Any) -> Change:  # noqa: ANN401 - any JSON
    def change(tree: Any) -> None:  # noqa: ANN401 - any JSON
        for step in path[:-1]:
            tree = tree[step]
        tree[path[-1]] = to

    return change


def _drop(*path: str | int) -> Change:
    def change(tree: Any) -> None:  # noqa: ANN401 - any JSON
        for step in path[:-1]:
            tree = tree[step]
        del tree[path[-1]]

    return change


def _again(*path: str | int) -> Change:
    """Repeat the first item of a list."""

    def change(tree: Any) -> None:  # noqa: ANN401 - any JSON
        for step in path:
            tree = tree[step]
        tree.append(copy.deepcopy(tree[0]))

    return change


def _component(code: str, change: Change) -> Change:
    def apply(tree: Tree) -> None:
        change(next(c for c in tree["component"] if c["code"]["coding"][0]["code"] == code))

    return apply


def _twice(code: str) -> Change:
    def change(tree: Tree) -> None:
        found = [c for c in tree["component"] if c["code"]["coding"][0]["code"] == code]
        tree["component"].append(copy.deepcopy(found[0]))

    return change


def _part(name: str, change: Change) -> Change:
    """Change a part of the resource's first own extension."""

    def apply(tree: Tree) -> None:
        change(next(p for p in tree["extension"][0]["extension"] if p["url"] == name))

    return apply


def _to(kind: str, *path: str | int) -> Change:
    """Point a reference to a resource of another kind."""

    def change(bundle: Tree) -> None:
        wrong = _first(bundle, kind)["id"]
        _set(*path[1:], "reference", to=f"urn:uuid:{wrong}")(_first(bundle, str(path[0])))

    return change


_IMPLICATION = "advice"
_TASK = "medication-recommendation"
_REPORT = "genomic-report"
_CODING = ("code", "coding", 0)

MUTANTS: dict[str, tuple[str, Change]] = {
    "genotype without code": ("genotype", _drop("code")),
    "code of another system": ("genotype", _set(*_CODING, "system", to="http://snomed.info/sct")),
    "code of another observation": ("genotype", _set(*_CODING, "code", to="84414-2")),
    "mistyped code": ("genotype", _set(*_CODING, "code", to="84413-5")),
    "observation without status": ("genotype", _drop("status")),
    "unknown status": ("haplotype", _set("status", to="done")),
    "no category": ("genotype", _drop("category")),
    "genetics alone as category": ("genotype", _drop("category", 0)),
    "laboratory twice": ("genotype", _again("category")),
    "observation without subject": ("genotype", _drop("subject")),
    "report without subject": (_REPORT, _drop("subject")),
    "task without subject": (_TASK, _drop("for")),
    "subject nowhere": ("haplotype", _set("subject", "reference", to=NOWHERE)),
    "subject is an observation": ("Bundle", _to("haplotype", "genotype", "subject")),
    "genotype without value": ("genotype", _drop("valueCodeableConcept")),
    "value of another type": ("haplotype", _set("valueString", to="*1")),
    "value as plain text": ("genotype", _set("valueCodeableConcept", to="CYP2C19 *1/*2")),
    "value and reason for none": ("genotype", _set("dataAbsentReason", to={"text": "x"})),
    "component without code": ("genotype", _drop("component", 0, "code")),
    "gene as text": ("genotype", _component("48018-6", lambda c: c.update(valueString="CYP2D6"))),
    "gene with another's code": (
        "genotype",
        _component("48018-6", _set("valueCodeableConcept", "coding", 0, "code", to="1806")),
    ),
    "two conclusions": (_IMPLICATION, _twice("conclusion-string")),
    "implication of nothing": (_IMPLICATION, _drop("derivedFrom")),
    "consequence of nothing": ("molecular-consequence", _set("derivedFrom", to=[])),
    "derived from a patient": ("Bundle", _to("Patient", _IMPLICATION, "derivedFrom", 0)),
    "drug of no such number": (
        _IMPLICATION,
        _component("51963-7", _set("valueCodeableConcept", "coding", 0, "code", to="RX-32968")),
    ),
    "task that is completed": (_TASK, _set("status", to="completed")),
    "task that is an order": (_TASK, _set("intent", to="order")),
    "task of another answer list": (_TASK, _set("code", "coding", 0, "code", to="LA9633-4")),
    "task of another system": (_TASK, _set("code", "coding", 0, "system", to=own_url("x"))),
    "task because of a genotype": ("Bundle", _to("genotype", _TASK, "reasonReference")),
    "report without code": (_REPORT, _drop("code")),
    "report of another kind": (_REPORT, _set(*_CODING, "code", to="51968-6")),
    "report without category": (_REPORT, _drop("category")),
    "report with a status of tasks": (_REPORT, _set("status", to="requested")),
    "result is a patient": ("Bundle", _to("Patient", _REPORT, "result", 0)),
    "action that is text": (
        _REPORT,
        _set("extension", 0, to={"url": profile("recommended-action"), "valueString": "avoid"}),
    ),
    "action that is an observation": (
        "Bundle",
        _to("genotype", _REPORT, "extension", 0, "valueReference"),
    ),
    "extension with value and parts": ("genotype", _set("extension", 0, "valueString", to="x")),
    "extension with neither": ("genotype", _drop("extension", 0, "extension")),
    "extension without url": ("genotype", _drop("extension", 0, "url")),
    "extension that nobody knows": ("genotype", _set("extension", 0, "url", to=own_url("kall"))),
    "empty text": ("genotype", _set("valueCodeableConcept", "text", to="")),
    "control character": ("genotype", _set("valueCodeableConcept", "text", to="a\x00b")),
    "null": ("genotype", _set("method", to=None)),
    "element that FHIR lacks": ("genotype", _set("phenotype", to="Poor Metabolizer")),
    "part that a type lacks": ("genotype", _set("valueCodeableConcept", "name", to="x")),
    "list for one": ("genotype", _set("status", to=["final"])),
    "one for a list": ("genotype", _set("identifier", to={"value": "x"})),
    "number as text": (
        "variant",
        _component("81254-5", _set("valueRange", "low", "value", to="94781859")),
    ),
    "variant with an answer to another question": (
        "variant",
        _set("valueCodeableConcept", "coding", 0, "code", to="LA6576-8"),
    ),
    "identifier with a blank": ("Patient", _set("id", to="S 1")),
    "patient with a birth date": ("Patient", _set("birthDate", to="1970-01-01")),
    "profile of another type": (_TASK, _set("meta", "profile", 0, to=profile("genotype"))),
    "profile that is none": ("genotype", _set("meta", "profile", 0, to=profile("genotypes"))),
    "no profile": ("genotype", _drop("meta")),
    "two of one address": ("Bundle", _again("entry")),
    "two patients": (
        "Bundle",
        lambda b: b["entry"].append(
            {"fullUrl": NOWHERE, "resource": {"resourceType": "Patient", "id": NOWHERE[9:]}}
        ),
    ),
    "bundle of no type": ("Bundle", _set("type", to="heap")),
    "call of no status": ("genotype", _part("status", _set("valueCode", to="guessed"))),
    "call without status": ("genotype", _part("status", _set("url", to="state"))),
    "probability above one": ("genotype", _part("probability", _set("valueDecimal", to=1.5))),
    "whole number with a fraction": (
        "genotype",
        _part("n_positions", _set("valueInteger", to=1.5)),
    ),
}
"""What is wrong: where, and how it is made so."""
