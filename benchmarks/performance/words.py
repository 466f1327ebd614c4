"""Numbers and tables as text."""

from __future__ import annotations

import re
import textwrap

_UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB")


def number(value):
    """Return a whole number with separators, of large ones three digits.

    >>> number(991), number(63424), number(1234567.8)
    ('991', '63,424', '1,230,000')
    """
    if value >= 100_000 and value % 1000:
        value = float(f"{value:.3g}")
    return f"{value:,.0f}"


def amount(n_bytes):
    """Return an amount of data.

    >>> amount(999), amount(141_000_000), amount(9.04e9), amount(2e9)
    ('999 bytes', '141 MB', '9.0 GB', '2.0 GB')
    """
    power = 0
    while n_bytes >= 1000 and power + 1 < len(_UNITS):
        n_bytes, power = n_bytes / 1000, power + 1
    digits = 1 if n_bytes < 10 and power else 0
    return f"{n_bytes:.{digits}f} {_UNITS[power]}"


def duration(seconds):
    """Return a time.

    >>> duration(12.34), duration(90), duration(5400), duration(86400 * 9)
    ('12 s', '90 s', '90 min', '9.0 days')
    """
    for limit, length, unit, digits in (
        (120, 1, "s", 0),
        (7200, 60, "min", 0),
        (72 * 3600, 3600, "h", 1),
    ):
        if seconds < limit:
            return f"{seconds / length:.{digits}f} {unit}"
    return f"{seconds / 86400:.1f} days"


def joined(parts):
    """Return parts with commas and a last "and".

    >>> joined(["a", "b", "c"])
    'a, b and c'
    """
    *some, last = parts
    return f"{', '.join(some)} and {last}" if some else last


def table(columns, rows):
    """Return a table in Markdown.

    >>> print(table(("a", "b"), [(1, 2)]))
    | a | b |
    |---|---|
    | 1 | 2 |
    """
    lines = [columns, ["---"] * len(columns), *rows]
    text = ["| " + " | ".join(map(str, cells)) + " |" for cells in lines]
    text[1] = "|" + "---|" * len(columns)
    return "\n".join(text)


def filled(text, width=110):
    """Return a page whose paragraphs and list items have lines of one length.

    >>> print(filled("# A title\\n\\nsome\\nwords\\n\\n- one\\n  item\\n- two", 12))
    # A title
    <BLANKLINE>
    some words
    <BLANKLINE>
    - one item
    - two
    """
    return "\n\n".join(_filled(block, width) for block in text.split("\n\n"))


def _filled(block, width):
    if block.startswith(("|", "#", "!", "```")):
        return block
    items = re.split(r"^(?=- )", block, flags=re.MULTILINE)
    options = {"width": width, "break_long_words": False, "break_on_hyphens": False}
    return "\n".join(
        textwrap.fill(
            " ".join(item.split()),
            subsequent_indent="  " if item.startswith("- ") else "",
            **options,
        )
        for item in items
        if item
    )
