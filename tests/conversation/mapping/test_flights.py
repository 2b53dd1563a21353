from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

from qwen_magic.conversation.mapping.flights import Senders

if TYPE_CHECKING:
    from qwen_magic.conversation.mapping.asking import Sender


class Stuck:
    """A connection that does not close."""

    async def close(self) -> None:
        await asyncio.Event().wait()


def test_a_connection_that_does_not_close_leaves_no_task_behind() -> None:
    loop = asyncio.new_event_loop()
    senders = Senders(lambda: cast("Sender", Stuck()))
    senders.take()
    loop.run_until_complete(senders.close([]))
    assert asyncio.all_tasks(loop) == set()
    loop.close()
