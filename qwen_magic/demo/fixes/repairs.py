"""Repairs of errors that a running cell raises, each for one type of error."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from qwen_magic.demo.fixes.facts import Fix
from qwen_magic.demo.fixes.members import attribute, key
from qwen_magic.demo.fixes.operands import divided, typed

if TYPE_CHECKING:
    from collections.abc import Callable

    from qwen_magic.demo.fixes.facts import Facts

__all__ = ["REPAIRS"]

_IMPORTS = {
    "np": "import numpy as np",
    "pd": "import pandas as pd",
    "pl": "import polars as pl",
    "plt": "import matplotlib.pyplot as plt",
    "sns": "import seaborn as sns",
    "Path": "from pathlib import Path",
    "datetime": "from datetime import datetime",
    "Counter": "from collections import Counter",
    "defaultdict": "from collections import defaultdict",
    "dataclass": "from dataclasses import dataclass",
    **{
        name: f"import {name}"
        for name in (
            *("os", "sys", "re", "json", "math", "time", "random", "itertools", "functools"),
            *("statistics", "csv", "glob", "shutil", "subprocess", "requests", "numpy", "pandas"),
        )
    },
}
_PACKAGES = {
    "sklearn": "scikit-learn",
    "cv2": "opencv-python",
    "PIL": "pillow",
    "yaml": "pyyaml",
    "bs4": "beautifulsoup4",
    "dotenv": "python-dotenv",
}


def _name(facts: Facts) -> Fix | None:
    found = re.search(r"name '(\w+)' is not defined", facts.words)
    name = found[1] if found else ""
    if not name:
        return None
    if facts.near:
        code = re.sub(rf"\b{name}\b", facts.near[0], facts.code)
        cause = "There is no variable `{name}`, but there is `{near}`: probably a slip of the pen."
        return Fix(cause, {"name": name, "near": facts.near[0]}, code)
    if name in _IMPORTS:
        cause = "`{name}` was never imported in this kernel."
        return Fix(cause, {"name": name}, f"{_IMPORTS[name]}\n\n{facts.code}")
    return Fix(
        "No cell that has run defines `{name}`. Run the cell that does, or define it first.",
        {"name": name},
    )


def _import(facts: Facts) -> Fix | None:
    if found := re.search(r"No module named '([\w.]+)'", facts.words):
        top = found[1].partition(".")[0]
        package = _PACKAGES.get(top, top)
        cause = (
            "The package `{package}` is not installed where this kernel runs, if that is its name."
        )
        return Fix(cause, {"package": package}, f"%pip install {package}\n\n{facts.code}")
    found = re.search(r"cannot import name '(\w+)' from '([\w.]+)'", facts.words)
    if found and facts.near:
        code = re.sub(rf"\b{found[1]}\b", facts.near[0], facts.code)
        cause = "`{module}` has no `{name}`, but it has `{near}`."
        return Fix(cause, {"module": found[2], "name": found[1], "near": facts.near[0]}, code)
    return None


def _index(facts: Facts) -> Fix | None:
    for name, shape in facts.shapes.items():
        found = re.match(r"(?:list|tuple|str) of ([\d,]+)", shape)
        index = re.search(rf"\b{re.escape(name)}\[(\d+)\]", facts.line)
        if found and index:
            size = int(found[1].replace(",", ""))
            line = facts.line.replace(index[0], f"{name}[-1]") if size else ""
            cause = "`{name}` has {size} members, numbered from 0, so there is no number {index}. `-1` is the last one."
            values = {"name": name, "size": size, "index": index[1]}
            return Fix(cause, values, facts.with_line(line) if line else "")
    return Fix("The number in the brackets is beyond the end; the first member has the number 0.")


def _value(facts: Facts) -> Fix | None:
    if found := re.search(
        r"(?:invalid literal for int\(\).*: |string to float: )(.+)", facts.words
    ):
        cause = "{text} is no number as Python writes one. Look where it comes from: a header, a unit, a comma?"
        return Fix(cause, {"text": found[1]})
    return None


def _file(facts: Facts) -> Fix | None:
    found = re.search(r"'(.+)'", facts.words)
    cause = "There is no file {name} where the kernel works; `import os; os.getcwd()` tells where that is."
    return Fix(cause, {"name": f"`{found[1]}`"}) if found else None


def _recursion(_: Facts) -> Fix | None:
    return Fix(
        "The function calls itself and never stops: it needs a case that returns without a call."
    )


def _stopped(_: Facts) -> Fix | None:
    return Fix(
        "Nothing is wrong with the code by itself: the kernel was interrupted, or asked to leave."
    )


REPAIRS: dict[str, Callable[[Facts], Fix | None]] = {
    "NameError": _name,
    "UnboundLocalError": _name,
    "KeyError": key,
    "ZeroDivisionError": divided,
    "TypeError": typed,
    "AttributeError": attribute,
    "ImportError": _import,
    "ModuleNotFoundError": _import,
    "IndexError": _index,
    "ValueError": _value,
    "FileNotFoundError": _file,
    "RecursionError": _recursion,
    "KeyboardInterrupt": _stopped,
    "SystemExit": _stopped,
}
"""The repairs, by the name of the error's type."""
