from __future__ import annotations

import json
import subprocess
import sys

import qwen_magic

HEAVY = ("httpx", "ipywidgets", "markdown_it", "pygments", "pandas", "numpy", "http.server")

ASKED_ONLY = tuple(
    f"qwen_magic.{room}"  # what only a question needs
    for room in ("cassette", "conversation", "demo", "local", "notebook.cards", "notebook.markdown")
)


def test_the_public_names_are_these() -> None:
    assert sorted(qwen_magic.__all__) == [
        "Asking",
        "Panel",
        "QwenError",
        "Session",
        "Settings",
        "Turn",
        "load_ipython_extension",
        "mapper",
        "tool",
        "unload_ipython_extension",
    ]
    assert all(hasattr(qwen_magic, name) for name in qwen_magic.__all__)


def test_the_tab_key_offers_the_public_names_before_they_are_used() -> None:
    program = "import qwen_magic; print(set(qwen_magic.__all__) - set(dir(qwen_magic)))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"


def test_cassettes_and_the_demo_know_the_protocol_alone() -> None:
    program = (
        "import sys\n"
        "import qwen_magic.cassette.recording, qwen_magic.cassette.replaying\n"
        "import qwen_magic.demo.server\n"
        "print([name for name in sys.modules if name.startswith(('qwen_magic.conversation', 'qwen_magic.notebook'))])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_loading_the_extension_imports_nothing_heavy() -> None:
    program = (
        "import json, sys\n"
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "shell = InteractiveShell.instance()\n"
        "before = set(sys.modules)\n"
        "shell.extension_manager.load_extension('qwen_magic')\n"
        "print(json.dumps(sorted(set(sys.modules) - before)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    loaded = json.loads(done.stdout)
    assert "qwen_magic.notebook.magics.magics" in loaded
    assert [name for name in HEAVY if name in loaded] == []
    assert [name for name in loaded if name.startswith(ASKED_ONLY)] == []
