from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from qwen_magic.notebook.magics.magics import QwenMagics
from qwen_magic.responses.endpoint import Endpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

THERE = "http://127.0.0.1:9/v1"
SINGAPORE = "https://dashscope-intl.aliyuncs.com/compatible-mode/v1"


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    yield InteractiveShell.instance()
    InteractiveShell.clear_instance()


def endpoint_of(qwen: QwenMagics) -> Endpoint:
    return qwen.settings_for({}, attended=True).endpoint()


def by_config_magic(shell: InteractiveShell) -> QwenMagics:
    qwen = QwenMagics(shell)
    shell.run_line_magic("config", 'QwenMagics.region = "singapore"')
    return qwen


def by_configuration_file(shell: InteractiveShell) -> QwenMagics:
    shell.update_config(Config({"QwenMagics": {"region": "singapore"}}))
    return QwenMagics(shell)


def by_assignment(shell: InteractiveShell) -> QwenMagics:
    qwen = QwenMagics(shell)
    qwen.region = "singapore"
    return qwen


def test_the_environments_address_holds_until_a_region_is_chosen(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DASHSCOPE_BASE_URL", THERE)
    assert endpoint_of(QwenMagics(shell)) == Endpoint(THERE)


@pytest.mark.parametrize("choose", [by_config_magic, by_configuration_file, by_assignment])
def test_a_chosen_region_outranks_the_environments_address_also_if_it_is_the_default(
    shell: InteractiveShell,
    monkeypatch: pytest.MonkeyPatch,
    choose: Callable[[InteractiveShell], QwenMagics],
) -> None:
    monkeypatch.setenv("DASHSCOPE_BASE_URL", THERE)
    assert endpoint_of(choose(shell)) == Endpoint(SINGAPORE, region="singapore")
