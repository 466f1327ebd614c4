"""Write a bill of materials (CycloneDX, JSON) of every package that a lock file pins.

    python packaging/sbom.py requirements.lock -o dist/pgx_therapy-VERSION.cdx.json

cyclonedx-bom reads the lock file. What it cannot know is added here: the version of pgx, which
packages pgx itself asks for, and the release of the knowledge base. What would differ between
places or says where files were fetched from is taken out. The same checkout gives the same bytes.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SPEC = "1.6"
MARKER = re.compile(r"==\S+ ; (.+?)\s+--hash=")


def main() -> None:
    """Read the command line, write the file."""
    parser = argparse.ArgumentParser(description="bill of materials of a lock file")
    parser.add_argument("lock", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    words = parser.parse_args()
    text = json.dumps(bill(words.lock), indent=2, sort_keys=True, ensure_ascii=True) + "\n"
    check(text)
    words.output.write_text(text, encoding="utf-8")


def bill(lock: Path) -> dict[str, Any]:
    """Return the bill as plain data; raise CalledProcessError if the lock file is not readable."""
    command = [sys.executable, "-W", "ignore", "-m", "cyclonedx_py", "requirements", str(lock)]
    command += ["--pyproject", str(ROOT / "pyproject.toml"), "--output-reproducible"]
    command += ["--spec-version", SPEC, "--output-format", "JSON", "-o", "-"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    tree: dict[str, Any] = json.loads(done.stdout)
    parts = [_package(component) for component in tree["components"]]
    tree["components"] = [*parts, _knowledge_base()]
    for tool in tree["metadata"]["tools"]["components"]:
        tool.pop("externalReferences", None)
    root = tree["metadata"]["component"]
    root["version"] = _version()
    root["bom-ref"] = root["purl"] = f"pkg:pypi/{root['name']}@{root['version']}"
    asked = _asked()
    direct = [p["bom-ref"] for p in tree["components"] if p["type"] == "data" or p["name"] in asked]
    # what the packages need in turn is no part of a lock file; each is pinned all the same
    tree["dependencies"] = [{"ref": root["bom-ref"], "dependsOn": sorted(direct)}]
    return tree


def check(text: str) -> None:
    """End the program if the text is not valid CycloneDX."""
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    fault = JsonStrictValidator(SchemaVersion.from_version(SPEC)).validate_str(text)
    if fault:
        sys.exit(f"the bill of materials is not valid: {fault}")


def _package(component: dict[str, Any]) -> dict[str, Any]:
    """Name a package by its package URL, keep its digests and for which systems it is pinned."""
    marker = MARKER.search(component.pop("description"))
    component["bom-ref"] = component["purl"]
    for reference in component["externalReferences"]:
        reference["url"] = component["purl"]
        reference["comment"] = "digests of all files of this version that may be installed"
    if marker:
        component["properties"] = [{"name": "pgx:only-where", "value": marker[1]}]
    return component


def _knowledge_base() -> dict[str, Any]:
    manifest = json.loads((ROOT / "data/knowledgebase/manifest.json").read_text(encoding="utf-8"))
    return {
        "type": "data",
        "name": "pgx-knowledge-base",
        "version": manifest["release"],
        "bom-ref": f"pgx-knowledge-base@{manifest['release']}",
        "description": "Allele definitions, phenotype rules and guidelines, in the wheel",
        "properties": [{"name": "pgx:digest", "value": manifest["digest"]}],
    }


def _version() -> str:
    text = (ROOT / "src/pgx/_version.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "(.+)"$', text, re.MULTILINE)
    if not found:
        sys.exit("src/pgx/_version.py tells no version")
    return found[1]


def _asked() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {re.split(r"[<>=\[ ;]", line)[0] for line in project["dependencies"]}


if __name__ == "__main__":
    main()
