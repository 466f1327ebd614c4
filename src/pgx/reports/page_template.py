"""Page templates: a shared environment, and compiled code cached between runs.

Compiling the report template takes a seventh of the time of one genome, so its code is stored in
the code cache, under a digest of its text, of this file and of the Jinja and Python versions.
If the cache is not writable, templates are compiled in each run.
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
    """Return the text of a file in the ``templates`` folder of a package."""
    return resources.files(package).joinpath("templates", name).read_text(encoding="utf-8")


def without_implied(source: str) -> str:
    """Return a template without optional HTML end tags."""
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
    own = Path(__file__).read_text(encoding="utf-8")  # this file defines the environment's options
    parts = (MAGIC_NUMBER.hex(), jinja2.__version__, own, source)
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return folder / f"template-{digest[:40]}.code"


def _stored(source: str) -> CodeType | None:
    """Return the code of a template compiled by an earlier run, None if there is none."""
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
