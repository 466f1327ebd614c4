"""Pictures of a report, for the pages of docs: ``python -m website.gallery``.

The example patient is annotated with order and laboratory, and the page is drawn by Chromium at the
width of a desk and of a phone, light and dark; pages of PDF are drawn by ``pdftoppm`` of Poppler.
All pictures are written anew into ``docs/images``, with few colors, so that they stay small.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PIL import Image
from validation.accessibility import SCHEMES, find_chromium

from website.pages import ROOT

IMAGES: Final = ROOT / "docs" / "images"
EXAMPLES: Final = ROOT / "examples"
COLORS: Final = 160
DESK: Final = (1280, 860)
PHONE: Final = (390, 844)
PDF_PICTURES: Final = {
    "gallery-page-one.png": (".pgx.pdf", 1, 100),
    "gallery-patient.png": (".pgx.patient.pdf", 1, 80),
    "gallery-card-front.png": (".pgx.card.pdf", 1, 170),
    "gallery-card-back.png": (".pgx.card.pdf", 2, 170),
}
"""Picture, ending of the file, page, dots per inch."""
_OUTER: Final = (
    '<body style="margin:0"><iframe src="{page}" width="{width}" height="{height}"'
    ' style="border:0"></iframe></body>'
)


def main() -> int:
    """Write all pictures; return the exit status."""
    chromium, poppler = find_chromium(), shutil.which("pdftoppm")
    if not chromium or not poppler:
        sys.stderr.write("Chromium and pdftoppm are needed\n")
        return 1
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        page = _annotated(folder) / "EXAMPLE_1.pgx.html"
        _draw(chromium, page, folder, "report.png", DESK, "light")
        _draw(chromium, page, folder, "gallery-dark.png", DESK, "dark")
        _draw(chromium, page, folder, "gallery-phone.png", PHONE, "light")
        for picture, (ending, number, density) in PDF_PICTURES.items():
            source = page.with_name(f"EXAMPLE_1{ending}")
            _keep(_run(poppler, "-png", "-r", density, "-f", number, "-l", number, source), picture)
    return 0


def _annotated(folder: Path) -> Path:
    made = folder / "made"
    _run(
        sys.executable, "-m", "pgx.cli.main", "annotate", EXAMPLES / "patient.g.vcf", "-o", made,
        "--outside-calls", EXAMPLES / "patient-outside-calls.tsv",
        "--patient", EXAMPLES / "patient.json", "--order", EXAMPLES / "order.toml",
        "--laboratory", EXAMPLES / "laboratory.toml", "--quiet",
        "--format", "html,pdf,pdf-patient,pdf-card",
    )  # fmt: skip
    return made


def _draw(
    chromium: str, page: Path, folder: Path, picture: str, size: tuple[int, int], scheme: str
) -> None:
    """Draw the first screen; a frame gives the width, as windows have a least one."""
    width, height = size
    outer, shot = folder / "outer.html", folder / "shot.png"
    outer.write_text(_OUTER.format(page=page.as_uri(), width=width, height=height), "utf-8")
    _run(
        chromium, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
        f"--user-data-dir={folder / 'profile'}", f"--window-size={max(width, 600)},{height}",
        f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}", f"--screenshot={shot}",
        outer.as_uri(),
    )  # fmt: skip
    _keep(shot.read_bytes(), picture, (0, 0, width, height))


def _keep(data: bytes, picture: str, box: tuple[int, int, int, int] | None = None) -> None:
    image = Image.open(io.BytesIO(data)).convert("RGB")
    image.crop(box).quantize(COLORS).save(IMAGES / picture, optimize=True)


def _run(*words: object) -> bytes:
    command: Sequence[str] = [str(word) for word in words]
    return subprocess.run(command, capture_output=True, check=True, timeout=300).stdout


if __name__ == "__main__":
    sys.exit(main())
