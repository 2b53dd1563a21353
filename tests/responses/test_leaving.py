"""Closing the generator is how to cancel: the server sees its client leave within 100 ms."""

from __future__ import annotations

import gc
import sys
from contextlib import ExitStack, closing
from itertools import chain, repeat
from socket import socketpair
from threading import Event, Thread, current_thread
from time import monotonic, sleep
from typing import TYPE_CHECKING

import httpx
import pytest

from qwen_magic.conversation.turn.folding import fold
from qwen_magic.conversation.turn.turn import Turn
from qwen_magic.responses.client import Client
from qwen_magic.responses.endpoint import Endpoint
from tests.responses.asking import (
    ASKED,
    CREATED,
    WHOLE,
    ask,
    client_of,
    delta,
    serving,
    wait_for_threads,
)
from tests.responses.rawserver import CHUNKED, Act, Script, chunk, streamed
from tests.slowness import slowness

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from tests.responses.rawserver import RawServer

BEGUN = chunk(CREATED + delta("2 + 2"))
STALLS: dict[str, Script] = {
    "before the head": [Act.HOLD],
    "in the head": [CHUNKED[:40], Act.HOLD],
    "after the head": [CHUNKED, Act.HOLD],
    "in the stream": [CHUNKED, BEGUN, Act.HOLD],
}


def leave(client: Client, server: RawServer) -> tuple[Turn, float]:
    """Close a stream once the server holds still; return the turn and how long closing took."""
    server.holding.clear()
    server.gone.clear()
    turn = Turn("2 + 2?")
    with closing(client.stream(ASKED)) as batches:
        while not server.holding.is_set():
            turn = fold(turn, next(batches))
        for _ in range(3):
            turn = fold(turn, next(batches))
        left = monotonic()
        batches.close()
        closed = monotonic()
    assert server.gone.wait(60)
    assert closed - left < slowness()
    return turn, server.left_at - left


@pytest.mark.parametrize("stall", STALLS)
def test_the_server_sees_its_client_leave_at_once(stall: str) -> None:
    with serving(*[STALLS[stall]] * 3) as server, closing(client_of(server)) as client:
        left = [leave(client, server) for _ in range(3)]
    assert [turn.text for turn, _ in left] == ["2 + 2" * (stall == "in the stream")] * 3
    assert min(seconds for _, seconds in left) < 0.1 * slowness()


@pytest.mark.parametrize("stall", STALLS)
def test_the_server_sees_its_client_leave_a_connection_used_before(stall: str) -> None:
    scripts = [streamed(WHOLE), STALLS[stall]] * 3
    with serving(*scripts) as server, closing(client_of(server)) as client:
        seconds = []
        for _ in range(3):
            assert ask(client).turn.text == "2 + 2 = 4"
            seconds.append(leave(client, server)[1])
        numbers = [asked.connection for asked in server.asked]
    assert numbers == [1, 1, 2, 2, 3, 3]
    assert min(seconds) < 0.1 * slowness()


def test_leaving_before_there_is_a_connection_leaves_nothing_behind() -> None:
    with serving(*[STALLS["before the head"]] * 9) as server:
        for _ in range(9):
            client = client_of(server)
            batches = client.stream(ASKED)
            next(batches)
            batches.close()
            wait_for_threads()
            client.close()


def test_a_client_that_is_closed_while_it_reads_leaves_nothing_behind() -> None:
    for _ in range(20):
        with serving(STALLS["in the stream"]) as server, ExitStack() as opened:
            client = client_of(server)
            batches = client.stream(ASKED)
            next(batches)
            assert server.holding.wait(60)
            batches.close()
            client.close()
            for _ in range(20):  # what is opened next gets the number of what was closed
                for end in socketpair():
                    opened.enter_context(end)
            wait_for_threads()


class Forgetting(httpx.BaseTransport):
    """Drops the last reference to its client while it is read."""

    def __init__(self) -> None:
        self.clients: list[Iterator[object]] = []
        self.closed_by = ""

    def handle_request(self, _: httpx.Request) -> httpx.Response:
        while not self.clients:
            sleep(0.001)
        self.clients.clear()
        return httpx.Response(200)

    def close(self) -> None:
        self.closed_by = current_thread().name


def test_a_client_that_is_forgotten_by_its_reading_thread_is_closed_at_its_end() -> None:
    transport = Forgetting()
    batches = Client(Endpoint("http://x.example", proxies=False), transport=transport).stream(ASKED)
    next(batches)
    transport.clients.append(batches)
    del batches
    wait_for_threads()
    assert transport.closed_by == "qwen_magic exchange"


def test_an_interrupt_while_the_reading_thread_starts_leaves_nothing_behind() -> None:
    def interrupt(frame: FrameType, _: str, __: object) -> None:
        if frame.f_code is Event.wait.__code__ and frame.f_back.f_code is Thread.start.__code__:  # type: ignore[union-attr]
            raise KeyboardInterrupt

    def ask_and_interrupt() -> None:
        sys.settrace(interrupt)
        try:
            next(client.stream(ASKED))
        finally:
            sys.settrace(None)

    with serving(STALLS["before the head"]) as server, closing(client_of(server)) as client:
        with pytest.raises(KeyboardInterrupt):
            ask_and_interrupt()
        wait_for_threads()


def interrupted_at(step: int, batches: Iterator[object]) -> bool:
    """Wait for a stream that is silent, interrupted at a step; return whether that step came."""
    steps = 0

    def count(frame: FrameType, event: str, _: object) -> None:
        nonlocal steps
        if frame.f_code.co_filename.endswith("_weakrefset.py"):
            return  # Python swallows exceptions raised while it frees an object
        steps += event in {"call", "c_return"}
        if steps == step:
            sys.setprofile(None)
            raise KeyboardInterrupt

    gc.disable()  # it also swallows those raised while it collects garbage
    try:
        sys.setprofile(count)
        for _ in range(3):
            next(batches)
    except KeyboardInterrupt:
        return True
    finally:
        sys.setprofile(None)
        gc.enable()
    return False


def test_an_interrupt_at_any_moment_of_a_wait_leaves_nothing_behind() -> None:
    step, came = 0, True
    while came:
        step += 1
        with serving(STALLS["in the stream"]) as server, closing(client_of(server)) as client:
            batches = client.stream(ASKED)
            next(batches)
            assert server.holding.wait(60)
            came = interrupted_at(step, batches)
            batches.close()
            wait_for_threads()
    assert step > 10


def test_a_client_that_left_can_ask_again() -> None:
    scripts = [STALLS["in the stream"], streamed(WHOLE)]
    with serving(*scripts) as server, closing(client_of(server)) as client:
        leave(client, server)
        outcome = ask(client)
    assert outcome.turn.text == "2 + 2 = 4"


def test_a_forgotten_stream_does_not_hold_up_the_next_question() -> None:
    scripts = [STALLS["in the stream"], streamed(WHOLE)]
    with serving(*scripts) as server, closing(client_of(server)) as client:
        forgotten = client.stream(ASKED)
        while not server.holding.is_set():
            next(forgotten)
        outcome = ask(client)
        forgotten.close()  # until then somebody may go on reading
        assert server.gone.wait(60)
    assert outcome.turn.text == "2 + 2 = 4"
    assert outcome.seconds < 2


def test_a_server_that_never_stops_sending_is_left_too() -> None:
    flood = chain([CHUNKED, BEGUN], repeat(chunk(b": ping\n" * 10_000)))
    with serving(flood) as server, closing(client_of(server)) as client:
        with closing(client.stream(ASKED)) as batches:
            while not any(batches):
                pass
        assert server.gone.wait(60)
        wait_for_threads()


def test_an_exception_of_the_reader_lets_the_server_go() -> None:
    def read(client: Client) -> None:
        with closing(client.stream(ASKED)) as batches:
            for _ in batches:
                if server.holding.is_set():
                    raise KeyboardInterrupt

    with serving(STALLS["in the stream"]) as server, closing(client_of(server)) as client:
        with pytest.raises(KeyboardInterrupt):
            read(client)
        assert server.gone.wait(60)
