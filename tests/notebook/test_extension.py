"""Loading, unloading and loading again, in a real kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.notebook.kernel import Kernel, running

if TYPE_CHECKING:
    from collections.abc import Iterator

TURN = "import qwen_magic\nqwen_magic.Turn(prompt='Hello')"


@pytest.fixture
def kernel() -> Iterator[Kernel]:
    with running() as kernel:
        yield kernel


def kinds(kernel: Kernel) -> set[str]:
    """Return the forms in which a turn is shown."""
    return set(kernel.run(TURN).shown["data"])


def test_a_turn_is_shown_by_its_repr_alone_once_the_extension_is_unloaded(kernel: Kernel) -> None:
    assert "text/html" in kinds(kernel)
    kernel.run("%unload_ext qwen_magic")
    assert kinds(kernel) == {"text/plain"}
    kernel.run("%load_ext qwen_magic")
    assert "text/html" in kinds(kernel)
