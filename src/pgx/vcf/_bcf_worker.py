"""Runs in a process of its own: BCF at a path, or ``-``, in, VCF text on standard output."""

from __future__ import annotations

import sys
from collections.abc import Callable

__all__ = ["main"]


def main(path: str) -> int:
    """Write the file as VCF text; a crash of the library ends this process only."""
    import pysam
    import pysam.bcftools

    pysam.set_verbosity(0)
    view: Callable[..., object] = pysam.bcftools.view
    view("--no-version", "-Ov", path, catch_stdout=False)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
