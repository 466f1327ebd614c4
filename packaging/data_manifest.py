"""Write the manifest of the shipped data after an intended change, and sign it if asked to.

Run in the root of the repository: `python packaging/data_manifest.py [--key PRIVATE.pem]`.
Without a key an old signature is removed: it would not match any more.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from pgx.base.shipped import MANIFEST, manifest_of, read_private_key, signature_file, signature_over

FOLDER = Path(__file__).resolve().parents[1] / "data"


def main() -> None:
    """Digest each file, and write what is released."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--key", type=Path, metavar="PEM", help="private Ed25519 key to sign with")
    options = parser.parse_args()
    manifest, path = manifest_of(FOLDER), FOLDER / MANIFEST
    path.write_text(manifest.text(), encoding="utf-8")
    signature_file(path).unlink(missing_ok=True)
    if options.key:
        signature_file(path).write_bytes(signature_over(path, read_private_key(options.key)))
    print(f"{len(manifest.files)} files, {manifest.digest}")


if __name__ == "__main__":
    main()
