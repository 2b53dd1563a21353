"""A map on a small cluster of Dask's: one of two workers is killed while it asks."""

from __future__ import annotations

import logging
import os
import signal
import time
from collections import Counter
from threading import Event
from typing import TYPE_CHECKING, Any

import dask.dataframe as dd
import pandas as pd  # type: ignore[import-untyped]
import pytest
from distributed import Client, LocalCluster

from qwen_magic import Session, Settings
from qwen_magic.demo.server import DemoServer
from qwen_magic.errors import RequestError
from tests.local.standins import llama
from tests.local.test_maps import queueing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY = "sk-0123456789abcdef"
ROWS, PARTITIONS = 60, 6


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    cluster = LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        dashboard_address=None,
        silence_logs=logging.CRITICAL,
        env={"DASHSCOPE_API_KEY": KEY},
    )
    with cluster, Client(cluster) as opened:
        yield opened


def permits(dask_scheduler: Any) -> tuple[int, list[str]]:  # noqa: ANN401
    """Return how many permits are out on the scheduler, and who has asked for some."""
    plugin = dask_scheduler.plugins["qwen_magic permits"].permits
    servers = plugin.servers.values()
    return sum(s.pace.in_flight for s in servers), [one for s in servers for one in s.held]


@pytest.mark.filterwarnings("ignore")  # of the libraries, about workers that go
def test_a_lost_workers_rows_are_neither_lost_nor_paid_again(
    client: Client, tmp_path: Path
) -> None:
    reviews = pd.DataFrame({"text": [f"Great, I love phone {n}" for n in range(ROWS)]})
    lazy = dd.from_pandas(reviews, npartitions=PARTITIONS)
    with (
        DemoServer(pace=0.05, key=KEY) as demo,
        Session(Settings(base_url=demo.base_url)) as session,
    ):
        made: Any = session.map("Feel? {{text}}", lazy, cache=f"file://{tmp_path}/answers")
        computing = client.compute(made)
        deadline = time.monotonic() + 60
        while not list((tmp_path / "answers").glob("*.jsonl")):
            assert time.monotonic() < deadline
            Event().wait(0.02)
        victim, pid = next(iter(client.run(os.getpid).items()))
        os.kill(pid, signal.SIGKILL)
        found = computing.result(timeout=60)
        asked = Counter(str(request.body["input"]) for request in demo.requests)
    assert list(found["status"]) == ["completed"] * ROWS
    assert sum(asked.values()) - len(asked) <= ROWS / PARTITIONS
    deadline = time.monotonic() + 60
    while (told := client.run_on_scheduler(permits))[0]:  # the last ones are on their way
        assert time.monotonic() < deadline
        Event().wait(0.02)
    assert victim not in told[1]


def look_at(port: int) -> None:
    """Let a model server at a port be all that runs on this computer."""
    from qwen_magic.local import place
    from qwen_magic.local.servers import Door

    setattr(place, "doors", lambda _: (Door(port),))  # noqa: B010 - mypy holds it to its own type


def test_workers_share_the_slots_of_a_server_on_their_computer(client: Client) -> None:
    lazy = dd.from_pandas(pd.DataFrame({"text": [f"row {n}" for n in range(24)]}), npartitions=4)
    with (
        queueing(llama("qwen3"), slots=2) as server,
        Session(Settings(region="local", history="off")) as session,
    ):
        server.pause = 0.1
        client.wait_for_workers(2)
        client.run(look_at, server.port)
        made: Any = session.map("Say hello to {{text}}", lazy)
        found = client.compute(made).result(timeout=60)
        assert list(found["status"]) == ["completed"] * 24
        assert len(server.questions) == 24
        assert server.most <= 2 + 1


def test_a_wrong_key_ends_it_with_one_message_that_does_not_tell_the_key(client: Client) -> None:
    lazy = dd.from_pandas(pd.DataFrame({"text": ["Great!"] * 3}), npartitions=1)
    with (
        DemoServer(pace=0, key="sk-another") as demo,
        Session(Settings(base_url=demo.base_url)) as session,
    ):
        made: Any = session.map("Feel? {{text}}", lazy)
        with pytest.raises(RequestError) as told:
            client.compute(made).result(timeout=60)
        assert len(demo.requests) <= 1
    logs = client.get_worker_logs(), client.get_scheduler_logs()
    assert KEY not in f"{told.value!r} {told.value} {told.value.__dict__} {logs}"
