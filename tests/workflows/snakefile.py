"""Start Snakemake as a user does, in a folder that sees the examples."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from pgx.base.accel import cache_folder

ROOT = Path(__file__).resolve().parents[2]
SNAKEFILE = ROOT / "workflows" / "snakemake" / "Snakefile"


def snakemake(
    folder: Path, *words: str, path: Path | None = None, status: int = 0
) -> subprocess.CompletedProcess[str]:
    """Run the Snakefile in a folder; ``path`` comes first where commands are looked for."""
    if not (folder / "examples").exists():
        (folder / "examples").symlink_to(ROOT / "examples")
    places = [str(path)] if path else []
    places += [str(Path(sys.executable).parent), os.environ["PATH"]]
    environment = {
        **os.environ,
        "PATH": os.pathsep.join(places),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "PGX_KERNEL_CACHE": str(cache_folder() or ""),
    }
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "--snakefile", SNAKEFILE, *words],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=900,
    )  # fmt: skip
    assert done.returncode == status, done.stdout + done.stderr
    return done
