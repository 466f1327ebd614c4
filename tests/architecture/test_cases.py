"""Cases that share a test are all run, keep apart, and are all named where they fail."""

from __future__ import annotations

import os

import pytest

from cases import one_test, sampled


def parts(test):
    """Return the cases of a test by the name of their part, and the marks of the part."""
    [table] = [mark for mark in test.pytestmark if mark.name == "parametrize"]
    return {part.id: (part.values[0], {m.name for m in part.marks}) for part in table.args[1]}


def run(test, **fixtures):
    for cases, _ in parts(test).values():
        test(cases, **fixtures)


def test_every_pair_of_parameters_is_a_case():
    seen = []

    @one_test
    @pytest.mark.parametrize("a", [1, 2, 3])
    @pytest.mark.parametrize(("b", "c"), [("x", True), pytest.param("y", False, id="other")])
    def test(a, b, c):
        seen.append((a, b, c))

    run(test)
    assert sorted(seen) == [(a, *bc) for a in (1, 2, 3) for bc in (("x", True), ("y", False))]
    assert parts(test)["cases"][0][-1].name == "other-3"


def test_all_failing_cases_are_named():
    @one_test
    @pytest.mark.parametrize("number", range(6), ids=lambda n: f"n{n}")
    def test(number):
        assert number != 4
        with pytest.raises(ZeroDivisionError):
            divmod(1, number % 2)

    with pytest.raises(BaseExceptionGroup, match=r"4 of 6 cases fail: n1; n3; n4; n5") as failure:
        run(test)
    assert len(failure.value.exceptions) == 4
    assert failure.value.exceptions[0].__notes__ == ["in the case n1"]


def test_a_sample_and_the_rest_are_all_cases():
    @one_test(sample=4)
    @pytest.mark.parametrize("a", range(4))
    @pytest.mark.parametrize("b", range(3))
    def test(a, b): ...

    chosen, rest = parts(test)["cases"], parts(test)["rest0"]
    assert (chosen[1], rest[1]) == (set(), {"exhaustive"})
    found = [(c.arguments["a"], c.arguments["b"]) for c in chosen[0] + rest[0]]
    assert sorted(found) == [(a, b) for a in range(4) for b in range(3)]
    assert {c.arguments["a"] for c in chosen[0]} == {0, 1, 2, 3}
    assert {c.arguments["b"] for c in chosen[0]} == {0, 1, 2}


def test_parameters_that_stay_apart_are_marked_beyond_a_sample():
    values = sampled(range(5), 2)
    assert [getattr(v, "values", (v,))[0] for v in values] == [0, 1, 2, 3, 4]
    marked = [[m.name for m in v.marks] for v in values if not isinstance(v, int)]
    assert marked == [["exhaustive"]] * 3


def test_the_rest_is_run_in_parts():
    @one_test(sample=10)
    @pytest.mark.parametrize("a", range(55))
    def test(a): ...

    found = [[c.arguments["a"] for c in cases] for cases, _ in parts(test).values()]
    assert [len(numbers) for numbers in found] == [10, 20, 20, 5]
    assert sorted(a for numbers in found for a in numbers) == list(range(55))


def test_rows_and_marked_parameters_may_be_sampled():
    marked = pytest.param(1, 2, id="one", marks=pytest.mark.torture)
    [row, kept] = sampled([(3, 4), marked], 0)
    assert row.values == (3, 4)
    assert (kept.values, kept.id) == ((1, 2), "one")
    assert [mark.name for mark in kept.marks] == ["torture", "exhaustive"]
    [value] = sampled([(3, 4)], 0, tuples_are_values=True)
    assert value.values == ((3, 4),)


def test_cases_with_marks_of_their_own_are_a_part():
    @one_test
    @pytest.mark.parametrize("a", [1, pytest.param(2, marks=pytest.mark.torture), 3])
    @pytest.mark.skipif(False, reason="kept")
    def test(a): ...

    found = {name: ([c.name for c in cases], m) for name, (cases, m) in parts(test).items()}
    assert found == {"cases": (["1", "3"], set()), "torture": (["2"], {"torture"})}
    assert "skipif" in {mark.name for mark in test.pytestmark}


def test_a_case_has_a_folder_and_replacements_of_its_own(tmp_path, monkeypatch, capsys):
    @one_test
    @pytest.mark.parametrize("name", "abc")
    def test(name, tmp_path, monkeypatch, capsys):
        assert list(tmp_path.iterdir()) == []
        assert "PGX_CASE" not in os.environ
        (tmp_path / "a").touch()
        monkeypatch.setenv("PGX_CASE", name)
        print(name)  # noqa: T201
        assert capsys.readouterr().out == f"{name}\n"
        print("left")  # noqa: T201

    run(test, tmp_path=tmp_path, monkeypatch=monkeypatch, capsys=capsys)


def test_a_test_is_skipped_only_as_a_whole():
    @one_test
    @pytest.mark.parametrize("number", [1, 2])
    def some(number):
        if number == 2:
            pytest.skip("not this")

    with pytest.raises(AssertionError, match="some cases were skipped"):
        run(some)

    @one_test
    @pytest.mark.parametrize("number", [1, 2])
    def none(number):
        pytest.skip("neither")

    with pytest.raises(pytest.skip.Exception, match="neither"):
        run(none)
