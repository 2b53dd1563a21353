"""A program that closes nothing ends without a warning."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

ASKED = """
import gc, os
from qwen_magic import Session, Settings, tool

demo = {"region": "demo", "replay_speed": 0.0}

def asked(**settings):
    session = Session(Settings(**demo, **settings))
    assert "4" in session.ask("2 + 2?").text
    return session
"""
CALLED = """
import logging, threading, time

logging.getLogger("asyncio").setLevel("ERROR")  # how long a step takes is told below that

@tool
async def add(a: int, b: int) -> int:
    return a + b

def called():
    session = Session(Settings(**demo, tools=(add,), approve="always"))
    assert session.ask("2 + 2? Use add").tool_calls
    return session
"""
CELLS = """
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

shell = InteractiveShell.instance(config=Config(HistoryManager={"enabled": False}))
shell.extension_manager.load_extension("qwen_magic")
shell.run_cell("%config QwenMagics.region = 'demo'")
shell.run_cell("%qwen 2 + 2?")
"""
PANEL = """
import time, qwen_magic
panel = qwen_magic.Panel()
panel.ask("2 + 2?")
while panel.busy:
    time.sleep(0.01)
"""
PROGRAMS = {
    "a session in memory ends with the program": "session = asked()",
    "a session with a file ends with the program": "session = asked(chain='main')",
    "a session is dropped": "asked(); gc.collect()",
    "a session with a file is dropped": "asked(chain='main'); gc.collect()",
    "a session is dropped in a circle": "a = [asked()]; a.append(a); del a; gc.collect()",
    "a session records": "session = asked(record='cassette.jsonl')",
    "a session that recorded is dropped": "asked(record='cassette.jsonl'); gc.collect()",
    "a session replays": (
        "asked(record='cassette.jsonl'); gc.collect()\n"
        "demo = {'replay_speed': 0.0}; session = asked(replay='cassette.jsonl')"
    ),
    "an answer is under way": (
        "turns = asked(chain='main').stream('Tell me a long story')\nwhile not next(turns).text: pass"
    ),
    "an answer under way is dropped": (
        "turns = asked(chain='main').stream('Tell me a long story')\n"
        "while not next(turns).text: pass\ndel turns; gc.collect()"
    ),
    "a coroutine was called": CALLED + "session = called()",
    "a session that called a coroutine is dropped": (
        CALLED
        + "called(); gc.collect()\nuntil = time.monotonic() + 60\n"
        + "while any(t.name == 'qwen_magic tools' for t in threading.enumerate()):\n"
        + "    assert time.monotonic() < until\n    time.sleep(0.01)"
    ),
    "a server of its own": (
        "from qwen_magic.demo.server import DemoServer\n"
        "demo = {'base_url': DemoServer(pace=0).start().base_url}\nsession = asked()"
    ),
    "cells": CELLS,
    "cells, loaded anew": CELLS + "shell.extension_manager.reload_extension('qwen_magic')",
    "a panel": CELLS + PANEL,
}


def told(program: str) -> str:
    """Return what a program tells on stderr."""
    options = ("-X", "dev", "-W", "error::ResourceWarning")
    done = subprocess.run(
        [sys.executable, *options, "-c", ASKED + program],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    return done.stderr


@pytest.mark.parametrize("program", PROGRAMS)
def test_nothing_is_told_of_what_a_program_left_open(
    program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert told(PROGRAMS[program]) == ""


def test_only_its_own_error_is_told_of_a_program_that_raises() -> None:
    program = "def run():\n    session = asked(chain='main')\n    raise ValueError\nrun()"
    lines = told(program).splitlines()
    assert (lines[0], lines[-1]) == ("Traceback (most recent call last):", "ValueError")
    assert [line for line in lines if "Warning" in line or "ignored" in line] == []


@pytest.mark.skipif(sys.platform == "win32", reason="cannot fork")
def test_a_forked_process_ends_without_a_word_and_leaves_its_parents_connection() -> None:
    program = """
import warnings
warnings.simplefilter("ignore", DeprecationWarning)  # of forking beside threads
session = asked(chain="main")
if not (child := os.fork()):
    del session
    gc.collect()
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
assert "4" in session.ask("2 + 2?").text
assert len(session.path()) == 2
"""
    assert told(program) == ""
