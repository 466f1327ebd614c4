"""Pictures: what they show is what the call says, in signs, places and words."""

from __future__ import annotations

import html
import itertools
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import one_test
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.messages.catalogue import ENGLISH
from pgx.records.calls import Candidate, HaplotypeDetail
from pgx.records.genes import GeneFrequencies, HaplotypeCount
from pgx.records.patient import ScoreRange
from pgx.reports.content.document import build_document
from pgx.reports.content.release_facts import ReportFacts, facts_of
from pgx.reports.figures import figure_data as facts_module
from pgx.reports.figures.drug_matrix import build_matrix, draw_matrix, matrix_signs
from pgx.reports.figures.figure_data import (
    AlleleShare,
    Bar,
    ChromosomeShare,
    GenePictures,
    ScoreFacts,
    build_pictures,
    wilson,
)
from pgx.reports.figures.gene_figures import (
    draw_frequencies,
    draw_gene,
    draw_posterior,
    draw_scale,
    range_words,
)
from pgx.reports.figures.svg import picture, picture_words, shortened, text
from pgx.reports.html_page import render_html
from reports import factory
from reports.test_render_html import Page

SAID = picture_words(ENGLISH)
RANGES = (
    ScoreRange(gene="G", phenotype="Poor Metabolizer", low=0, low_included=True, high=0.0,
               high_included=True),
    ScoreRange(gene="G", phenotype="Normal Metabolizer", low=0, low_included=False, high=2.0,
               high_included=False),
    ScoreRange(gene="G", phenotype="Rapid Metabolizer", low=2, low_included=True),
)  # fmt: skip


def parsed(drawn: str) -> ET.Element:
    return ET.fromstring(re.sub(r"&(nbsp|#34);", " ", str(drawn)))


def places(drawn: str, kind: str) -> list[float]:
    """Return where marks of a class begin, in px."""
    found = [e for e in parsed(drawn).iter() if kind in (e.get("class") or "").split()]
    return [
        float(e.get("x") or e.get("cx") or re.match(r"M([\d.]+)", e.get("d"))[1]) for e in found
    ]


def counted(name: str = "*2", **changes) -> GeneFrequencies:
    values = {
        "gene": "CYP2C19",
        "groups": ("AFR", "XYZ"),
        "haplotypes": (
            HaplotypeCount(differences={}, allele="*1", counts=(60, 0)),
            HaplotypeCount(differences={5: "T"}, allele=name, counts=(30, 0)),
            HaplotypeCount(differences={5: "T", 6: "A"}, allele=name, counts=(10, 50)),
        ),
    }
    return GeneFrequencies(**{**values, **changes})


def carrying(name: str = "*2", **changes):
    haplotype = HaplotypeDetail(
        name=name, function=None, activity_value=None, variants=("chr1:5:G>T",)
    )
    plain = HaplotypeDetail(name="*1", function=None, activity_value=None)
    return factory.called(haplotypes=(plain, haplotype), **changes)


def pictures_of(call, **facts) -> GenePictures:
    result = factory.result(calls=(call,), recommendations=())
    [found] = build_pictures(result, ReportFacts(**facts))
    return found


def test_shares_are_summed_over_the_haplotypes_of_an_allele():
    found = pictures_of(carrying(), frequencies={"CYP2C19": counted()})
    [allele] = found.alleles
    assert [(s.group, s.count, s.total) for s in allele.shares] == [
        ("AFR", 40, 100),
        ("XYZ", 50, 50),
    ]
    assert allele.allele == "*2", "what the assembly carries has no column"


@pytest.mark.parametrize(
    ("call", "frequencies"),
    [
        (carrying(source="outside"), counted()),
        (carrying(), counted(untyped=(5,))),
        (carrying(), counted(haplotypes=())),
        (factory.not_assessed(gene="CYP2C19"), counted()),
    ],
)
def test_no_frequencies_where_the_counts_say_nothing_of_the_allele(call, frequencies):
    assert pictures_of(call, frequencies={"CYP2C19": frequencies}).alleles == ()


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_an_interval_holds_its_share_and_stays_between_0_and_1(pair):
    count, total = pair
    low, high = wilson(count, total)
    assert 0 <= low <= count / total + 1e-12
    assert count / total - 1e-12 <= high <= 1
    assert high > low


def test_frequencies_in_words_and_in_the_picture():
    shares = (
        ChromosomeShare("AFR", 40, 100, *wilson(40, 100)),
        ChromosomeShare("XYZ", 0, 50, *wilson(0, 50)),
    )
    drawn = draw_frequencies("G", (AlleleShare("*2", shares),), SAID)
    tree = parsed(drawn)
    assert tree.get("aria-label") == "How common the alleles are, G"
    assert tree[0].text == "*2: African 40 of 100 (31–50 %), XYZ 0 of 50 (0.0–7.1 %)."
    shown = [e.text for e in tree.iter() if e.tag == "text"]
    assert {"African", "XYZ", "40/100", "0/50", "0", "50 %"} <= set(shown)


def test_a_score_stands_in_the_box_of_its_phenotype():
    facts = ScoreFacts(score=1.5, ranges=RANGES, possible=(0.0, 2.5))
    drawn = draw_scale("G", facts, SAID)
    boxes = [e for e in parsed(drawn) if e.get("class", "").startswith("band")]
    assert boxes[-1].get("class") == "band held", "on top of the others"
    boxes.sort(key=lambda box: float(box.get("x")))
    ends = [(float(b.get("x")), float(b.get("x")) + float(b.get("width"))) for b in boxes]
    assert [b.get("class") for b in boxes] == ["band", "band held", "band"]
    own = places(drawn, "dot")[0]
    low, high = places(drawn, "ring")[:2]
    for mark, (left, right) in zip((low, own, high), ends, strict=True):
        assert left <= mark <= right
    assert all(b == c for (_, b), (c, _) in itertools.pairwise(ends))


def test_a_score_in_words():
    facts = ScoreFacts(score=1.5, ranges=RANGES, possible=(2.5,), converted=0.0)
    said = parsed(draw_scale("G", facts, SAID))[0].text
    assert said == (
        "By genotype: 1.5, Normal Metabolizer. Also possible: 2.5. With current medicines: 0."
        " Ranges: Poor Metabolizer 0; Normal Metabolizer above 0 to below 2; Rapid Metabolizer 2"
        " and above."
    )


def test_ends_of_a_range_in_words():
    base = {"gene": "G", "phenotype": "P", "low": 1.0}
    assert range_words(ScoreRange(**base, low_included=False), SAID) == "above 1"
    closed = ScoreRange(**base, low_included=True, high=2.0, high_included=True)
    assert range_words(closed, SAID) == "1 to 2"
    half = ScoreRange(**base, low_included=False, high=2.0, high_included=True)
    assert range_words(half, SAID) == "above 1 to 2"


def test_only_a_score_of_a_gene_with_ranges_is_drawn():
    call = factory.called(gene="G", activity_score="≥3.0", lookup_keys=("≥3.0", "1.0", "n/a"))
    found = pictures_of(call, score_ranges=RANGES).score
    assert (found.score, found.possible) == (3.0, (1.0,))
    other = factory.called(gene="H", activity_score="1.0")
    assert pictures_of(other, score_ranges=RANGES).score is None
    for odd in ("nan", "inf", "-1", "", None):
        assert (
            pictures_of(factory.called(gene="G", activity_score=odd), score_ranges=RANGES).score
            is None
        )


def test_bars_are_as_long_as_probable_and_none_is_lost():
    listed = tuple(
        Candidate(f"*{i}", p) for i, p in enumerate((0.6, 0.2, 0.1, 0.04, 0.02, 0.01, 0.01))
    )
    found = pictures_of(factory.ambiguous(candidates=listed, n_candidates=9, probability=0.6))
    assert len(found.bars) == 6
    assert found.n_others == 3
    assert found.rest == pytest.approx(0.03)
    drawn = draw_posterior(found, SAID)
    widths = [float(w) for w in re.findall(r'class="bar(?: rest)?" d="M\S+ \S+h([\d.]+)', drawn)]
    assert widths == sorted(widths[:6], reverse=True) + widths[6:]
    assert widths[0] == pytest.approx(3 * widths[1], abs=0.2)
    assert "others (3): 3 %" in parsed(drawn)[0].text


def test_no_bars_without_probabilities_or_with_one_candidate():
    assert pictures_of(factory.ambiguous()).bars == ()
    assert pictures_of(factory.called()).bars == ()


def test_the_matrix_tells_each_gene_of_the_advice_and_no_drug_that_needs_no_change():
    document = build_document(factory.result())
    lines = build_matrix(document)
    assert [(line.drug, line.cells) for line in lines] == [
        ("Clopidogrel", {"CYP2C19": "avoid"}),
        ("Efavirenz", {"CYP2B6": "open_maybe"}),
    ]
    assert [sign for sign, _ in matrix_signs(lines, ENGLISH)] == ["avoid", "open_maybe"]
    [drawn] = draw_matrix(lines, ENGLISH)
    tree = parsed(drawn)
    assert tree[0].text == (
        "Clopidogrel: CYP2C19 (Avoid or use an alternative); Efavirenz: CYP2B6 (Provisional)."
    )
    used = [e.get("href") for e in tree.iter() if e.tag == "use"]
    assert used == ["#s-avoid", "#s-open_maybe"]


def test_the_most_serious_advice_of_several_sources_is_the_sign():
    rows = (
        factory.usable(drug="d", genes=("A", "B"), source="FDA_LABEL"),
        factory.advice(drug="d", genes=("A",), action=("reduce_dose",)),
    )
    [line] = build_matrix(build_document(factory.result(recommendations=rows)))
    assert line.cells == {"A": "dose", "B": "directed"}


def test_many_drugs_are_drawn_in_parts_and_none_is_lost():
    rows = tuple(factory.advice(drug=f"d{i:03}") for i in range(60))
    page = render_html(factory.result(recommendations=rows))
    drawn = [part for part in re.findall(r'<svg class="pic".*?</svg>', page) if "#s-" in part]
    assert len(drawn) == 3
    for i in range(60):
        assert sum(f">D{i:03}</text>" in part for part in drawn) == 1


def test_every_sign_of_a_matrix_is_drawn_in_the_page():
    page = render_html(factory.result())
    used = set(re.findall(r'href="#([\w-]+)"', " ".join(re.findall(r"<use[^>]*>", page))))
    assert used
    assert all(f'id="{name}"' in page for name in used)


@one_test
@pytest.mark.parametrize("name", factory.HOSTILE)
def test_hostile_strings_stay_text_in_every_picture(name):
    def drawn(word: str) -> list[str]:
        facts = GenePictures(
            gene=word,
            score=ScoreFacts(
                score=1.0, ranges=tuple(msgspec.structs.replace(r, phenotype=word) for r in RANGES)
            ),
            alleles=(AlleleShare(word, (ChromosomeShare(word, 1, 2, 0.1, 0.9),)),),
            bars=(Bar(word, 0.9), Bar("x", 0.05)),
            n_others=1,
            rest=0.05,
        )
        rows = (factory.advice(drug=word, genes=(word,)),)
        lines = build_matrix(build_document(factory.result(recommendations=rows)))
        return [*(f.drawn for f in draw_gene(facts, ENGLISH)), *draw_matrix(lines, ENGLISH)]

    def shape(parts: list[str]) -> list[tuple[str, tuple[str, ...]]]:
        return [(e.tag, tuple(e.attrib)) for part in parts for e in parsed(part).iter()]

    assert shape(drawn(name)) == shape(drawn("S1"))
    shown = html.unescape("".join(drawn(name)))
    assert not [c for c in shown if ord(c) < 32 or c in "\x7f\x85\u202e\u200b\u2028\ufeff"]


@one_test
@pytest.mark.parametrize("name", factory.HOSTILE)
def test_hostile_alleles_and_groups_reach_the_page_as_text(name):
    def page(word: str) -> Page:
        call = carrying(
            word, candidates=(Candidate(word, 0.9), Candidate("*9", 0.1)), n_candidates=2
        )
        found = counted(word, groups=(word, f"x{word}"))
        facts = ReportFacts(frequencies={"CYP2C19": found})
        return Page(render_html(factory.result(calls=(call,), recommendations=()), facts))

    assert page(name).shape() == page("S1").shape()
    assert len(page(name).all("figure")) == 2


def test_parts_of_a_picture_are_escaped():
    assert text(1, 2.25, '<a b="c">') == '<text x="1" y="2.2">&lt;a b=&#34;c&#34;&gt;</text>'
    drawn = picture(10, 20, '"x', "<y", ())
    assert 'aria-label="&#34;x"' in drawn
    assert "<desc>&lt;y</desc>" in drawn


@given(st.text(max_size=60), st.floats(0, 300))
def test_shortened_words_fit(words, width):
    assert len(shortened(words, width)) <= max(width / 6.3, 2)


def test_facts_of_the_release_have_ranges_and_counts():
    facts = facts_of(KnowledgeBase())
    assert {r.gene for r in facts.score_ranges}
    assert any(f.haplotypes and not f.untyped for f in facts.frequencies.values())


def test_every_word_of_the_pictures_is_used_and_every_used_word_is_there():
    folder = Path(facts_module.__file__).parents[1]
    code = "".join(path.read_text(encoding="utf-8") for path in folder.glob("figures/*.py"))
    page = (folder / "templates" / "report.html.j2").read_text(encoding="utf-8")
    in_page = set(re.findall(r"\bp\.(\w+) ", page))
    in_code = {
        name for name in SAID if re.search(rf"[\"']{name}[\"']", code) or name.startswith("group_")
    }
    assert in_page | in_code == set(SAID)
    groups = {g for f in facts_of(KnowledgeBase()).frequencies.values() for g in f.groups}
    assert {f"group_{group}" for group in groups} <= set(SAID)
