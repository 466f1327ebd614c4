"""Templates of pages: one environment for all, and their code kept from run to run.

To compile the report's template takes a seventh of the time of one genome, so that its code
lies in the code cache, under a digest of its text, of this file and of the versions of Jinja
and Python. Where nothing can be written, templates are compiled anew.
"""

from __future__ import annotations

import functools
import hashlib
import marshal
import re
from importlib import resources
from importlib.util import MAGIC_NUMBER
from pathlib import Path
from types import CodeType
from typing import Final

import jinja2
from jinja2 import BaseLoader, Environment, StrictUndefined, Template

from pgx.base.accel import cache_folder, publish_code, read_code
from pgx.reports.safe_text import visible

__all__ = ["page_template", "resource", "without_implied"]

_NAME: Final = "<template>"
_IMPLIED: Final = re.compile("</(?:li|dd|dt|p|tr|td|th)>")


def page_template(source: str) -> Template:
    """Return a template that escapes every value and makes its control characters visible."""
    environment = _environment()
    code = _stored(source)
    if code is None:
        code = environment.compile(source, filename=_NAME)
        _store(source, code)
    return Template.from_code(environment, code, environment.make_globals(None))


def resource(name: str, package: str = "pgx.reports") -> str:
    """Return the text of a file of the ``templates`` of a package."""
    return resources.files(package).joinpath("templates", name).read_text(encoding="utf-8")


def without_implied(source: str) -> str:
    """Return a template without the end tags that HTML lets a page leave out."""
    return _IMPLIED.sub("", source)


@functools.cache
def _environment() -> Environment:
    return Environment(
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        loader=BaseLoader(),
        trim_blocks=True,
    )


def _shown(value: object) -> object:
    return visible(value) if type(value) is str else value


def _place(source: str) -> Path | None:
    folder = cache_folder()
    if folder is None:
        return None
    own = Path(__file__).read_text(encoding="utf-8")  # it holds the environment's options
    parts = (MAGIC_NUMBER.hex(), jinja2.__version__, own, source)
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return folder / f"template-{digest[:40]}.code"


def _stored(source: str) -> CodeType | None:
    """Return the code of a template that an earlier run compiled, None where there is none."""
    path = _place(source)
    payload = read_code(path) if path else None
    if payload is None:
        return None
    try:
        code = marshal.loads(payload)  # noqa: S302 - private to this user, and digested
    except (EOFError, TypeError, ValueError):
        return None
    return code if isinstance(code, CodeType) else None


def _store(source: str, code: CodeType) -> None:
    path = _place(source)
    if path is not None:
        publish_code(path, marshal.dumps(code))
