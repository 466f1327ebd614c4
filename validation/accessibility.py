"""Run axe-core on an HTML report in headless Chromium, at two widths, light and dark.

    python validation/accessibility.py REPORT.html --axe axe.min.js

Prints one line a violation and ends with 1 if one is serious or critical. axe-core is a tool of
the check alone: ``npm pack axe-core`` brings ``package/axe.min.js``. Chromium is found by name, or
named by the environment variable ``PGX_CHROMIUM``; ``PGX_AXE`` names axe-core for the tests.
"""

from __future__ import annotations

import argparse
import html
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

WIDTHS: Final = {"desktop": 1100, "phone": 390}
SCHEMES: Final = {"light": 1, "dark": 0}  # Blink's numbers
GRAVE: Final = frozenset({"serious", "critical"})
_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
_RESULT = re.compile(r'<pre id="result">(.*?)</pre>', re.DOTALL)

# A frame has the width that it is told: a window of Chromium is never narrower than 500 px.
_OUTER = """<!DOCTYPE html><html lang="en"><title>frame</title><body style="margin:0">
<iframe title="page" src="page.html" width="{width}" height="900" style="border:0"></iframe>
<pre id="result"></pre><script>
addEventListener("message", (e) => {{
  if (typeof e.data === "string" && e.data.startsWith("{{\\"pgx\\"")) {{
    document.getElementById("result").textContent = e.data;
  }}
}});
</script></body></html>"""

_INNER = """<script>{axe}</script><script>
const reasons = (v) => {{
  const found = {{}};
  v.nodes.forEach((n) => [...n.any, ...n.all, ...n.none].forEach((c) => {{
    found[c.message] = found[c.message] || [0, n.target.join(" ")];
    found[c.message][0] += 1;
  }}));
  return found;
}};
addEventListener("load", () => {{
  document.querySelectorAll("details").forEach((d) => {{ d.open = true; }});
  axe.run(document).then((r) => {{
    const told = {{
      pgx: 1,
      width: innerWidth,
      dark: matchMedia("(prefers-color-scheme: dark)").matches,
      scroll: document.documentElement.scrollWidth,
      passes: r.passes.length,
      incomplete: r.incomplete.map((v) => [v.id, v.impact, v.nodes.length, reasons(v)]),
      violations: r.violations.map((v) => ({{
        id: v.id, impact: v.impact, help: v.help, count: v.nodes.length,
        where: v.nodes.slice(0, 3).map((n) => n.target.join(" ") + " " + n.html.slice(0, 160)),
      }})),
    }};
    parent.postMessage(JSON.stringify(told), "*");
  }});
}});
</script></body>"""


def find_chromium() -> str:
    """Return the program, "" where there is none."""
    named = os.environ.get("PGX_CHROMIUM", "")
    return named or next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), "") or ""


def check_page(page: str, axe: str, width: int, scheme: int, chromium: str) -> dict[str, Any]:
    """Return what axe-core says of a page at a width (px); all that is folded is open.

    Raises
    ------
    RuntimeError
        Chromium gave no result.
    """
    copy = _POLICY.sub("", page).replace("</body>", _INNER.format(axe=axe), 1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "page.html").write_text(copy, encoding="utf-8")
        (folder / "outer.html").write_text(_OUTER.format(width=width), encoding="utf-8")
        command = [
            chromium, "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=600000",
            f"--user-data-dir={folder / 'profile'}", f"--window-size={max(width, 600)},1000",
            f"--blink-settings=preferredColorScheme={scheme}", "--dump-dom",
            (folder / "outer.html").as_uri(),
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    found = _RESULT.search(done.stdout)
    if found is None or not found[1]:
        raise RuntimeError(f"Chromium gave no result: {done.stderr[-500:]}")
    told: dict[str, Any] = json.loads(html.unescape(found[1]))
    return told


def main() -> int:
    """Check one page in all four ways; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("report", type=Path)
    parser.add_argument("--axe", type=Path, required=True)
    chosen = parser.parse_args()
    page = chosen.report.read_text(encoding="utf-8")
    axe = chosen.axe.read_text(encoding="utf-8")
    grave = 0
    for (place, width), (scheme, code) in itertools.product(WIDTHS.items(), SCHEMES.items()):
        told = check_page(page, axe, width, code, find_chromium())
        sys.stdout.write(f"{place} ({told['width']} px), {scheme}: {told['passes']} rules pass\n")
        for found in told["violations"]:
            grave += found["impact"] in GRAVE
            sys.stdout.write(
                f"  {found['impact']}: {found['id']} ({found['count']}): {found['help']}\n"
                + "".join(f"    {line}\n" for line in found["where"])
            )
        for rule, impact, count, reasons in told["incomplete"]:
            sys.stdout.write(f"  to be looked at: {rule} ({impact}, {count}): {reasons}\n")
    return 1 if grave else 0


if __name__ == "__main__":
    sys.exit(main())
