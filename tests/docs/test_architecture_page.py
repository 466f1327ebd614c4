"""The pages on the source name what there is: packages, files, functions, imports."""

from __future__ import annotations

import doctest
import re

import pytest
from website import architecture
from website.architecture import PICTURE, house, picture
from website.pages import ROOT

PAGE = (ROOT / "docs" / "explanation" / "architecture.md").read_text(encoding="utf-8")
RECIPES = (ROOT / "docs" / "contributing" / "recipes.md").read_text(encoding="utf-8")
PATH = re.compile(r"`((?:src|tests|docs|data)/[\w./-]*)`")


def test_the_picture_is_drawn_from_the_imports_of_today():
    """``python -m website.architecture`` draws it again."""
    assert PICTURE.read_text(encoding="utf-8") == picture(house())
    assert doctest.testmod(architecture).failed == 0


def test_a_new_import_changes_the_picture():
    found = house()
    more = architecture.House(found.packages, found.imports | {("pgx.base", "pgx.cli")})
    assert more.upward[0] == ("pgx.base", "pgx.cli")
    assert picture(more).count("#b91c1c") == picture(found).count("#b91c1c") + 1


def test_the_tree_lists_every_package():
    tree = PAGE.partition("## The tree")[2].partition("```\n")[2].partition("```")[0]
    inner = {f"pgx.{name}" for name in re.findall(r"^  (\w+)/ ", tree, re.MULTILINE)}
    others = set(re.findall(r"^src/(\w+)/", tree, re.MULTILINE)) - {"pgx"}
    assert inner | others == set(house().packages)


def test_the_way_of_the_data_names_records_that_exist():
    table = PAGE.partition("## The way of the data")[2].partition("\n## ")[0]
    source = "\n".join(p.read_text(encoding="utf-8") for p in (ROOT / "src").rglob("*.py"))
    names = set(re.findall(r"`([A-Z]\w+)`", table))
    assert len(names) > 10
    assert [name for name in names if not re.search(rf"^class {name}\b", source, re.M)] == []


@pytest.mark.parametrize("page", [PAGE, RECIPES], ids=["architecture", "recipes"])
def test_files_that_a_page_names_exist(page):
    paths = set(PATH.findall(page))
    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_recipes_name_functions_and_settings_of_the_files_beside_them():
    """A name in code style is in the source, but for what the reader adds."""
    source = "\n".join(
        p.read_text(encoding="utf-8")
        for p in (ROOT / "src").rglob("*")
        if p.suffix in (".py", ".pot")
    )
    added = {"K_…", "C_…", "render_NAME.py", "setting.min_x", "--min-x"}
    names = set(re.findall(r"`(_?[A-Za-z][\w.]*)`", RECIPES)) - added
    lost = [n for n in names if n.rpartition(".")[2] not in source and "/" not in n]
    assert [n for n in lost if not (ROOT / n).exists()] == []
