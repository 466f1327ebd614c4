"""Write the digests of the shipped dosing rules, after an intended change.

Run in the root of the repository: `python packaging/rule_digests.py`.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from pgx.models.rules.reading import DIGESTS_FILE, digests, read_rule

FOLDER = Path(__file__).resolve().parents[1] / "data" / "models"


def main() -> None:
    """Check each rule, and write what is released."""
    found = digests(FOLDER)
    for name in found:
        read_rule(FOLDER / name)
    text = msgspec.json.format(msgspec.json.encode(found), indent=2)
    (FOLDER / DIGESTS_FILE).write_bytes(text + b"\n")
    print(f"{len(found)} rules")


if __name__ == "__main__":
    main()
