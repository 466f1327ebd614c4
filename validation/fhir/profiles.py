"""The guide's compiled profiles and value sets, read once."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

__all__ = ["CORE", "FHIR", "Codes", "Profile", "Profiles"]

Tree = dict[str, Any]
FHIR = "http://hl7.org/fhir/StructureDefinition/"
ANY = "*"

CORE: dict[str, frozenset[str]] = {
    name: frozenset(codes.split())
    for name, codes in {
        "observation-status": "registered preliminary final amended corrected cancelled "
        "entered-in-error unknown",
        "diagnostic-report-status": "registered partial preliminary final amended corrected "
        "appended cancelled entered-in-error unknown",
        "task-status": "draft requested received accepted rejected ready cancelled in-progress "
        "on-hold failed completed entered-in-error",
        "task-intent": "unknown proposal plan order original-order reflex-order filler-order "
        "instance-order option",
        "request-priority": "routine urgent asap stat",
        "event-status": "preparation in-progress not-done on-hold stopped completed "
        "entered-in-error unknown",
        "document-reference-status": "current superseded entered-in-error",
        "composition-status": "preliminary final amended entered-in-error",
        "document-relationship-type": "replaces transforms signs appends",
        "quantity-comparator": "< <= >= >",
    }.items()
}
"""Value sets of FHIR itself that profiles bind codes to."""
_ANSWERS = {
    "LL4049-4": ("LA26421-0", "LA26422-8", "LA26423-6"),
    "LL1971-2": ("LA9633-4",),
}
"""Answers of LOINC that are known here, of lists that are not part of the guide."""


class Codes:
    """The codes of a value set: pairs of system and code, or all codes of a system."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self.pairs = frozenset(pairs)

    def __contains__(self, pair: tuple[str, str]) -> bool:
        return pair in self.pairs or (pair[0], ANY) in self.pairs

    def has_code(self, code: str) -> bool:
        """Whether any system has the code."""
        return any(c in (code, ANY) for _, c in self.pairs)


class Profile:
    """One profile: its elements by identifier, and the children of each."""

    def __init__(self, tree: Tree) -> None:
        self.url: str = tree["url"]
        self.type: str = tree["type"]
        self.elements: dict[str, Tree] = {e["id"]: e for e in tree["snapshot"]["element"]}
        self.children: dict[str, list[Tree]] = {}
        for element in self.elements.values():
            self.children.setdefault(element["id"].rpartition(".")[0], []).append(element)

    def parts(self, element: Tree) -> list[Tree]:
        """Return the elements within one, those of another place where it refers to that."""
        refers = element.get("contentReference", "").removeprefix("#")
        return self.children.get(element["id"], []) or self.children.get(refers, [])


class Profiles:
    """All profiles, value sets and code systems of a folder."""

    def __init__(self, folder: Path) -> None:
        trees = [json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*.json")]
        self.by_url: dict[str, Profile] = {
            t["url"]: Profile(t) for t in trees if t["resourceType"] == "StructureDefinition"
        }
        self._sets = {t["url"]: t for t in trees if t["resourceType"] == "ValueSet"}
        self._systems = {t["url"]: t for t in trees if t["resourceType"] == "CodeSystem"}
        self._codes: dict[str, Codes | None] = {}

    def type_of(self, url: str) -> str:
        """Return the resource type that a profile is of, empty if it is not known."""
        bare = url.partition("|")[0]
        if bare in self.by_url:
            return self.by_url[bare].type
        return bare.removeprefix(FHIR) if bare.startswith(FHIR) else ""

    def codes(self, url: str) -> Codes | None:
        """Return the codes of a value set, None where they are not known here."""
        bare = url.partition("|")[0]
        if bare not in self._codes:
            pairs = self._pairs(bare)
            self._codes[bare] = None if pairs is None else Codes(pairs)
        return self._codes[bare]

    def _pairs(self, url: str) -> list[tuple[str, str]] | None:
        name = url.rpartition("/")[2]
        if name in CORE:
            return [("", code) for code in CORE[name]]
        if name in _ANSWERS:
            return [("http://loinc.org", code) for code in _ANSWERS[name]]
        found: list[tuple[str, str]] = []
        for part in self._sets.get(url, {}).get("compose", {}).get("include", ()):
            found += self._included(part)
        return found or None

    def _included(self, part: Tree) -> list[tuple[str, str]]:
        inner = [pair for url in part.get("valueSet", ()) for pair in self._pairs(url) or ()]
        system = part.get("system", "")
        if "concept" in part:
            return inner + [(system, c["code"]) for c in part["concept"]]
        known = self._systems.get(system)
        if not system or "filter" in part or known is None or known.get("content") != "complete":
            return inner + ([(system, ANY)] if system else [])
        return inner + [(system, code) for code in _all(known.get("concept", ()))]


def _all(concepts: Iterable[Tree]) -> Iterable[str]:
    for concept in concepts:
        yield concept["code"]
        yield from _all(concept.get("concept", ()))
