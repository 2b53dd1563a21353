"""What there is around the kernel: packages, the JupyterLab extension, the environment, the store."""

from __future__ import annotations

import importlib.metadata
import json
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from qwen_magic.notebook.helping.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["environment", "labextension", "store", "version"]

_NAME = "qwen-magic"
_PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")
_CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
_MEGA = 1e6


def version(package: str) -> str:
    """Return the version of an installed package; empty if it is not there."""
    with suppress(importlib.metadata.PackageNotFoundError):
        return importlib.metadata.version(package)
    return ""


def labextension() -> Finding:
    """Return whether the extension for JupyterLab and Notebook 7 is installed and enabled here."""
    try:
        from jupyter_core.paths import jupyter_config_path, jupyter_path
    except ImportError:
        return Finding("extension", "no Jupyter in the kernel's environment to look at")
    places = (Path(place, _NAME, "package.json") for place in jupyter_path("labextensions"))
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        todo = "pip install qwen_magic, where JupyterLab runs"
        return Finding("extension", "is not installed in the kernel's environment", todo)
    told = str(_read(found).get("version", ""))
    configs = (Path(place, "labconfig", "page_config.json") for place in jupyter_config_path())
    for config in configs:
        disabled = _read(config).get("disabledExtensions", {})
        if (isinstance(disabled, dict) and disabled.get(_NAME)) or (
            isinstance(disabled, list) and _NAME in disabled
        ):
            todo = f"jupyter labextension enable {_NAME}"
            return Finding("extension", f"{told} is installed, but disabled", todo)
    ours = version("qwen_magic")
    todo = f"it should be {ours}: pip install -U qwen_magic" if told != ours else ""
    return Finding("extension", f"{told} is installed", todo)


def _read(file: Path) -> dict[str, object]:
    with suppress(OSError, ValueError):
        found = json.loads(file.read_text("utf-8"))
        return found if isinstance(found, dict) else {}
    return {}


def environment() -> Iterator[Finding]:
    """Yield the variables that decide how servers are reached; of a proxy, only its host."""
    proxies = [
        f"{name}={_host(name, value)}"
        for name in _PROXIES
        if (value := os.environ.get(name) or os.environ.get(name.lower()))
    ]
    yield Finding("proxy", ", ".join(proxies) or "none is set")
    named = {name: value for name in _CERTIFICATES if (value := os.environ.get(name))}
    if named:
        gone = [name for name, value in named.items() if not Path(value).exists()]
        told = ", ".join(f"{name}={value}" for name, value in named.items())
        todo = f"no such file or folder: unset {' and '.join(gone)}" if gone else ""
        yield Finding("certificates", told, todo)


def _host(name: str, value: str) -> str:
    """Return an address without its user; a list of exceptions as it is."""
    if name == "NO_PROXY":
        return value
    found = urlsplit(value if "://" in value else f"http://{value}")
    with suppress(ValueError):
        return f"{found.hostname}:{found.port}" if found.port else str(found.hostname)
    return "…"


def store(file: Path | None, home: Path, *, is_kept: bool) -> Finding:
    """Return where chains are kept, and how much of them.

    Args:
        file: The file in use; None for memory.
        home: The folder where it should be.
        is_kept: Whether this front end and the setting `history` ask for a file.
    """
    if file is None:
        if is_kept:
            return Finding(
                "store", f"{home} cannot be used", "make room there, or make it writable"
            )
        return Finding("store", "in memory, until the kernel ends")
    sizes = [found.stat().st_size for found in file.parent.glob(f"{file.name}*")]
    told = f"{file}, {sum(sizes) / _MEGA:,.1f} MB"
    is_writable = os.access(file, os.W_OK) and os.access(file.parent, os.W_OK)
    return Finding("store", told, "" if is_writable else "make it writable")
