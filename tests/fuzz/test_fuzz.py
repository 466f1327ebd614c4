"""The fuzz targets on some thousand seeded inputs, and what they would not let pass."""

from pathlib import Path
from random import Random

import numpy as np
import pytest
from fuzz.vcf_grammar import unpacked

from cases import sampled
from fuzz import __main__ as command
from fuzz import targets

RUNS = {"scanner": 1_500, "calls": 200, "kernels": 250, "outside": 2_000}
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def usual_buffer(monkeypatch):
    """A target shrinks the scanner's buffer: not for other tests of this process."""
    monkeypatch.setattr(targets.scanner, "_FIRST_CAPACITY", targets.scanner._FIRST_CAPACITY)


def inputs(target, count):
    """Yield new documents, and others edited again and again."""
    edited = b""
    for seed in range(count):
        rng = Random(seed)
        if seed % 2:
            edited = target.grammar.mutate(edited, rng)
            yield edited
        else:
            yield target.grammar.document(rng)


def run_all(target, count=100):
    for data in inputs(target, count):
        target(data)


@pytest.mark.parametrize("name", sampled(RUNS, 2))
def test_inputs_end_in_a_result_or_a_refusal(name, tmp_path):
    target = targets.TARGETS[name](tmp_path)
    run_all(target, RUNS[name])
    counts = target.counts
    assert counts["executions"] == RUNS[name]
    assert counts["accepted"] + counts["refused"] == RUNS[name]
    assert min(counts["accepted"], counts["refused"]) > RUNS[name] / 20
    assert target.share >= 0.3


def test_a_seed_makes_the_same_input_everywhere(tmp_path):
    for name in ("scanner", "outside"):
        grammar = targets.TARGETS[name](tmp_path).grammar
        one, other = (
            [grammar.mutate(grammar.document(Random(n)), Random(n)) for n in range(50)]
            for _ in range(2)
        )
        assert one == other
        assert len(set(one)) > 45


class BrokenError(Exception):
    pass


def failing(*_, **__):
    raise BrokenError


@pytest.mark.parametrize(
    ("name", "place"),
    [("scanner", "check_scan"), ("calls", "build_genotypes"), ("outside", "answer")],
)
def test_any_other_error_is_a_finding(name, place, tmp_path, monkeypatch):
    target = targets.TARGETS[name](tmp_path)
    monkeypatch.setattr(targets, place, failing)
    with pytest.raises(BrokenError):
        run_all(target)


def test_kernels_that_disagree_are_a_finding(tmp_path, monkeypatch):
    target = targets.TARGETS["kernels"](tmp_path)
    plain = targets.interpreted
    outputs = [*targets.scanner.CELL_ARRAYS, "scratch", "cell"]  # the kernel's last arguments

    def one_off(chunk, end, *rest):
        status = plain(chunk, end, *rest)
        rest[outputs.index("gq") - len(outputs)][:] = 7
        return status

    monkeypatch.setattr(targets, "interpreted", one_off)
    with pytest.raises(AssertionError, match="gq"):
        run_all(target)


@pytest.mark.parametrize(
    ("name", "value"), [("genotypes", 100), ("reason", 99), ("gq", -2), ("likelihoods", 5)]
)
def test_values_out_of_their_range_are_a_finding(name, value, tmp_path):
    target = targets.TARGETS["scanner"](tmp_path)
    for data in inputs(target, 200):
        (tmp_path / "input").write_bytes(data)
        try:
            found = target.scan(tmp_path / "input", targets.SCAN)
        except targets.PgxError:
            continue
        array = getattr(found, name)
        if array is not None and array.size:
            np.copyto(array, value)
            with pytest.raises(AssertionError, match=targets.OUT_OF_RANGE):
                targets.check_scan(found)
            return
    pytest.fail("no input has such an array")


def test_the_end_of_the_chunk_is_the_end_of_memory():
    text = targets.Text(b"ab")
    assert text[1] == 98
    assert text[0:2].tolist() == [97, 98]
    with pytest.raises(IndexError):
        text[2]


def given(tmp_path, *words):
    return command.arguments([*words, "--findings", str(tmp_path), "--plain"])


def test_a_run_says_what_it_did(tmp_path, capsys):
    with pytest.raises(SystemExit) as ended:
        command.run_plain(given(tmp_path, "outside", "--runs", "200"))
    assert ended.value.code == 0
    assert "outside: 200 executions" in capsys.readouterr().out
    with pytest.raises(SystemExit) as ended:
        command.run_plain(given(tmp_path, "outside", "--runs", "200", "--least-share", "1"))
    assert ended.value.code == 1
    assert list(tmp_path.iterdir()) == []


def test_a_finding_is_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(targets, "check_scan", failing)
    with pytest.raises(BrokenError):
        command.run_plain(given(tmp_path, "scanner", "--runs", "100"))
    kept = next(tmp_path.iterdir()).read_bytes()
    assert unpacked(kept).startswith(b"##fileformat")


def test_compiled_modules_are_not_instrumented():
    folder = ROOT / "src" / "pgx" / "io"
    scanning = {path.stem for path in folder.glob("_scan_*.py")} | {
        "_cell_rules",
        "_kernels",
        "_swar",
    }
    assert scanning == set(command.COMPILED)
