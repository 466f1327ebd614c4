"""Files of the user's are read whole, and never more of them than is asked for."""

from __future__ import annotations

import pytest

from pgx.base.files import read_at_most
from pgx.errors import PatientFileError


def test_one_byte_more_tells_that_a_file_is_too_large(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"x" * 100)
    assert read_at_most(path, 100, PatientFileError) == b"x" * 100
    assert len(read_at_most(path, 10, PatientFileError)) == 11


def test_what_cannot_be_read_is_refused_by_name_alone(tmp_path):
    for path in (tmp_path, tmp_path / "absent.json"):
        with pytest.raises(PatientFileError) as caught:
            read_at_most(path, 10, PatientFileError)
        assert caught.value.where == path.name
        assert str(tmp_path.parent) not in caught.value.line()
