"""``pgx --version --json-lines``: program, Python and knowledge base as one JSON object."""

from __future__ import annotations

import json
import platform
from typing import Any

from pgx._version import __version__
from pgx.errors import KnowledgeError

__all__ = ["version_object"]


def version_object() -> str:
    """Return one line of JSON; ``knowledge_base`` is null where it cannot be used.

    Workflows ask for it once a step: nothing is imported that reads variants or tables.
    """
    tree = {
        "tool": "pgx",
        "version": __version__,
        "python": platform.python_version(),
        "system": platform.system(),
        "machine": platform.machine(),
        "knowledge_base": _knowledge_base(),
    }
    return json.dumps(tree, ensure_ascii=True)


def _knowledge_base() -> dict[str, Any] | None:
    from pgx.knowledge.release_folder import default_release, read_contents
    from pgx.knowledge.tables import read_manifest

    place = default_release()
    try:
        manifest = read_manifest(place) if place.is_dir() else read_contents(place).manifest
    except KnowledgeError:
        return None
    return {
        "release": manifest.release,
        "schema": manifest.schema_version,
        "digest": manifest.digest,
    }
