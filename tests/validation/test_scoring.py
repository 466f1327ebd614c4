"""How a call is held against the truth, and how shares and posteriors are counted."""

import msgspec
import pytest
from validation.judging import Judged, Truth, among_all, diplotype, judge, median_size
from validation.tables import Difference, Score, differences_table, score_table, share, wilson

from cases import one_test
from pgx.records.calls import CallStatus, Candidate, GeneCall
from validation import callers, judging

TRUTH = GeneCall(
    sample="s", gene="TPMT", status=CallStatus.CALLED, diplotype="*1/[*2 + *8]", n_candidates=1
)
KNOWN = Truth.of(TRUTH)


def answer(best, *names, factors=(), status=CallStatus.AMBIGUOUS, n=2):
    return msgspec.structs.replace(
        TRUTH,
        status=status,
        diplotype=best,
        candidates=tuple(Candidate(name) for name in names),
        candidate_factors=factors,
        n_candidates=n,
    )


def test_the_order_of_haplotypes_and_parts_does_not_count():
    found = judge(answer("[*8 + *2]/*1", "[*8 + *2]/*1"), KNOWN)
    assert (found.right, found.listed, found.among, found.reason) == (True, True, True, "")


def test_a_truth_that_is_not_first_is_among_the_listed():
    found = judge(answer("*2/*8", "*2/*8", "*1/[*2 + *8]"), KNOWN)
    assert (found.right, found.listed, found.among) == (False, True, True)
    assert found.reason


def test_a_truth_in_a_factor_only_is_among_all_and_not_among_listed():
    factors = ((("*9", "[*8 + *2]"), ("*3A", "*1")),)
    found = judge(answer("*2/*8", "*2/*8", factors=factors), KNOWN)
    assert (found.listed, found.among) == (False, True)


@one_test
@pytest.mark.parametrize(
    ("name", "inside"),
    [("*1/*3", True), ("*3/*1", True), ("*1/*2", False), ("*3/*4", True), ("*4/*4", False)],
)
def test_a_pair_is_in_a_product_if_its_haplotypes_are_on_different_sides(name, inside):
    call = answer(None, factors=((("*1", "*4"), ("*3",)), (("*2",), ("*2",))))
    assert among_all(call, diplotype(name)) is inside


def test_one_haplotype_is_in_a_factor_without_a_second_side():
    call = answer(None, factors=((("B", "A"), ()),))
    assert among_all(call, diplotype("A"))
    assert not among_all(call, diplotype("A/B"))


def test_no_call_is_neither_right_nor_among():
    found = judge(answer(None, status=CallStatus.NOT_ASSESSED, n=0), KNOWN)
    assert (found.right, found.among, found.assessed) == (False, False, False)
    assert found.reason == "not_assessed"
    assert median_size([found]) == "–"


def test_listed_genes_are_compared_by_phenotype_and_score():
    truth = msgspec.structs.replace(
        TRUTH, gene="DPYD", phenotype="Normal Metabolizer", activity_score="2.0",
        phenotypes=("Normal Metabolizer",), lookup_keys=("2.0",),
    )  # fmt: skip
    same = msgspec.structs.replace(truth, diplotype="another name")
    other = msgspec.structs.replace(
        truth, phenotype="Intermediate Metabolizer", activity_score="1.5",
        phenotypes=("Intermediate Metabolizer", "Normal Metabolizer"), lookup_keys=("1.5", "2.0"),
    )  # fmt: skip
    wrong = msgspec.structs.replace(other, lookup_keys=("1.5",))
    known = Truth.of(truth)
    assert judge(same, known).right
    assert (judge(other, known).right, judge(other, known).among) == (False, True)
    assert not judge(wrong, known).among


def test_what_no_call_set_typed_is_open_in_the_truth():
    known = Truth.of(TRUTH, answer("*1/*6", "*1/*6", "*1/*9"))
    assert judge(answer("*9/*1", "*9/*1"), known).right
    assert judge(answer("[*2 + *8]/*1", "[*2 + *8]/*1"), known).right
    assert not judge(answer("*6/*9", "*6/*9"), known).among


@pytest.mark.parametrize(("hits", "n"), [(0, 5), (3, 5), (5, 5), (0, 0)])
def test_an_interval_holds_the_share(hits, n):
    low, high = wilson(hits, n)
    assert 0 <= low <= (hits / n if n else 0.5) <= high <= 1


def test_what_is_not_all_is_never_printed_as_all():
    assert share(99_999, 100_000).startswith("99.9%")
    assert share(1, 100_000).startswith("0.1%")


def test_scores_add_up_and_differences_name_every_sample():
    text = score_table({"A": Score(3, 1), "B": Score(0, 0, 2)})
    assert text.splitlines()[-1].startswith("| all | 6 | 3: 50.0%")
    found = differences_table(
        [Difference("A", name, "*1/*2", "*1/*3", "why") for name in ("t", "s")]
    )
    assert "| why | 2 | s, t |" in found
    assert differences_table([]) == "No discordant sample."


def judged(probability, right, size=2):
    return Judged(
        "A", "s", "t", "o", CallStatus.CALLED, right, right, right, probability, size
    )  # fmt: skip


def test_reliability_without_a_prior_says_so(tmp_path):
    found = [judged(1.0, True, size=1), judged(None, True)]
    assert judging.reliability_report(found) == judging.NO_PRIOR
    assert judging.NO_PRIOR in judging.sure_table(found)
    assert not judging.reliability_plot([("a", found)], tmp_path / "plot.png")
    assert not (tmp_path / "plot.png").exists()


def test_reliability_counts_open_calls_by_bin(tmp_path):
    found = [judged(0.92, True), judged(0.94, False), judged(0.995, True), judged(1.0, True, 1)]
    text = judging.reliability_report(found)
    assert "| 0.9–0.95 | 2 | 0.9300 | 1 |" in text
    assert "| 0.99–0.999 | 1 | 0.9950 | 1 |" in text
    assert "expected right by their posteriors 2.9, observed 2" in text
    assert "| all, several fit | 3 | 1: 33.3%" in judging.sure_table(found)
    paths = [tmp_path / "a.png", tmp_path / "b.png"]
    assert all(judging.reliability_plot([("a", found)], path) for path in paths)
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_people_outside_the_cohort_have_no_half():
    assert callers.fold_of("nobody") is None


@pytest.mark.validation
def test_halves_share_nobody_and_hold_half_of_each_population():
    halves = [set(callers.people_of(fold)) for fold in callers.FOLDS]
    assert not halves[0] & halves[1]
    rows = callers.cohort_rows()
    assert len(halves[0] | halves[1]) == len(rows)
    for population in {row["population"] for row in rows}:
        people = {row["sample"] for row in rows if row["population"] == population}
        assert abs(len(people & halves[0]) - len(people & halves[1])) <= 1
