"""Figures: what they show is what the result says; no global state; signs beside colours."""

from __future__ import annotations

import io
import subprocess
import sys

import msgspec
import pytest

import pgx
from cases import one_test
from pgx.errors import UnknownDrugError, UnknownGeneError, UsageError
from pgx.knowledge.snapshot import KnowledgeBase
from pgx.plot.chart_style import KINDS
from pgx.records.calls import CallStatus, GeneCall, Override
from pgx.reports.content.drug_ranking import ACTIONABLE, BUCKETS, COLOURS, SIGNS, bucket
from reports import factory

matplotlib = pytest.importorskip("matplotlib", reason="the extra plots is not installed")


@pytest.fixture(scope="module")
def result():
    return pgx.annotate("examples/patient.g.vcf")[0]


@pytest.fixture(scope="module")
def cohort():
    return pgx.annotate("examples/cohort.vcf")


def texts(ax):
    return [text.get_text() for text in ax.texts]


def ticks(labels):
    return [label.get_text() for label in labels]


def drawn(ax):
    """Draw as a PNG, so that every glyph and hatch is used; a missing glyph is a warning."""
    picture = io.BytesIO()
    ax.figure.savefig(picture, dpi=40)
    return picture.getvalue()


def is_labelled(ax):
    return ax.get_title(loc="left") and ax.get_xlabel() and ax.get_ylabel() and ax.get_legend()


def test_every_group_has_its_own_sign_and_colour():
    assert set(SIGNS) == set(COLOURS) == set(BUCKETS)
    assert len(set(SIGNS.values())) == len(SIGNS)
    assert len(set(COLOURS.values())) == len(COLOURS)
    assert len({sign for _, _, sign in KINDS.values()}) == len(KINDS)
    assert set(ACTIONABLE) <= set(BUCKETS)


def test_drug_matrix_shows_each_source(result):
    ax = pgx.plot.drug_matrix(result, drugs=["Clopidogrel", "warfarin"])
    rows = [r for r in result.recommendations if r.drug in ("clopidogrel", "warfarin")]
    assert len(ax.texts) == len({(r.drug, r.source) for r in rows})
    assert set(texts(ax)) <= {SIGNS[bucket(row)] for row in rows}
    assert sorted(ticks(ax.get_yticklabels())) == [
        "clopidogrel (CYP2C19)",
        "warfarin (CYP2C9, CYP4F2, VKORC1)",
    ]
    assert is_labelled(ax)
    assert drawn(ax).startswith(b"\x89PNG")


def test_drug_matrix_shows_what_asks_for_a_change_and_counts_the_rest(result):
    asked = {r.drug for r in result.recommendations if bucket(r) in ACTIONABLE}
    ax = pgx.plot.drug_matrix(result, at_most=5)
    assert len(ax.get_yticks()) == 5
    assert f"{len(asked) - 5} more" in ax.get_xlabel()
    assert texts(ax)[0] == SIGNS["avoid"]


def test_activity_shows_the_probabilities_of_the_call(result):
    ax = pgx.plot.activity(result, "CYP2D6")
    [call] = [c for c in result.calls if c.gene == "CYP2D6"]
    labels = ticks(ax.get_xticklabels())
    heights = {labels[round(p.get_x() + p.get_width() / 2)]: p.get_height() for p in bars(ax)}
    for found in call.key_evidence:
        if found.probability is not None and found.probability > 0.02:
            assert heights[found.lookup_key] == pytest.approx(found.probability)
    mark = next(t for t in ax.texts if t.get_text() == "▼")
    assert labels[int(mark.get_position()[0])] == call.activity_score
    numbers = [float(x.lstrip("≥")) for x in labels if x != "n/a"]
    assert numbers == sorted(numbers)
    assert is_labelled(ax)
    assert drawn(ax)


def bars(ax):
    return [patch for container in ax.containers for patch in container]


def test_activity_of_a_gene_without_scores_goes_by_phenotype(result):
    ax = pgx.plot.activity(result, "CYP2C19")
    labels = ticks(ax.get_xticklabels())
    assert labels.index("Poor Metabolizer") < labels.index("Normal Metabolizer")
    assert labels.index("Normal Metabolizer") < labels.index("Ultrarapid Metabolizer")
    assert "?" in texts(ax)
    assert ax.get_xlabel() == "phenotype"


@one_test(sample=2)
@pytest.mark.parametrize("kind", ["results", "polars", "pandas", "records"])
def test_cohort_phenotypes_adds_up_to_everybody(kind, cohort):
    given = {
        "results": lambda: cohort,
        "polars": lambda: pgx.call("examples/cohort.vcf"),
        "pandas": lambda: pgx.to_pandas(cohort).calls,
        "records": lambda: [c for r in cohort for c in r.calls],
    }[kind]()
    ax = pgx.plot.cohort_phenotypes(given, genes=["TPMT", "CYP2C19"])
    assert ticks(ax.get_yticklabels()) == ["CYP2C19", "TPMT"]
    assert sum(bar.get_width() for bar in bars(ax)) == pytest.approx(2)
    said = sorted(texts(ax))
    wanted = {"P": "Poor", "I": "Intermediate", "N": "Normal"}
    for sign, word in wanted.items():
        for gene in ("CYP2C19", "TPMT"):
            own = [c for r in cohort for c in r.calls if c.gene == gene]
            n = sum(word in (c.phenotype or "") for c in own)
            assert not n or f"{sign} {n}" in said
    assert drawn(ax)


def test_terms_that_tell_of_no_activity_are_named(cohort):
    ax = pgx.plot.cohort_phenotypes(cohort, genes=["VKORC1"])
    terms = [c.phenotype for r in cohort for c in r.calls if c.gene == "VKORC1"]
    assert sorted(texts(ax)) == sorted(f"o {t} {terms.count(t)}" for t in set(terms))


def test_who_has_no_phenotype_is_shown():
    calls = [
        GeneCall(sample="A", gene="TPMT", status=CallStatus.CALLED, phenotype="Poor Metabolizer"),
        GeneCall(sample="B", gene="TPMT", status=CallStatus.NO_CALL),
        GeneCall(sample="C", gene="TPMT", status=CallStatus.NOT_ASSESSED),
    ]
    ax = pgx.plot.cohort_phenotypes(calls)
    assert sorted(texts(ax)) == ["P 1", "∅ 2"]
    with pytest.raises(UsageError):
        pgx.plot.cohort_phenotypes(calls[1:])


def test_frequencies_are_those_of_the_knowledge_base():
    ax = pgx.plot.frequencies("VKORC1")
    counted = KnowledgeBase().frequencies["VKORC1"]
    assert len(ax.containers) == len(counted.groups)
    for i, container in enumerate(ax.containers):
        assert sum(bar.get_width() for bar in container) == pytest.approx(1)
        name = ax.get_legend().get_texts()[i].get_text()
        assert name == f"{counted.groups[i]} (n = {counted.totals[i]})"
    assert is_labelled(ax)


def test_rare_alleles_are_one_bar():
    ax = pgx.plot.frequencies("CYP2D6", at_most=3)
    labels = ticks(ax.get_yticklabels())
    assert len(labels) == 4
    assert labels[-1].endswith(" others")
    assert all(sum(b.get_width() for b in c) == pytest.approx(1) for c in ax.containers)
    assert drawn(ax)


def test_sites_that_were_not_typed_are_told():
    assert "not typed" in pgx.plot.frequencies("IFNL3").get_title(loc="left")


@one_test
@pytest.mark.parametrize(
    ("draw", "error"),
    [
        (lambda r: pgx.plot.activity(r, "NOPE"), UnknownGeneError),
        (lambda r: pgx.plot.activity(r, "HLA-B"), UsageError),
        (lambda r: pgx.plot.activity(r, "CYP4F2"), UsageError),
        (lambda r: pgx.plot.drug_matrix(r, drugs=["clopidogrell"]), UnknownDrugError),
        (lambda r: pgx.plot.cohort_phenotypes(r, genes=["NOPE"]), UnknownGeneError),
        (lambda r: pgx.plot.frequencies("NOPE"), UnknownGeneError),
        (lambda r: pgx.plot.frequencies("HLA-B"), UsageError),
    ],
)
def test_what_cannot_be_drawn_is_refused(draw, error, result):
    with pytest.raises(error):
        draw(result)


def test_given_axes_are_used(result):
    from matplotlib.figure import Figure

    mine = Figure().add_subplot()
    assert pgx.plot.activity(result, "CYP2C9", ax=mine) is mine


def test_names_are_drawn_as_they_are(result):
    import msgspec

    odd = msgspec.structs.replace(result, sample="$x^2$\u202e")
    ax = pgx.plot.activity(odd, "CYP2C9")
    assert r"\$x^2\$" in ax.get_title(loc="left")
    assert drawn(ax)


def test_no_global_state_is_touched():
    code = (
        "import sys, matplotlib; before = matplotlib.rcParams.copy(); import pgx;"
        "r = pgx.annotate('examples/patient.g.vcf')[0];"
        "[pgx.plot.drug_matrix(r), pgx.plot.activity(r, 'CYP2C9'), pgx.plot.cohort_phenotypes(r),"
        " pgx.plot.frequencies('TPMT')];"
        "assert before == matplotlib.rcParams.copy();"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=900)


def test_an_absent_library_says_what_to_install():
    code = (
        "import sys\n"
        "class Absent:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'matplotlib':\n"
        "            raise ModuleNotFoundError(name, name=name)\n"
        "sys.meta_path.insert(0, Absent())\n"
        "import pgx\n"
        "try:\n"
        "    pgx.plot.frequencies('TPMT')\n"
        "except pgx.PgxError as error:\n"
        "    print(error.exit_status, error.line())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=900
    )
    assert done.stdout.startswith("2 [PGX-USE-001] matplotlib is not installed")
    assert "pgx-therapy[plots]" in done.stdout


def test_figures_say_what_they_do_not_show():
    [taken] = pgx.annotate("examples/patient.g.vcf", patient="examples/patient.json")
    said = Override(
        sample="EXAMPLE_1", drug="codeine", says="no", by="N.N.", date="2026-01-02", reason="x"
    )
    taken = msgspec.structs.replace(taken, overrides=(said,))
    heading = pgx.plot.drug_matrix(taken).get_title(loc="left")
    changed = {row.drug for row in taken.phenoconverted}
    assert f"other advice by current medicines on {len(changed)} drug(s)" in heading
    assert "a laboratory decided on: codeine" in heading


def test_a_result_that_is_not_sure_is_not_drawn_as_if_it_were():
    keys = ("Intermediate Metabolizer", "Poor Metabolizer")
    call = factory.ambiguous(lookup_keys=keys)
    ax = pgx.plot.activity(factory.result(calls=(call,)), call.gene)
    assert ax.get_title(loc="left").endswith("\nambiguous")
    heading = pgx.plot.cohort_phenotypes([call]).get_title(loc="left")
    assert "1 ambiguous call(s) drawn by the best phenotype" in heading


def test_copies_that_were_not_counted_are_told(result):
    assert "gene copies not determined" in pgx.plot.activity(result, "CYP2D6").get_title(loc="left")
