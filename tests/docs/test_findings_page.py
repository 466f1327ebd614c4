"""Every code of a finding is explained, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from pgx.records.advice import FaultCode

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "findings.md"


def test_the_page_explains_every_code():
    explained = re.findall(r"^\| `(PGX-KB-\d+)` \|", PAGE.read_text(encoding="utf-8"), re.M)
    assert explained == sorted(code.value for code in FaultCode)
