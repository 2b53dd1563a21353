from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from qwen_magic.demo.server import DemoServer

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def demo() -> Iterator[DemoServer]:
    with DemoServer(pace=0) as server:
        yield server
