"""What `%qwen_check` found, one line each: a check mark, or what to do (pure)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qwen_magic.notebook.kernel.frontend import Frontend

__all__ = ["Finding", "clock", "features", "front_end", "key", "packages", "shown", "widgets"]

_SKEW = 60.0  # seconds that a certificate or a signed request would forgive
_OLDEST = {"ipywidgets": (8,), "anywidget": (0, 9, 13), "jupyterlab_widgets": (3,)}
_WIDTH = 12


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        name: What.
        told: What was found.
        todo: What to do about it; empty if it is well.
    """

    name: str
    told: str
    todo: str = ""

    def __str__(self) -> str:
        mark = "✗" if self.todo else "✓"
        return f"{mark} {self.name:<{_WIDTH}} {self.told}{f' → {self.todo}' if self.todo else ''}"


def shown(findings: list[Finding]) -> str:
    """Return the findings as lines."""
    return "\n".join(map(str, findings))


def packages(versions: Mapping[str, str], python: str, system: str) -> Finding:
    """Return what runs here."""
    named = ", ".join(f"{name} {version}" for name, version in versions.items() if version)
    return Finding("versions", f"{named}, Python {python}, {system}")


def widgets(versions: Mapping[str, str]) -> Finding:
    """Return whether the packages behind live answers and the panel fit, in the kernel's environment."""
    told = ", ".join(f"{name} {versions.get(name) or 'missing'}" for name in _OLDEST)
    old = [
        name
        for name, least in _OLDEST.items()
        if versions.get(name) and _numbers(versions[name]) < least
    ]
    missing = [name for name in ("ipywidgets", "anywidget") if not versions.get(name)]
    todo = f"%pip install -U {' '.join((*missing, *old))}" if missing or old else ""
    return Finding("widgets", told, todo)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:3] if part.isdigit())


def front_end(found: Frontend) -> Finding:
    """Return what the front end can do."""
    kinds = {
        "live": "draws answers while they grow",
        "headless": "runs without a person: answers come whole",
        "terminal": "prints answers",
    }
    able = {
        "cell ids": bool(found.cell),
        "input while a cell runs": found.can_ask,
        "clicks while a cell runs": found.has_subshells,
        "the notebook's path": bool(found.notebook),
    }
    has = ", ".join(name for name, is_there in able.items() if is_there)
    lacks = ", ".join(name for name, is_there in able.items() if not is_there)
    served = "Voilà shows the panel; " if found.is_dashboard else ""
    told = f"{served}{kinds[found.display]}; has {has or 'nothing more'}"
    return Finding("front end", f"{told}; lacks {lacks}" if lacks else told)


def key(
    found: str, region: str, *, taken: bool = False, refused: str = "", other: str = ""
) -> Finding:
    """Return the state of the key, which is never shown.

    Args:
        found: `set`, `missing`, `not needed`, or `demo`, which answers in the place of one.
        region: Where it is used.
        taken: Whether the server was shown it, and took it.
        refused: What the server said against it.
        other: Another region, which takes it.
    """
    where = f" for {region}" if region else ""
    if found == "demo":
        told = "none is set, so the built-in demo answers"
        return Finding("key", told, "%qwen shows the line that sets one")
    if found == "missing":
        return Finding("key", f"none is set{where}", "%qwen shows the line that sets one")
    if other:
        todo = f'%config QwenMagics.region = "{other}"'
        return Finding("key", f"refused for {region}, taken for {other}", todo)
    if refused:
        return Finding("key", f"set, but refused{where}: {refused}", "see HTTP 401 in the README")
    told = f"taken{where}" if taken else "set; --ask tells whether it is taken"
    return Finding("key", told if found == "set" else found)


def clock(skew: float | None) -> Finding | None:
    """Return whether this computer's clock agrees with the server's, by its last answer."""
    if skew is None:
        return None
    if abs(skew) < _SKEW:
        return Finding("clock", "agrees with the server's")
    way = "ahead of" if skew > 0 else "behind"
    return Finding("clock", f"{abs(skew):,.0f} s {way} the server's", "set the computer's clock")


def features(*, continues: bool, way: str, resends: bool) -> Finding:
    """Return what was learnt of another server than the vendor's."""
    ids = "the transcript is sent each time" if resends or not continues else "continues by id"
    values = f"values by {way}" if way else "values not tried yet"
    return Finding("server", f"{ids}; {values}; built-in tools and MCP at Model Studio only")
