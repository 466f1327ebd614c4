"""Rules of R4 between elements (`obs-6`, `obs-7`, `inv-1`, `dom-…`), and empty values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

__all__ = ["empty_values", "invariant_faults"]

Tree = dict[str, Any]


def invariant_faults(resource: Tree) -> Iterator[str]:
    """Yield the rules that a resource breaks."""
    values = [key for key in resource if key.startswith("value")]
    kind = resource.get("resourceType")
    if kind == "Observation" and values and "dataAbsentReason" in resource:
        yield "Observation: obs-6, a value and a reason why there is none"
    if kind == "Observation" and values:
        mine = _codes(resource)
        if any(mine & _codes(part) for part in resource.get("component", ())):
            yield "Observation: obs-7, a component of the observation's own code beside a value"
    written = resource.get("authoredOn", "")
    if kind == "Task" and written and resource.get("lastModified", written) < written:
        yield "Task: inv-1, modified before it was written"
    for inner in resource.get("contained", ()):
        if "contained" in inner or {"versionId", "lastUpdated"} & inner.get("meta", {}).keys():
            yield f"{kind}: dom-2 or dom-4, a contained resource that contains or has versions"


def _codes(part: Tree) -> set[tuple[str, str]]:
    coding = part.get("code", {}).get("coding", ()) if isinstance(part.get("code"), dict) else ()
    return {(c.get("system", ""), c.get("code", "")) for c in coding}


def empty_values(value: Any, path: str) -> Iterator[str]:  # noqa: ANN401 - any JSON
    """Yield what is null or empty: FHIR leaves it out."""
    if value is None or value in ("", {}, []):
        yield f"{path}: is empty"
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from empty_values(part, f"{path}.{key}")
    elif isinstance(value, list):
        for item in value:
            if item is not None:  # a primitive list may have holes beside its extensions
                yield from empty_values(item, path)
