"""What of an earlier run a new one in its folder finds, and what goes."""

from __future__ import annotations

import pytest

from pgx.engine.folder import PARTS_FOLDER, working_folder
from pgx.engine.part_files import PART_SUFFIX
from pgx.engine.plan import make_plan
from pgx.errors import OutputError
from pgx.inputs.settings import RunSettings

PART = f"read-000000{PART_SUFFIX}"


def plan_of(*inputs, **settings):
    return make_plan(list(inputs), RunSettings(**settings))


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


def stop(out, plan):
    """Leave the folder of a run that had finished a part."""
    with working_folder(out, plan, force=False) as parts:
        (parts / PART).write_bytes(b"1")


@pytest.mark.parametrize("force", [False, True])
def test_parts_of_the_same_plan_are_kept(out, force):
    stop(out, plan_of("a.vcf"))
    with working_folder(out, plan_of("a.vcf"), force=force) as parts:
        assert (parts / PART).read_bytes() == b"1"


@pytest.mark.parametrize("changed", ["inputs", "settings"])
def test_parts_of_another_plan_go_where_that_is_asked_for(out, changed):
    other = plan_of("b.vcf") if changed == "inputs" else plan_of("a.vcf", min_gq=1)
    stop(out, plan_of("a.vcf"))
    with (
        pytest.raises(OutputError, match="other inputs or settings"),
        working_folder(out, other, force=False),
    ):
        pass
    assert (out / PARTS_FOLDER / PART).exists()
    with working_folder(out, other, force=True) as parts:
        assert not (parts / PART).exists()


def test_what_lies_behind_an_address_may_have_changed(out):
    plan = plan_of("s3://bucket/a.vcz")
    stop(out, plan)
    with working_folder(out, plan, force=False) as parts:
        assert (parts / PART).exists()
    with working_folder(out, plan, force=True) as parts:
        assert not (parts / PART).exists()
