"""Reading test of an HTML report: twelve questions of a clinician, answered by clicks and screens.

    python -m validation.reading REPORT.html [OLDER.html]

Prints a table for the report of the example patient, beside that of an older version if it is
named. Clicks come from the page's structure, screens (1280 × 800 px) from headless Chromium.
"""

from __future__ import annotations

import argparse
import html
import json
import math
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import html5lib  # type: ignore[import-untyped] # without types

from validation.accessibility import find_chromium

__all__ = ["QUESTIONS", "Answer", "Question", "answers", "measured"]

WIDTH, HEIGHT = 1280, 800
_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
_RESULT = re.compile(r'<pre id="result">(.*?)</pre>', re.DOTALL)
_SILENT: Final = frozenset({"script", "style", "template", "title", "head"})
_FIRST: Final = ("header", "answer")
"""The element and the section that the first screen shows."""
# the place of what is folded is that of the line that opens it
_PLACES = """<pre id="result"></pre><script>addEventListener("load", () => {
  const found = {};
  document.querySelectorAll("[data-q]").forEach((node) => {
    let shown = node;
    for (let n = node; n; n = n.parentElement) {
      if (n.tagName === "DETAILS" && !n.open && !(n.firstElementChild.contains(node))) shown = n;
    }
    const place = shown.getBoundingClientRect();
    // the first line of what is found has to be on the screen
    const bottom = place.top + Math.min(place.height, 40);
    node.dataset.q.split(" ").forEach((q) => { found[q] = bottom; });
  });
  document.getElementById("result").textContent = JSON.stringify(found);
});</script>"""


class Question(NamedTuple):
    """A question, the patterns that its answer contains, and the most characters to read."""

    text: str
    patterns: tuple[str, ...]
    most: int = 400


QUESTIONS: Final = (
    Question("Whose report is it?", ("EXAMPLE_1",)),
    Question("May I give clopidogrel?", ("clopidogrel", "avoid")),
    Question("What dose of mercaptopurine?", ("mercaptopurine", "30–80")),
    Question("What is CYP2D6?", ("CYP2D6", r"\*4/\*41", "Intermediate Metabolizer")),
    Question(
        "Was CYP2D6 *5, the deletion, tested?",
        ("CYP2D6", r"(copy number|gene copies)[^.]*not (determined|assessed)"),
        6000,
    ),
    Question(
        "Which drugs are to be avoided?",
        ("abacavir", "tegafur", "thioridazine", "simvastatin", "venlafaxine", "tamoxifen"),
        4000,
    ),
    Question("Is anything unresolved?", ("unresolved|provisional", "TPMT|azathioprine")),
    Question("Does codeine work?", ("codeine", "avoid")),
    Question("What about warfarin?", ("warfarin", r"65\s?%"), 1000),
    Question(
        "Which source says so of clopidogrel, and how strongly?",
        ("clopidogrel", "CPIC", "strong", "PMID|guideline"),
        1200,
    ),
    Question("Of what date is the knowledge base?", (r"2026\.12\.1", "2026-12")),
    Question(
        "What was not tested?",
        ("not determined: CYP2D6|without a genotype: |not answered: ", "G6PD"),
        2000,
    ),
)


class Answer(NamedTuple):
    """Where an answer is: on the first screen, or behind so many clicks.

    A search counts as a click. ``is_led`` says that a link or the search leads to it, so that
    nothing has to be scrolled. ``number`` is the element's place in the page.
    """

    clicks: int
    is_first: bool
    is_led: bool
    number: int


class _Node(NamedTuple):
    element: Any
    closed: tuple[Any, ...]
    is_first: bool
    is_found: bool
    names: tuple[str, ...]
    """Places to which a link may lead, of the element or what it is the whole of."""


def answers(page: str) -> dict[str, Answer | None]:
    """Return where each question is answered; None if nowhere."""
    return _answers(_parsed(page))


def _parsed(page: str) -> Any:  # noqa: ANN401 - an element of html5lib
    return html5lib.parse(page, namespaceHTMLElements=False)


def _answers(root: Any) -> dict[str, Answer | None]:  # noqa: ANN401
    nodes = [*_walk(root)]
    texts = [_visible(node.element) for node in nodes]
    linked = _targets(nodes)
    return {question.text: _answer(question, nodes, texts, linked) for question in QUESTIONS}


def _walk(root: Any) -> Iterator[_Node]:  # noqa: ANN401
    """Yield all elements in order with the folded parts that have to be opened to read them."""
    stack: list[tuple[Any, tuple[Any, ...], bool, bool, tuple[str, ...]]]
    stack = [(root, (), False, False, ())]
    while stack:
        element, closed, is_first, is_found, names = stack.pop()
        if _is_silent(element):
            continue
        is_first = is_first or element.tag == _FIRST[0] or element.get("id") == _FIRST[1]
        classes = (element.get("class") or "").split()
        is_folded = element.tag == "details" and element.get("open") is None
        # the search shows the line of a drug; its details have to be opened
        is_found = is_found or "drug" in classes
        inside = (*closed, element) if is_folded else closed
        # a part that is opened is seen from its top: a longer section has to be scrolled
        if element.tag == "details":
            names = ()
        names = (*names, element.get("id")) if element.get("id") else names
        yield _Node(element, inside, is_first, is_found, names if inside or is_found else ())
        for child in reversed(element):
            is_line = is_folded and child.tag == "summary"
            stack.append((child, closed if is_line else inside, is_first, is_found, names))


def _is_silent(element: Any) -> bool:  # noqa: ANN401
    """Whether an element has no text to read: comments, scripts, and all of a drawing."""
    tag = element.tag
    return not isinstance(tag, str) or tag in _SILENT or tag.startswith("{")


def _visible(element: Any) -> str:  # noqa: ANN401
    """Return the text of an element after it is opened, without what is folded within it."""
    parts: list[str] = []

    def collect(node: Any, *, is_top: bool) -> None:  # noqa: ANN401
        if _is_silent(node):
            return
        is_folded = node.tag == "details" and node.get("open") is None and not is_top
        parts.append(node.text or "")
        for child in node:
            if not is_folded or child.tag == "summary":
                collect(child, is_top=False)
            parts.append(f" {'' if is_folded else child.tail or ''}")

    collect(element, is_top=True)
    return " ".join("".join(parts).split())


def _targets(nodes: list[_Node]) -> set[str]:
    """Return the places to which links on the first screen lead."""
    return {
        node.element.get("href", "")[1:]
        for node in nodes
        if node.element.tag == "a" and node.is_first and not node.closed
    }


def _answer(
    question: Question, nodes: list[_Node], texts: list[str], linked: set[str]
) -> Answer | None:
    patterns = [re.compile(pattern, re.IGNORECASE) for pattern in question.patterns]
    found = []
    for number, (node, text) in enumerate(zip(nodes, texts, strict=True)):
        if len(text) <= question.most and all(pattern.search(text) for pattern in patterns):
            answer = _reached(node, linked, number)
            found.append((answer.clicks, not answer.is_first, len(text), answer))
    return min(found)[-1] if found else None


def _reached(node: _Node, linked: set[str], number: int) -> Answer:
    """Return the shortest way to an element."""
    if node.is_first and not node.closed:
        return Answer(0, is_first=True, is_led=False, number=number)
    # a link opens all that encloses its target
    if any(name in linked for name in node.names):
        return Answer(1, is_first=False, is_led=True, number=number)
    if node.is_found:
        own = [part for part in node.closed if "drug" in (part.get("class") or "").split()]
        return Answer(1 + len(own), is_first=False, is_led=True, number=number)
    return Answer(len(node.closed), is_first=False, is_led=False, number=number)


def measured(page: str, chromium: str) -> dict[str, tuple[int, int] | None]:
    """Return clicks and screens by question; a place that is linked or found is one screen away.

    Raises
    ------
    RuntimeError
        Chromium gave no result.
    """
    root = _parsed(_POLICY.sub("", page))
    told = _answers(root)
    elements = [node.element for node in _walk(root)]
    for index, answer in enumerate(told.values()):
        if answer is not None:
            element = elements[answer.number]
            element.set("data-q", f"{element.get('data-q') or ''} {index}".strip())
    tops = _places(html5lib.serialize(root, omit_optional_tags=False), chromium)
    return {
        question: answer and (answer.clicks, _screens(answer, tops[str(index)]))
        for index, (question, answer) in enumerate(told.items())
    }


def _screens(answer: Answer, top: float) -> int:
    return 1 if answer.is_led else math.ceil(max(top, 1) / HEIGHT)


def _places(page: str, chromium: str) -> dict[str, float]:
    """Return the distance of each marked element from the top of the page as opened, in px."""
    copy = page.replace("</body>", f"{_PLACES}</body>", 1)
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "page.html"
        path.write_text(copy, encoding="utf-8")
        command = [
            chromium, "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=60000",
            f"--user-data-dir={Path(name) / 'profile'}", f"--window-size={WIDTH},{HEIGHT}",
            "--dump-dom", path.as_uri(),
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    found = _RESULT.search(done.stdout)
    if found is None or not found[1]:
        raise RuntimeError(f"Chromium gave no result: {done.stderr[-500:]}")
    return dict(json.loads(html.unescape(found[1])))


def main() -> int:
    """Print the table; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reports", type=Path, nargs="+")
    chosen = parser.parse_args()
    columns = [
        measured(path.read_text(encoding="utf-8"), find_chromium()) for path in chosen.reports
    ]
    for question in QUESTIONS:
        cells = [column[question.text] for column in columns]
        shown = (f"{c[0]} | {c[1]}" if c else "– | –" for c in cells)
        sys.stdout.write(f"| {question.text} | {' | '.join(shown)} |\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
