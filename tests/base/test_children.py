"""The environment of child processes."""

import os

import pytest

from cases import one_test
from pgx.base.extensions import isolated_environment, isolated_path


@one_test
@pytest.mark.parametrize(
    ("places", "kept"),
    [("", ""), (":", ""), (".", ""), ("/a:", "/a"), (":/a:b:/c", "/a:/c"), ("/a", "/a")],
)
def test_only_absolute_places_are_kept(monkeypatch, places, kept):
    monkeypatch.setenv("PYTHONPATH", places.replace(":", os.pathsep))
    expected = {"PYTHONSAFEPATH": "1", "PYTHONPATH": kept.replace(":", os.pathsep)}
    assert isolated_path() == expected


def test_the_environment_is_as_before_after_the_block(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", ".")
    monkeypatch.delenv("PYTHONSAFEPATH", raising=False)
    with isolated_environment():
        assert (os.environ["PYTHONPATH"], os.environ["PYTHONSAFEPATH"]) == ("", "1")
    assert os.environ["PYTHONPATH"] == "."
    assert "PYTHONSAFEPATH" not in os.environ
