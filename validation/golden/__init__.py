"""Golden outputs: what the program writes of known inputs, as digests that a change must keep.

No content is kept. A digest stands for one part of one file: a table, one key of a JSON document,
the text of a page. Floats are compared to nine digits, and the digest of the program, which every
change of a line changes, is left out. Where an output is meant to change, the table is written
again and the change is listed by set, file and part.

Run ``python -m validation.golden [SET...] [--write]``.
"""

from validation.golden.compare import SETS, TABLE, differences, made, read, written

__all__ = ["SETS", "TABLE", "differences", "made", "read", "written"]
