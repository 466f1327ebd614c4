"""Make golden outputs anew and compare them with the kept digests, or keep the new ones."""

from __future__ import annotations

import argparse
import sys

from validation.golden import SETS, TABLE, differences, made, read, written
from validation.tables import show


def main() -> int:
    """Compare; the status is 1 where a part differs."""
    parser = argparse.ArgumentParser(prog="python -m validation.golden", description=__doc__)
    parser.add_argument("--write", action="store_true", help="keep the new digests")
    parser.add_argument("sets", nargs="*", metavar="SET", help=f"one of {', '.join(SETS)}")
    options = parser.parse_args()
    names = options.sets or list(SETS)
    if unknown := [name for name in names if name not in SETS]:
        parser.error(f"no set {unknown[0]!r}")
    found = {key: digest for name in names for key, digest in made(name).items()}
    kept = read()
    lines = differences(kept, found, names)
    for line in lines:
        show(line)
    show(f"{len(found)} parts, {len(lines)} differ")
    if options.write:
        others = {key: digest for key, digest in kept.items() if key[0] not in names}
        TABLE.write_text(written(others | found), encoding="utf-8")
        return 0
    return int(bool(lines))


if __name__ == "__main__":
    sys.exit(main())
