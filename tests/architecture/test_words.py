"""Names and prose use the field's words; those on the list have been replaced and stay out."""

import re
import subprocess
from pathlib import Path

import pytest

from cases import one_test

ROOT = Path(__file__).resolve().parents[2]
INSTEAD = {
    r"strands?": "haplotype (a strand is + or -)",
    r"rivals?": "alternative diplotype",
    r"census": "haplotype counts",
    r"strayed": "mismapped",
    r"half-written": "incomplete (writes are atomic)",
    r"pieced": "recombinant",
}
"""Words by what stands instead, as whole words or parts of an identifier."""
MEANT = re.compile(
    r"(forward|minus|other|REF and) strand|the strand and the species|strand of the (gene|file)"
    r"|ILLUMINA_STRAND"
    r'|one_strand|"(strand|strands|rivals)"|evidence\.rivals',
)
"""Where the word is the field's own, and names of columns and fields that files have."""
PLACES = ("src", "docs", "README.md", "website")
ENDS = (".py", ".md", ".j2", ".typ")
KEPT = ("docs/release-", "docs/schema/")


def pages():
    listed = subprocess.run(
        ["git", "ls-files", *PLACES], cwd=ROOT, capture_output=True, text=True, check=False
    )
    for name in listed.stdout.splitlines():
        if name.endswith(ENDS) and not name.startswith(KEPT):
            yield name, (ROOT / name).read_text(encoding="utf-8")


@one_test
@pytest.mark.parametrize("word", INSTEAD)
def test_replaced_words_stay_out(word):
    pattern = re.compile(rf"(?<![a-z]){word}(?![a-z])", re.IGNORECASE)
    found = [
        f"{name}: {line.strip()[:80]}"
        for name, text in pages()
        for line in text.splitlines()
        if pattern.search(MEANT.sub("", line))
    ]
    assert not found, f"write {INSTEAD[word]}: {found[:5]}"


def test_the_list_is_read():
    names = {name for name, _ in pages()}
    if not names:
        pytest.skip("no checkout of git")
    assert {"README.md", "src/pgx/haplotypes/caller.py"} <= names
