"""Print what is wrong with bundles and resources of FHIR; exit status 1 if anything is."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from validation.data import DATA
from validation.fhir.bundles import bundle_faults, own_faults, resource_faults
from validation.fhir.profiles import Profiles
from validation.tables import show

PROFILES = DATA / "fhir" / "profiles_stu3"


def main(words: Sequence[str] | None = None) -> int:
    """Check files; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m validation.fhir", description=__doc__)
    parser.add_argument("--profiles", type=Path, default=PROFILES, help="folder of definitions")
    parser.add_argument("--guide-only", action="store_true", help="not what pgx asks of its own")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    options = parser.parse_args(words)
    profiles = Profiles(options.profiles)
    n_faults = 0
    for path in options.files:
        tree = json.loads(path.read_text(encoding="utf-8"))
        is_bundle = tree.get("resourceType") == "Bundle"
        found = (bundle_faults if is_bundle else resource_faults)(profiles, tree)
        if is_bundle and not options.guide_only:
            found += own_faults(tree)
        show("\n".join(f"{path.name}: {fault}" for fault in found) or f"{path.name}: nothing")
        n_faults += len(found)
    return 1 if n_faults else 0


if __name__ == "__main__":
    sys.exit(main())
