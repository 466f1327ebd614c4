"""The page of a model in use: valid, self-contained, safe, whole."""

from __future__ import annotations

import html
import re

import msgspec
import pytest
from validation.accessibility import GRAVE, SCHEMES, WIDTHS, check_page, find_chromium
from validation.watching import SCENARIOS, Scenario, validated, write_log

from cases import one_test
from pgx_dosing.monitoring.records import Settings
from pgx_dosing.monitoring.status import monitor
from pgx_dosing.report.dashboard import draw_shares, render_dashboard
from reports import factory
from reports.test_page import AXE, assert_valid, needs_chromium

WRONG = Scenario("wrong", shift=6.0, age=(72.0, 10.0), vanished="weight_kg", start=100)


def found(tmp_path, scenario=WRONG, n=500, settings=None):
    path = tmp_path / "log.jsonl"
    write_log(path, 2, scenario, n)
    return monitor(path, validated(1), settings or Settings())


@pytest.fixture(scope="module")
def monitoring(tmp_path_factory):
    return found(tmp_path_factory.mktemp("log"))


@pytest.fixture(scope="module")
def page(monitoring):
    return render_dashboard(monitoring)


def test_the_page_is_valid_and_says_what_to_do(page):
    assert_valid(page)
    assert page.count("<h1") == 1
    assert "Mean absolute error" in page
    assert "find out where the value is lost" in page.lower()
    assert page == page.encode("utf-8").decode("utf-8")


def test_nothing_is_fetched_and_no_script_runs(page):
    assert "<script" not in page
    assert not re.search(r"(src|href)=[\"']?(https?:)?//", page)
    assert "default-src 'none'; style-src 'sha256-" in html.unescape(page)


def test_every_check_stands_in_the_table(monitoring, page):
    table = page[page.index('<table class="genes checks"') :]
    assert table.count('<tr role="row" class=') == len(monitoring.status.checks)


def test_pictures_tell_in_words_what_they_show(page):
    pictures = re.findall(r'<svg class="pic"[^>]*aria-label="([^"]+)"><desc>([^<]+)</desc>', page)
    assert len(pictures) == page.count('<svg class="pic"') >= 10
    assert any("First signal on 2026-" in says for _, says in pictures)


def test_colour_is_never_alone(page):
    for state in ("Alert", "OK"):
        assert re.search(
            rf'<span class="sign-of"><svg[^>]*><use href="#i-[a-z_]+"/></svg> {state}', page
        )


def test_a_log_without_outcomes_has_a_page_too(tmp_path):
    text = render_dashboard(found(tmp_path, SCENARIOS[0], 60))
    assert_valid(text)
    assert "No outcome is known yet" in text or "Cumulative sums" in text
    bare = found(tmp_path, SCENARIOS[0], 3)
    assert_valid(render_dashboard(bare))


def test_many_outcomes_make_no_large_page(tmp_path):
    text = render_dashboard(found(tmp_path, SCENARIOS[0], 3000))
    assert len(text) < 120_000


@one_test
@pytest.mark.parametrize("name", factory.HOSTILE)
def test_hostile_strings_stay_text(monitoring, name):
    checks = [
        msgspec.structs.replace(check, subject=name, reason=name)
        for check in monitoring.status.checks
    ]
    inputs = [
        msgspec.structs.replace(own, name=name, labels=(name,) * len(own.labels))
        for own in monitoring.inputs
    ]
    status = msgspec.structs.replace(monitoring.status, checks=tuple(checks), unit=name)
    text = render_dashboard(
        msgspec.structs.replace(monitoring, status=status, inputs=tuple(inputs))
    )
    assert_valid(text)
    assert "<script" not in text
    assert "<img" not in text
    assert not re.search("[\u202e\x00\x1b]", text)


def test_many_levels_are_summed_up(monitoring):
    labels = tuple(f"level {i}" for i in range(40))
    own = msgspec.structs.replace(
        monitoring.inputs[0], labels=labels, expected=(1 / 40,) * 40, found=(1 / 40,) * 40
    )
    assert "27 others" in draw_shares(own)


@pytest.mark.slow
@needs_chromium
@pytest.mark.skipif(not AXE.is_file(), reason="no axe-core: npm pack axe-core (PGX_AXE)")
@pytest.mark.parametrize("place", WIDTHS)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_nothing_serious(page, place, scheme):
    told = check_page(
        page, AXE.read_text(encoding="utf-8"), WIDTHS[place], SCHEMES[scheme], find_chromium()
    )
    assert told["dark"] == (scheme == "dark")
    assert [v for v in told["violations"] if v["impact"] in GRAVE] == []
    assert told["scroll"] <= WIDTHS[place], "no sideways scrolling of the page"
