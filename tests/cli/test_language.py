"""``--language``: reports in German, tables and JSON as ever, and no English left on the page."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from cli.support import COHORT, EXAMPLES, PATIENT, pgx, refused
from languages import ENGLISH_WORDS

NAMES = r"no-call|ivacaftor[\w -]+sequence|rs\d+ (reference|variant)|\(reference\)"


class Said(HTMLParser):
    """What a page says, but for what is marked as English and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.stack: list[tuple[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag not in {"meta", "use", "path", "circle"}:
            self.stack.append((tag, dict(attrs).get("lang")))
        self.said += [v for k, v in attrs if k in ("aria-label", "title", "alt") and v]

    def handle_endtag(self, tag):
        while self.stack and self.stack.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if not any(tag in ("style", "script") or lang == "en" for tag, lang in self.stack):
            self.said.append(data)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    out = tmp_path_factory.mktemp("languages")
    for language, option in (("en", "--language"), ("de", "--lang")):
        done = pgx("annotate", PATIENT, "-o", out / language, option, language)
        assert done.returncode == 0, done.stderr
    return out


def test_only_the_report_is_in_the_language(folders):
    for path in (folders / "en").iterdir():
        other = (folders / "de" / path.name).read_bytes()
        assert (other == path.read_bytes()) == (path.suffix != ".html"), path.name


def test_no_english_is_left_on_the_page(folders):
    page = (folders / "de" / "EXAMPLE_1.pgx.html").read_text(encoding="utf-8")
    left = [t for t in Said(page).said if ENGLISH_WORDS.search(re.sub(NAMES, "", t))]
    assert not left
    assert '<html lang="de">' in page
    english = (folders / "en" / "EXAMPLE_1.pgx.html").read_text(encoding="utf-8")
    assert any(ENGLISH_WORDS.search(t) for t in Said(english).said)


def test_no_decimal_point_is_left_on_the_page(folders):
    page = (folders / "de" / "EXAMPLE_1.pgx.html").read_text(encoding="utf-8")
    found = {t for t in Said(page).said if re.search(r"(?<![\w.=])\d+\.\d+(?![\w.])", t)}
    assert {t for t in found if not re.match(r"pgx |20\d\d\.|NG_|NC_", t)} == set()


def test_a_report_of_the_saved_result_is_that_of_the_run(folders, tmp_path):
    saved = folders / "en" / "EXAMPLE_1.pgx.json"
    done = pgx("report", saved, "-o", tmp_path / "a.html", "--language", "de")
    assert done.returncode == 0, done.stderr
    made = (tmp_path / "a.html").read_bytes()
    assert made == (folders / "de" / "EXAMPLE_1.pgx.html").read_bytes()


def test_a_result_of_another_release_says_what_stays_english(folders, tmp_path):
    text = (folders / "en" / "EXAMPLE_1.pgx.json").read_text(encoding="utf-8")
    [digest] = set(re.findall(r'"knowledge_digest": ?"(\w{64})"', text))
    saved = tmp_path / "old.pgx.json"
    saved.write_text(text.replace(digest, "0" * 64), encoding="utf-8")
    done = pgx("report", saved, "-o", tmp_path / "a.html", "--language", "de")
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert "Empfehlungen nur auf Englisch" in page
    assert '<p class="text" lang="en">' in page
    assert "Empfehlungen nach Arzneimittelgruppen" in page


def test_every_side_file_is_said_in_german(tmp_path):
    out = tmp_path / "out"
    done = pgx(
        "annotate", PATIENT, "-o", out, "--language", "de",
        "--patient", EXAMPLES / "patient.json", "--overrides", EXAMPLES / "overrides.tsv",
        "--outside-calls", EXAMPLES / "outside-calls.tsv",
        "--kb-overlay", EXAMPLES / "local-rules",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    page = (out / "EXAMPLE_1.pgx.html").read_text(encoding="utf-8")
    for said in (
        "71,5 kg", "01.11.2026", "seit 01.02.2025", "rash, 02.06.2019", "*57:01 positiv",
        "Paroxetin (starker Inhibitor)", "Entscheidung des Labors", "ml/min pro 1,73 m²",
    ):  # fmt: skip
        assert said in page, said


def test_an_unknown_language_ends_before_any_work(tmp_path, folders):
    out = tmp_path / "out"
    line = refused(2, "annotate", COHORT, "-o", out, "--language", "tlh")
    assert "tlh" in line
    assert "choose from en, de" in line
    assert not out.exists()
    saved = folders / "en" / "EXAMPLE_1.pgx.json"
    refused(2, "report", saved, "-o", tmp_path / "a.html", "--language", "de_DE")
    assert not (tmp_path / "a.html").exists()
