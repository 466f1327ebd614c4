"""Code of templates that is kept between runs."""

import marshal

import pytest

from pgx.reports import page_template as module
from pgx.reports.page_template import page_template

SOURCE = "<p>{{ name }}</p>{% for x in items %}<b>{{ x }}</b>{% endfor %}"
SHOWN = "<p>&lt;i&gt;</p><b>1</b><b>2</b>"


def rendered():
    return page_template(SOURCE).render(name="<i>", items=[1, 2])


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("PGX_KERNEL_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def no_compiler(monkeypatch):
    """Return a function after which nothing can be compiled."""

    def forbid():
        monkeypatch.setattr(module._environment(), "compile", None)

    return forbid


def test_a_template_is_compiled_once(folder, no_compiler):
    assert rendered() == SHOWN
    (stored,) = folder.iterdir()
    assert stored.stat().st_mode & 0o077 == 0
    no_compiler()
    assert rendered() == SHOWN


@pytest.mark.parametrize("damaged", [b"", b"x" * 100])
def test_damaged_code_is_not_used(folder, damaged):
    rendered()
    (stored,) = folder.iterdir()
    whole = stored.read_bytes()
    stored.write_bytes(damaged)
    assert rendered() == SHOWN
    assert stored.read_bytes() == whole


@pytest.mark.parametrize("payload", [b"", b"\xff", marshal.dumps("no code")])
def test_what_is_no_code_is_not_run(folder, payload):
    folder.mkdir(mode=0o700)
    module.publish_code(module._place(SOURCE), payload)
    assert rendered() == SHOWN


def test_another_text_is_another_file(folder):
    rendered()
    page_template(SOURCE + "!")
    assert len(list(folder.iterdir())) == 2


def test_without_a_folder_templates_are_compiled_in_memory(monkeypatch, no_compiler):
    monkeypatch.setenv("PGX_KERNEL_CACHE", "")
    assert rendered() == SHOWN
    no_compiler()
    with pytest.raises(TypeError):
        rendered()
