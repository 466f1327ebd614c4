"""Check whole files: a resource or a bundle, and what this project promises of its own bundles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pgx.records.advice import ACTIONS
from pgx.records.calls import CallStatus, Certainty
from pgx.reports.fhir.vocabulary import OWN, fields_of, own_url
from validation.fhir.base_rules import empty_values, invariant_faults
from validation.fhir.checker import Checker
from validation.fhir.profiles import Profiles

__all__ = ["bundle_faults", "own_faults", "resource_faults"]

Tree = dict[str, Any]
_URN = re.compile(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_BUNDLES = (
    "document", "message", "transaction", "transaction-response", "batch", "batch-response",
    "history", "searchset", "collection",
)  # fmt: skip


def resource_faults(
    profiles: Profiles, resource: Tree, targets: Mapping[str, Tree] | None = None
) -> list[str]:
    """Return what is wrong with a resource, by each profile that it says it follows."""
    found = [*empty_values(resource, str(resource.get("resourceType")))]
    found += invariant_faults(resource)
    for url in resource.get("meta", {}).get("profile", ()):
        found += Checker(profiles, targets).check(resource, url)
    return found


def bundle_faults(profiles: Profiles, bundle: Tree) -> list[str]:
    """Return what is wrong with a bundle and with the resources in it."""
    entries = bundle.get("entry", [])
    found = [] if bundle.get("type") in _BUNDLES else [f"Bundle: no type {bundle.get('type')}"]
    addresses = [entry.get("fullUrl", "") for entry in entries]
    targets = {a: e["resource"] for a, e in zip(addresses, entries, strict=True) if a}
    named = [a for a in addresses if a]
    if len(set(named)) < len(named):
        found.append("Bundle: bdl-7, two entries of one fullUrl")
    for entry in entries:
        found += resource_faults(profiles, entry["resource"], targets)
    return found


_OF_AN_ORDER = frozenset({"Organization", "Practitioner", "ServiceRequest", "Specimen"})
_OF_NOBODY = frozenset({"Organization", "Practitioner"})


def own_faults(bundle: Tree, *, has_order: bool = False) -> list[str]:
    """Return where a bundle is not as this project writes them, whatever the guide allows.

    Without an order (``has_order``) a bundle has no more of the person than the sample's name.
    """
    entries = bundle.get("entry", [])
    targets = {e.get("fullUrl"): e["resource"] for e in entries}
    patients = [a for a, r in targets.items() if r["resourceType"] == "Patient"]
    found = [] if len(patients) == 1 else [f"Bundle: {len(patients)} patients"]
    reports = [r for r in targets.values() if r["resourceType"] == "DiagnosticReport"]
    found += [] if len(reports) == 1 else [f"Bundle: {len(reports)} reports"]
    for address, resource in targets.items():
        kind = resource["resourceType"]
        if address != f"urn:uuid:{resource.get('id')}":
            found.append(f"{kind}: its id and its address differ")
        if kind in _OF_AN_ORDER and not has_order:
            found.append(f"{kind}: stands in a bundle without an order")
        if (
            kind == "Patient"
            and not has_order
            and resource.keys() - {"resourceType", "id", "identifier"}
        ):
            found.append("Patient: says more of the person than the sample's name")
        if kind not in ("Patient", *_OF_NOBODY):
            if kind not in _OF_AN_ORDER and "profile" not in resource.get("meta", {}):
                found.append(f"{kind}: follows no profile")
            subject = resource.get("for" if kind == "Task" else "subject", {})
            if subject.get("reference") not in patients:
                found.append(f"{kind}: its subject is not the patient of the bundle")
        for reference in _references(resource):
            if not _URN.fullmatch(reference) or reference not in targets:
                found.append(f"{kind}: refers to {reference[:60]}, which is not in the bundle")
        found += _own_extensions(resource)
    return found + _unreached(targets)


def _references(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        for key, part in value.items():
            if key == "reference" and isinstance(part, str):
                yield part
            else:
                yield from _references(part)
    elif isinstance(value, list):
        for item in value:
            yield from _references(item)


def _unreached(targets: Mapping[Any, Tree]) -> Iterator[str] | list[str]:
    """Return resources that nothing refers to: a receiver would never see them."""
    reached = {ref for resource in targets.values() for ref in _references(resource)}
    return [
        f"{r['resourceType']}: nothing refers to it"
        for a, r in targets.items()
        if a not in reached and r["resourceType"] != "DiagnosticReport"
    ]


def _own_extensions(resource: Tree) -> Iterator[str]:
    kind = resource["resourceType"]
    for extension in resource.get("extension", ()):
        url, parts = str(extension.get("url")), fields_of(extension)
        if url == own_url("call"):
            yield from _terms(kind, "status", parts, [s.value for s in CallStatus], once=True)
            yield from _shares(kind, parts)
        elif url == own_url("advice"):
            yield from _terms(kind, "certainty", parts, [c.value for c in Certainty], once=True)
            yield from _terms(kind, "action", parts, ACTIONS)
        elif url.startswith(OWN) and url.removeprefix(f"{OWN}:") not in _NAMES:
            yield f"{kind}: no extension {url}"


_NAMES = frozenset({"action", "content", "provenance", "override", "reported", "amendment"})


def _terms(
    kind: str,
    name: str,
    parts: Mapping[str, list[Any]],
    known: Sequence[str],
    *,
    once: bool = False,
) -> Iterator[str]:
    values = parts.get(name, [])
    if not values or (once and len(values) > 1):
        yield f"{kind}: {name} stands {len(values)} times"
    for value in values:
        if value not in known:
            yield f"{kind}: {value!r} is no {name}"


def _shares(kind: str, parts: Mapping[str, list[Any]]) -> Iterator[str]:
    shares = [*parts.get("probability", []), *parts.get("rest", [])]
    for candidate in parts.get("candidates", []):
        shares += fields_of(candidate).get("probability", [])
    for share in shares:
        if not 0 <= share <= 1:
            yield f"{kind}: {share} is no probability"
