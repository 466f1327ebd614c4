"""Enough of Nextflow to read a module: its sections, and the shell text of a block.

Understood is what the modules here use: assignments of names, strings, ``A ?: B`` and
``A ? B : C``, and ``$name`` or ``${a.b}`` in strings. A name that is not there is an error.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SECTION = re.compile(r"^    (input|output|when|script|stub):$", re.MULTILINE)
VALUE = re.compile(r"\$\{([\w.]+)\}|\$([\w.]*\w)")


@dataclass(frozen=True)
class Output:
    pattern: str
    emit: str
    optional: bool
    has_meta: bool


@dataclass(frozen=True)
class Process:
    name: str
    directives: str
    sections: dict[str, str]

    @property
    def inputs(self) -> list[list[str]]:
        """The names of each input, in order."""
        lines = self.sections["input"].strip().splitlines()
        return [re.findall(r"(?:val|path)[( ](\w+)", line) for line in lines]

    @property
    def outputs(self) -> list[Output]:
        found = []
        for line in self.sections["output"].strip().splitlines():
            [pattern] = re.findall(r'path[( ]"([^"]+)"', line)
            [emit] = re.findall(r"emit: (\w+)", line)
            found.append(Output(pattern, emit, "optional: true" in line, "val(meta)" in line))
        return found

    def shell(self, block: str, scope: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """Return the text that bash gets, and the names that the block has set."""
        head, template, rest = self.sections[block].split('"""')
        assert not rest.strip(), rest
        names = dict(scope)
        for line in filter(None, map(str.strip, head.splitlines())):
            target, expression = re.fullmatch(r"(?:def )?(\w+)\s*= (.+)", line).groups()
            names[target] = value(expression, names)
        return interpolated(textwrap.dedent(template), names), names


def parse(path: Path) -> Process:
    """Read a file that holds one process."""
    text = path.read_text(encoding="utf-8")
    name, body = re.fullmatch(r"process (\w+) \{\n(.*)\n\}\n", text, re.DOTALL).groups()
    directives, *parts = SECTION.split(body)
    return Process(name, directives, dict(zip(parts[::2], parts[1::2], strict=True)))


def value(expression: str, names: dict[str, Any]) -> Any:
    """Return what an expression gives; absent names below another are None, as in Groovy."""
    expression = expression.strip()
    if " ?: " in expression:
        first, second = expression.split(" ?: ")
        return value(first, names) or value(second, names)
    if " ? " in expression:
        test, first, second = re.split(r" \? | : ", expression)
        return value(first if value(test, names) else second, names)
    if expression[0] in "'\"":
        assert expression[-1] == expression[0], expression
        text = expression[1:-1]
        return interpolated(text, names) if expression[0] == '"' else text
    return looked_up(expression, names)


def looked_up(name: str, names: dict[str, Any]) -> Any:
    first, *rest = name.split(".")
    found = names[first]
    for part in rest:
        found = found.get(part)
    return found


def interpolated(text: str, names: dict[str, Any]) -> str:
    """Replace names by what they hold, and ``\\\\x`` by x; a list is joined by spaces."""

    def filled(match: re.Match[str]) -> str:
        found = looked_up(match[1] or match[2], names)
        assert found is not None, match[0]
        return " ".join(map(str, found)) if isinstance(found, list) else str(found)

    parts = re.split(r"\\([\\$])", text)
    return "".join(p if i % 2 else VALUE.sub(filled, p) for i, p in enumerate(parts))
