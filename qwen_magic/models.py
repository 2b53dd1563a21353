"""What is known of the vendor's models, as `models.json` lists them (pure).

Newer than us is not wrong: of a model that the list does not have, nothing is known, and None says
so. A dated snapshot is as its model, unless the list says otherwise.
"""

from __future__ import annotations

import json
import pkgutil
import re
from typing import Any

__all__ = ["CACHING_MODELS", "MODELS", "READ", "caches", "is_vendors", "sees_images"]

_DATA: dict[str, Any] = json.loads(pkgutil.get_data("qwen_magic", "models.json") or b"")
_TABLE: dict[str, dict[str, bool]] = _DATA["models"]
_DATE = re.compile(r"-\d{4}-\d\d-\d\d\Z")
_VERSION = re.compile(r"qwen(\d+(?:\.\d+)?)")
_SEEING = re.compile(r"-vl|omni")
_FIRST_TO_SEE = 3.5  # older ones do only if their name says so

READ: str = _DATA["read"]
"""The day on which the vendor's documents said so."""
MODELS = tuple(_TABLE)
"""The models of the vendor's documents, the newest first and snapshots last."""


def sees_images(model: str) -> bool | None:
    """Return whether a model takes images; None for a Qwen model newer than us."""
    known = _known(model, "images")
    if known is not None:
        return known
    version = _VERSION.match(model)
    if _SEEING.search(model):
        return True
    return None if version and float(version[1]) >= _FIRST_TO_SEE else False


def caches(model: str) -> bool | None:
    """Return whether a model has a session cache; None if that is not known."""
    return _known(model, "session_cache")


def is_vendors(model: str) -> bool:
    """Return whether a name is that of a Qwen model, known or not."""
    return model.startswith("qwen")


def _known(model: str, what: str) -> bool | None:
    found = _TABLE.get(model, {}).get(what)
    return _TABLE.get(_DATE.sub("", model), {}).get(what) if found is None else found


CACHING_MODELS = tuple(name for name in MODELS if caches(name) and not _DATE.search(name))
"""The models with a session cache, without their snapshots."""
