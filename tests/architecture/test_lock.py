"""Lock files: what pyproject.toml asks for, pinned, with hashes, for every Python and no host."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PIN = re.compile(r"^([a-z0-9._-]+)==([\w.]+)( ; .+?)?( \\)?$")


def entries(name: str) -> list[str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return "\n".join(lines).replace("\\\n", "").splitlines()


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[<>=\[ ;]", line)[0].lower().replace("_", "-") for line in requirements}


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_each_line_is_a_pin_with_hashes(name):
    for line in entries(name):
        pin, *hashes = re.split(r"\s+--hash=", line)
        assert PIN.match(pin.strip()), pin
        assert hashes, pin
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", h.strip()) for h in hashes)
    assert "://" not in (ROOT / name).read_text(encoding="utf-8")


def test_locks_hold_what_the_project_asks_for():
    wanted = names(PROJECT["dependencies"])
    assert wanted <= names(entries("requirements.lock"))
    extras = PROJECT["optional-dependencies"]
    dev = names([line for name in extras if name != "fuzz" for line in extras[name]])
    assert wanted | dev <= names(entries("requirements-dev.lock"))


def test_both_locks_agree():
    def pins(name: str) -> set[str]:
        return {re.split(r"\s+(?:--hash=|;)", line)[0].strip() for line in entries(name)}

    # the one for development may need for every system what the other needs for some
    assert pins("requirements.lock") <= pins("requirements-dev.lock")


def test_lower_bounds_stay_in_the_project():
    extras = PROJECT["optional-dependencies"].values()
    listed = [*PROJECT["dependencies"], *(line for extra in extras for line in extra)]
    asked = [line.partition(";")[0] for line in listed]
    assert all(">=" in line and "==" not in line for line in asked)
