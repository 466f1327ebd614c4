"""A format that is registered needs no second list: its files are written and recognised."""

import pytest

from pgx.errors import OutputError
from pgx.reports.files import formats
from pgx.reports.files.output_folder import write_results
from reports.factory import result


@pytest.fixture
def markdown(monkeypatch):
    form = formats.ReportFormat(
        suffix=".pgx.md", endings=(".md",), render=lambda found, _: f"# {found.sample}".encode()
    )
    monkeypatch.setitem(formats.FORMATS, "md", form)


def test_a_new_format_is_written_beside_the_others(markdown, tmp_path):
    written = write_results([result()], tmp_path, ("md", "json"))
    assert (tmp_path / "S1.pgx.md").read_text(encoding="utf-8") == "# S1"
    assert tmp_path / "S1.pgx.md" in written


def test_its_files_count_as_results_of_an_earlier_run(markdown, tmp_path):
    (tmp_path / "S1.pgx.md").write_text("# S1", encoding="utf-8")
    with pytest.raises(OutputError, match="1 files of samples"):
        write_results([result()], tmp_path, ("json",))
