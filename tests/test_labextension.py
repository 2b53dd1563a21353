"""JupyterLab's extension as files: small, translated, and installed as it stands here."""

from __future__ import annotations

import hashlib
import json
import re
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

import qwen_magic

PACKAGE = Path(qwen_magic.__file__).parent
FOLDER = PACKAGE / "labextension"
STATIC = FOLDER / "static"
INSTALLED = Path(sys.prefix) / "share/jupyter/labextensions/qwen-magic"
SCHEMAS = Path(sys.prefix) / "share/jupyter/lab/schemas"
SCRIPTS = sorted(STATIC.glob("*.js"))
ENTRY = (STATIC / "remoteEntry.js").read_text("utf-8")
PARTS = json.loads(re.findall(r"const PARTS = (\[.*\]);", ENTRY)[0])
MOST_BYTES = 15_000
MOST_LINES = 250
WORD = re.compile(r'words\.__\(\s*"([^"]+)"')


def files(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text("utf-8")
        for path in folder.rglob("*")
        if path.is_file() and path.suffix in {".js", ".css", ".json"}
    }


def test_what_is_installed_is_what_stands_here() -> None:
    told = "run pip install -e . again: it copies the extension into the environment"
    assert files(INSTALLED) == files(FOLDER), told


def test_it_says_what_it_is_and_how_to_remove_it() -> None:
    package, install = (
        json.loads((FOLDER / f"{n}.json").read_text()) for n in ("package", "install")
    )
    assert package["name"] == "qwen-magic"
    assert package["version"] == version("qwen_magic")
    assert (FOLDER / package["jupyterlab"]["_build"]["load"].partition("?")[0]).is_file()
    assert install == {
        "packageManager": "python",
        "packageName": "qwen_magic",
        "uninstallInstructions": "pip uninstall qwen_magic",
    }


def test_the_address_of_the_scripts_changes_with_them() -> None:
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(STATIC.iterdir())))
    package = json.loads((FOLDER / "package.json").read_text())
    named = f"static/remoteEntry.js?{digest.hexdigest()[:8]}"
    told = "browsers keep what they loaded for a year: write this address into package.json"
    assert package["jupyterlab"]["_build"]["load"] == named, told


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_loads_others_by_their_changing_address(script: Path) -> None:
    text = script.read_text("utf-8")
    loaded = re.findall(r"""["'`]\./[^"'`]*\.(?:js|css)([^"'`]*)["'`]""", text)
    assert all(mark.startswith("${") for mark in loaded)


def test_what_is_loaded_with_the_application_is_small() -> None:
    at_start = ["remoteEntry.js", "style.css", *(f"{part}.js" for part in PARTS)]
    assert sum((STATIC / name).stat().st_size for name in at_start) <= MOST_BYTES


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_can_be_read_by_a_person(script: Path) -> None:
    lines = script.read_text("utf-8").splitlines()
    assert lines[0].startswith("// ")
    assert len(lines) <= MOST_LINES
    icon = ("const ICON", "  /[")
    assert [line for line in lines if len(line) > 110 and not line.startswith(icon)] == []


def shortcuts(folder: Path) -> set[tuple[str, ...]]:
    """Return the keys of the shortcuts that schemas in a folder set for notebooks."""
    schemas = [json.loads(path.read_text("utf-8")) for path in folder.rglob("*.json")]
    found = [one for schema in schemas for one in schema.get("jupyter.lab.shortcuts", [])]
    return {
        tuple(one["keys"]) for one in found if "-Notebook" in one["selector"] and one.get("keys")
    }


def test_no_key_takes_one_from_jupyterlab() -> None:
    ours, theirs = shortcuts(FOLDER), shortcuts(SCHEMAS)
    assert ours == {("E", "E"), ("Q", "Q")}
    assert len(theirs) > 30
    assert {keys[0] for keys in ours} & {keys[0] for keys in theirs} == set()


def words() -> set[str]:
    """Return the words of the extension, as its scripts say them."""
    return {word for script in SCRIPTS for word in WORD.findall(script.read_text("utf-8"))}


@pytest.mark.parametrize("locale", ["de_DE", "zh_CN"])
def test_the_words_are_translated(locale: str) -> None:
    catalogue = PACKAGE / "locale" / locale / "LC_MESSAGES/qwen_magic.json"
    head, *_ = found = json.loads(catalogue.read_text("utf-8")).items()
    assert head[0] == ""
    assert head[1]["language"] == locale.replace("_", "-")  # JupyterLab looks for this
    told = dict(list(found)[1:])
    assert set(told) == words()
    assert all(len(texts) == 1 and texts[0] for texts in told.values())


def test_every_word_can_be_translated() -> None:
    assert len(words()) > 10
    for script in SCRIPTS:
        text = script.read_text("utf-8")
        assert text.count("words.__(") == len(WORD.findall(text)), script.name
