"""What the README says is true: its links, tables, messages, pictures and programs."""

from __future__ import annotations

import ast
import getpass
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from qwen_magic.helptext import help_of, usage_of
from qwen_magic.notebook.magics.magics import QwenMagics
from qwen_magic.options import OPTIONS
from qwen_magic.responses.endpoint import Endpoint
from qwen_magic.responses.refusals import refusal
from tests.notebook.kernels import running

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "README.md").read_text("utf-8")
FENCES = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
PROSE = FENCES.sub("", TEXT)
LARGEST = 300_000
LEAST = 8  # letters of a message that the code has as they are
TOP_LEVEL = "python3 -m venv .venv && "


def section(title: str) -> str:
    """Return a section's text."""
    return PROSE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def rows(text: str) -> list[list[str]]:
    """Return the cells of the tables' rows, without the header rows."""
    lines = re.findall(
        r"^\|(?! *\|)(.+)\|$", re.sub(r"^.+\n\|---.+", "", text, flags=re.MULTILINE), re.MULTILINE
    )
    return [[cell.strip() for cell in re.split(r" \|(?: |$)", f"{line} ")][:3] for line in lines]


def anchors() -> set[str]:
    """Return the anchors that GitHub gives to the headings."""
    titles = re.findall(r"^#+ (.+)$", PROSE, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


LINKS = re.findall(r"\]\(([^)]+)\)", PROSE) + re.findall(r'(?:src|srcset)="([^"]+)"', PROSE)
PICTURES = sorted({link for link in LINKS if link.endswith(".png")})


@pytest.mark.parametrize("link", sorted(set(LINKS)))
def test_a_link_leads_somewhere(link: str) -> None:
    if link.startswith("#"):
        assert link[1:] in anchors()
    elif link.startswith("https://"):
        assert " " not in link
    else:
        assert (ROOT / link).exists()


@pytest.mark.parametrize("picture", PICTURES)
def test_a_picture_is_small_and_has_its_other_theme(picture: str) -> None:
    file = ROOT / picture
    assert file.read_bytes().startswith(b"\x89PNG")
    assert file.stat().st_size < LARGEST
    other = re.sub("light|dark", lambda found: {"light": "dark"}.get(found[0], "light"), picture)
    assert other in PICTURES


def test_no_picture_lies_about_unused() -> None:
    assert sorted(f"notebooks/images/{p.name}" for p in (ROOT / "notebooks/images").iterdir()) == [
        *PICTURES
    ]


def test_there_are_two_commands_of_one_line() -> None:
    commands = [body for kind, body in FENCES.findall(TEXT) if kind == "sh"]
    assert [command.count("\n") for command in commands] == [1, 1]
    assert all(command.startswith(TOP_LEVEL) for command in commands)
    install, check = commands
    assert "'.[lab,map]' pandas" in install  # what the shipped notebooks need
    assert "'.[lab,map]' pandas" in (ROOT / "binder/postBuild").read_text()
    assert "quickstart.ipynb" in install
    assert check.endswith("poe check\n")
    assert [line for line in TEXT.splitlines() if line.endswith("poe check")] == [check.strip()]


def test_the_options_are_those_of_the_parser() -> None:
    told = [[usage.strip("`"), text.replace("`", "")] for usage, text in rows(section("Options"))]
    assert told == [[usage_of(option), option.help] for option in OPTIONS]


def test_the_settings_are_those_of_the_magics() -> None:
    traits = QwenMagics.class_traits(config=True)
    shown = [[cell.replace("`", "") for cell in row] for row in rows(section("Settings"))]
    told = [row for row in shown if len(row) == 3]
    assert told == [[name, default(trait), help_of(name)] for name, trait in traits.items()]


def default(trait: Any) -> str:  # noqa: ANN401 - traitlets' own
    """Return how the table shows a default; empty if it is unset."""
    value = trait.default()
    return str(value) if value not in ("", None, []) else ""


def templates() -> Iterator[re.Pattern[str]]:
    """Yield a pattern for each text in the code; anything may be filled in."""
    for file in (ROOT / "qwen_magic").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            parts = node.values if isinstance(node, ast.JoinedStr) else [node]
            fixed = [p.value if isinstance(p, ast.Constant) else None for p in parts]
            if sum(len(text) for text in fixed if isinstance(text, str)) >= LEAST:
                shown = (re.escape(p) if isinstance(p, str) else ".*" for p in fixed)
                yield re.compile("".join(shown), re.DOTALL)


MESSAGES = re.findall(
    r"`([^`]+)`", "".join(row[0] for row in rows(section("Troubleshooting")) if row)
)


@pytest.fixture(scope="module")
def known() -> list[re.Pattern[str]]:
    return list(templates())


@pytest.mark.parametrize("message", [m for m in MESSAGES if not m.startswith("HTTP ")])
def test_a_message_is_one_of_the_codes(message: str, known: list[re.Pattern[str]]) -> None:
    words = message.removesuffix(" …").removesuffix(": …")
    assert any(
        found.match(message) or found.pattern.startswith(re.escape(words)) for found in known
    )


@pytest.mark.parametrize("status", [int(m[5:8]) for m in MESSAGES if m.startswith("HTTP ")])
def test_a_status_has_a_hint(status: int) -> None:
    error = refusal(status, {}, b"", Endpoint("https://dashscope-intl.aliyuncs.com/v1"))
    assert str(error).startswith(f"HTTP {status}")
    assert error.hint


def test_the_programs_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DASHSCOPE_API_KEY", "")
    monkeypatch.setattr(getpass, "getpass", lambda _: "none")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "readme"}
    for kind, body in FENCES.findall(TEXT):
        if kind == "python":
            exec(compile(body, "README.md", "exec", dont_inherit=True), names)
    names["session"].close()
    assert os.environ["DASHSCOPE_API_KEY"] == "none"
    assert "Oslo" in names["turn"].tool_calls[0].output
    assert names["celsius_to"]("kelvin", 0) == 273.15


def test_the_cells_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    (weather,) = (body for _, body in FENCES.findall(TEXT) if "def get_weather" in body)
    cells = [
        cell
        for kind, body in FENCES.findall(TEXT)
        if kind == "ipython"
        for cell in body.split("\n\n")
    ]
    with running() as kernel:
        kernel.run('%config QwenMagics.region = "demo"\n%config QwenMagics.approve = "always"')
        kernel.run(weather)
        for number, cell in enumerate(cells):
            ran = kernel.run(cell, cell=f"cell-{number}")
            assert (ran.status, ran.errors) == ("ok", []), cell
        assert kernel.run("print(_qwen.text)").printed
    assert (tmp_path / "lesson.jsonl").exists()
