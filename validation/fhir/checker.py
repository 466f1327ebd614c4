"""Hold a resource against a profile: cardinalities, types, fixed values, bindings, slices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from validation.fhir.base_rules import PARTS, coding_fault, is_open, primitive_fault, type_of_part
from validation.fhir.profiles import Profile, Profiles

__all__ = ["Checker", "matches"]

Tree = dict[str, Any]
_BACKBONE = ("BackboneElement", "Element")


def matches(pattern: Any, value: Any) -> bool:  # noqa: ANN401 - any JSON
    """Whether a value has all that a pattern has."""
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(
            key in value and matches(part, value[key]) for key, part in pattern.items()
        )
    if isinstance(pattern, list):
        return isinstance(value, list) and all(
            any(matches(part, item) for item in value) for part in pattern
        )
    return bool(pattern == value)


class Checker:
    """Checks resources; ``targets`` are those of the same bundle by address."""

    def __init__(self, profiles: Profiles, targets: Mapping[str, Tree] | None = None) -> None:
        self.profiles = profiles
        self.targets = targets or {}
        self._faults: list[str] = []
        self._profile: Profile

    def check(self, resource: Tree, url: str) -> list[str]:
        """Return what is wrong with a resource, as path and fault."""
        self._faults = []
        profile = self.profiles.by_url.get(url)
        if profile is None:
            return [f"{resource.get('resourceType')}: no profile {url}"]
        self._profile = profile
        if resource.get("resourceType") != profile.type:
            return [f"{resource.get('resourceType')}: the profile is of {profile.type}"]
        self._node(resource, profile.elements[profile.type], profile.type)
        return self._faults

    def _say(self, path: str, what: str) -> None:
        self._faults.append(f"{path}: {what}")

    def _node(self, tree: Tree, element: Tree, path: str) -> None:
        """Check the parts of a resource or of an element that the profile itself unfolds."""
        parts = self._profile.parts(element)
        known = {"resourceType"}
        for part in parts:
            name = part["id"].rpartition(".")[2]
            if ":" in name:
                continue
            found = list(self._values(tree, name, part, path))
            known |= {key for key, _, _ in found} | {f"_{key}" for key, _, _ in found} | {name}
            self._count(part, name, len(found), path)
            self._sliced(part, name, found, parts, path)
        unfolded = element["id"] == self._profile.type or _is_backbone(element)
        for key in tree.keys() - known if unfolded else ():
            self._say(path, f"no element {key}")

    def _values(
        self, tree: Tree, name: str, part: Tree, path: str
    ) -> Iterator[tuple[str, str, Any]]:
        """Yield key, type and value of an element that is there; lists item by item."""
        if name.endswith("[x]"):
            base = name.removesuffix("[x]")
            kinds = {base + t["code"][0].upper() + t["code"][1:]: t["code"] for t in part["type"]}
            for key in tree:
                if key.startswith(base) and key[len(base) : len(base) + 1].isupper():
                    if key not in kinds:
                        self._say(path, f"{key} is of no type that is allowed")
                    yield key, kinds.get(key, ""), tree[key]
            return
        if name not in tree:
            return
        value = tree[name]
        kind = (part.get("type") or [{"code": ""}])[0]["code"]
        many = part.get("base", {}).get("max", part.get("max", "*")) != "1"
        if many != isinstance(value, list):
            self._say(path, f"{name} is {'no' if many else 'a'} list")
        for item in value if isinstance(value, list) else [value]:
            yield name, kind, item
        if value == []:
            self._say(path, f"{name} is an empty list")

    def _count(self, part: Tree, name: str, n: int, path: str) -> None:
        low, high = part.get("min", 0), part.get("max", "*")
        if n < low or (high != "*" and n > int(high)):
            self._say(path, f"{name} stands {n} times, allowed are {low}..{high}")

    def _sliced(
        self, part: Tree, name: str, found: list[tuple[str, str, Any]], parts: list[Tree], path: str
    ) -> None:
        slices = [p for p in parts if p["id"].rpartition(".")[2].startswith(f"{name}:")]
        used = dict.fromkeys((s["id"] for s in slices), 0)
        for key, kind, value in found:
            self._value(value, part, kind, f"{path}.{key}")
            for one in slices:
                if self._in_slice(value, kind, part, one):
                    used[one["id"]] += 1
                    self._value(value, one, kind, f"{path}.{key}[{one['sliceName']}]")
                    break
        for one in slices:
            self._count(one, one["sliceName"], used[one["id"]], path)

    def _in_slice(self, value: Any, kind: str, base: Tree, one: Tree) -> bool:  # noqa: ANN401
        rules = base.get("slicing", {}).get("discriminator", [])
        return bool(rules) and all(self._distinguishes(value, kind, one, r) for r in rules)

    def _distinguishes(self, value: Any, kind: str, one: Tree, rule: Tree) -> bool:  # noqa: ANN401
        path = rule["path"]
        if rule["type"] == "type" and path == "$this":
            return kind in [t["code"] for t in one.get("type", [])]
        if rule["type"] == "profile":
            wanted = {u for t in one.get("type", []) for u in t.get("targetProfile", [])}
            return bool(wanted & set(self._target(value).get("meta", {}).get("profile", [])))
        place = one if path == "$this" else self._profile.elements.get(f"{one['id']}.{path}", {})
        pattern = _pattern(place)
        if pattern is None and path == "url":
            pattern = next((u for t in one.get("type", []) for u in t.get("profile", [])), None)
        inner = value if path == "$this" else value.get(path) if isinstance(value, dict) else None
        if isinstance(inner, list) and not isinstance(pattern, list):
            return any(matches(pattern, item) for item in inner)
        return pattern is not None and matches(pattern, inner)

    def _target(self, value: Any) -> Tree:  # noqa: ANN401 - any JSON
        address = value.get("reference", "") if isinstance(value, dict) else ""
        return self.targets.get(address, {})

    def _value(self, value: Any, element: Tree, kind: str, path: str) -> None:  # noqa: ANN401
        pattern = _pattern(element)
        if pattern is not None and not matches(pattern, value):
            self._say(path, f"is not {pattern}")
        if kind == "Reference" and isinstance(value, dict):
            self._reference(value, element, path)
        self._bound(value, element.get("binding", {}), path)
        if kind and kind not in ("Resource", *_BACKBONE):
            self._typed(value, kind, path)
        elif kind in _BACKBONE and not isinstance(value, dict):
            self._say(path, "no object")
        if isinstance(value, dict) and self._profile.parts(element):
            self._node(value, element, path)

    def _typed(self, value: Any, kind: str, path: str) -> None:  # noqa: ANN401 - any JSON
        """Check a value of a data type, and its parts as far as the type's are known."""
        if kind == "Extension":
            self._extension(value, path)
        elif kind not in PARTS:
            fault = primitive_fault(kind, value)
            if fault:
                self._say(path, fault)
            if is_open(kind) and not (isinstance(value, dict) and value):
                self._say(path, f"no {kind}")
        elif not isinstance(value, dict) or not value:
            self._say(path, f"no {kind}")
        else:
            self._parts(value, kind, path)

    def _parts(self, value: Tree, kind: str, path: str) -> None:
        if kind == "Coding" and (fault := coding_fault(value)):
            self._say(path, fault)
        for key, part in value.items():
            found = type_of_part(kind, key.removeprefix("_"))
            if found is None:
                self._say(path, f"a {kind} has no {key}")
            elif not key.startswith("_"):
                inner, many = found
                if many != isinstance(part, list) or part == []:
                    self._say(path, f"{key} is {'no' if many else 'a'} list")
                for item in part if isinstance(part, list) else [part]:
                    self._typed(item, inner, f"{path}.{key}")

    def _extension(self, value: Any, path: str) -> None:  # noqa: ANN401 - any JSON
        if not isinstance(value, dict) or primitive_fault("uri", value.get("url")):
            self._say(path, "an extension without url")
            return
        here = f"{path}({value['url'].rpartition('/')[2]})"
        values = [key for key in value if key.startswith("value")]
        inner = value.get("extension", [])
        if len(values) + bool(inner) != 1:
            self._say(here, "needs one value, or parts, and not both")
        for key in values:
            kind = key.removeprefix("value")
            lower = kind[:1].lower() + kind[1:]
            self._typed(value[key], kind if kind in PARTS or is_open(lower) else lower, here)
        for key in value.keys() - {"url", "id", "extension", *values}:
            self._say(here, f"an extension has no {key}")
        for part in inner:
            self._extension(part, here)
        profile = self.profiles.by_url.get(value["url"])
        if profile is not None:
            self._profiled(value, profile, here)

    def _profiled(self, value: Tree, profile: Profile, path: str) -> None:
        """Hold an extension of the guide against its own profile."""
        outer, self._profile = self._profile, profile
        self._node(value, profile.elements["Extension"], path)
        self._profile = outer

    def _reference(self, value: Tree, element: Tree, path: str) -> None:
        wanted = {u for t in element.get("type", []) for u in t.get("targetProfile", [])}
        types = {self.profiles.type_of(u) for u in wanted}
        address = value.get("reference", "")
        target = self._target(value)
        named = target.get("resourceType") or value.get("type", "")
        if not named and "/" in address and not address.startswith("urn:"):
            named = address.split("/")[-2]
        if named and types and "Resource" not in types and "" not in types and named not in types:
            self._say(path, f"refers to a {named}, allowed are {', '.join(sorted(types))}")
        profiled = {u for u in wanted if u in self.profiles.by_url}
        mine = set(target.get("meta", {}).get("profile", []))
        if target and profiled == wanted and wanted and not mine & wanted:
            self._say(path, "refers to a resource of another profile")

    def _bound(self, value: Any, binding: Tree, path: str) -> None:  # noqa: ANN401 - any JSON
        if binding.get("strength") != "required" or "valueSet" not in binding:
            return
        codes = self.profiles.codes(binding["valueSet"])
        if codes is None:
            return
        if isinstance(value, str):
            known = codes.has_code(value)
        elif isinstance(value, dict):
            coding: Iterable[Tree] = value.get("coding", [value] if "code" in value else [])
            known = any((c.get("system", ""), c.get("code", "")) in codes for c in coding)
        else:
            known = False
        if not known:
            self._say(path, f"no code of {binding['valueSet']}")


def _is_backbone(element: Tree) -> bool:
    return any(t["code"] in _BACKBONE for t in element.get("type", []))


def _pattern(element: Tree) -> Any:  # noqa: ANN401 - any JSON
    return next((v for k, v in element.items() if k.startswith(("fixed", "pattern"))), None)
