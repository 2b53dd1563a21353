"""One prompt over many rows, against servers with limits: `python -m tests.bench.mapping [WHAT …]`.

WHAT: limit, faster, changes, tokens, speed, memory, faults, kills, known; all by default. `limit` runs
the openai SDK behind a semaphore and chatlas beside ours, where they are installed.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qwen_magic import Session, Settings
from qwen_magic.conversation.asking.maps import prepared
from qwen_magic.conversation.mapping.job import lines_of
from qwen_magic.conversation.tables.records import Outcome
from tests.bench.measuring import print_row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from qwen_magic.conversation.mapping.mapping import Mapping

LIMITED = Path(__file__).with_name("limited.py")
SAY = "What does the customer think? {{item}}"
Told = dict[str, Any]


@contextmanager
def limited(**told: Any) -> Iterator[tuple[str, Callable[[], Told]]]:  # noqa: ANN401
    """Serve in another process; yield the base URL, and what tells the counts."""
    command = [sys.executable, str(LIMITED), json.dumps(told)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as server:  # type: ignore[call-overload]
        assert server.stdin is not None
        assert server.stdout is not None

        def count() -> Told:
            server.stdin.write("\n")
            server.stdin.flush()
            return dict(json.loads(server.stdout.readline()))

        try:
            yield f"http://127.0.0.1:{server.stdout.readline().strip()}/v1", count
        finally:
            server.kill()


def rows(count: int) -> list[str]:
    return [f"row {number} of the table, a review of a few words" for number in range(count)]


def session_at(url: str) -> Session:
    return Session(Settings(base_url=url, model="m"))


def used(told: Told, since: int, until: int, limit: float) -> float:
    """Return what share of a limit was used in some of the server's seconds."""
    taken = sum(told["by_second"].get(str(second), 0) for second in range(since, until))
    return float(taken / limit / (until - since))


def refused(told: Told) -> float:
    return float(told["refused"] / (told["refused"] + told["taken"]))


def timed(ask: Callable[[str], object], count: int, **told: Any) -> tuple[float, Told]:  # noqa: ANN401
    """Return the rows a second of one way to ask, and what the server counted."""
    with limited(**told) as (url, counts):
        began = time.perf_counter()
        ask(url)
        return count / (time.perf_counter() - began), counts()


def by_openai(url: str, texts: list[str]) -> None:
    from openai import AsyncOpenAI, OpenAIError  # type: ignore[import-not-found,unused-ignore]

    async def ask() -> None:
        client, gate = AsyncOpenAI(base_url=url, api_key="none"), asyncio.Semaphore(64)

        async def one(text: str) -> None:
            async with gate:
                with suppress(OpenAIError):
                    await client.responses.create(model="m", input=text)

        await asyncio.gather(*map(one, texts))

    asyncio.run(ask())


def by_chatlas(url: str, texts: list[str]) -> None:
    from chatlas import ChatOpenAI, parallel_chat_text  # type: ignore[import-not-found,unused-ignore]

    chat = ChatOpenAI(base_url=url, api_key="none", model="m")
    prompts: list[Any] = list(texts)
    asyncio.run(parallel_chat_text(chat, prompts, max_active=64, rpm=6000, on_error="continue"))


def by_us(url: str, texts: list[str]) -> None:
    with session_at(url) as session:
        session.map(SAY, texts).wait()


def limit(count: int = 2_000) -> None:
    ways = {"ours": by_us, "openai + semaphore 64": by_openai, "chatlas, rpm=6000": by_chatlas}
    for name, ask in ways.items():
        with suppress(ImportError):
            timed(lambda url, ask=ask: ask(url, rows(2)), 2, latency=0)  # type: ignore[misc] # imports
            speed, told = timed(
                lambda url, ask=ask: ask(url, rows(count)),  # type: ignore[misc]
                count,
                limit=100,
                latency=0.5,
            )
            share = refused(told)
            beside = f"{told['refused']} refused ({share:.1%}), {count - told['rows']} rows lost"
            reached = speed >= 95 and share <= 0.02
            print_row(
                f"limit 100/s, {name}", f"{speed:.1f} %", beside, ">= 95 %, <= 2 %", reached=reached
            )


def faster(count: int = 4_500, limit: float = 300) -> None:
    with limited(limit=limit, latency=0.5) as (url, counts):
        by_us(url, rows(count))
        told = counts()
    share = used(told, 1, int(told["seconds"]), limit)
    beside = f"{refused(told):.1%} refused, {count - told['rows']} rows lost"
    reached = share >= 0.95 and refused(told) <= 0.02
    bar = ">= 95 %, <= 2 %"
    print_row(f"limit {limit}/s, after 1 s", f"{share:.1%}", beside, bar, reached=reached)


def changes() -> None:
    with limited(limit=[[0, 100], [15, 30], [30, 200]], latency=0.5) as (url, counts):
        mapping = session_at(url).map(SAY, rows(20_000))
        mapping.wait(50)
        told = counts()
        mapping.stop()
    found = [used(told, 10, 15, 100), used(told, 25, 30, 30), used(told, 40, 48, 200)]
    shares = ", ".join(f"{share:.0%}" for share in found)
    beside = f"{refused(told):.1%} refused"
    print_row("100 → 30 → 200/s, after 10 s", shares, beside, ">= 90 %", reached=min(found) >= 0.9)


def tokens() -> None:
    texts = [
        f"{text} {'more ' * (number // 200 % 5 * 20)}" for number, text in enumerate(rows(9_000))
    ]
    with limited(tokens=10_000, latency=0.5) as (url, counts):
        mapping = session_at(url).map(SAY, texts)
        mapping.wait(30)
        told = counts()
        mapping.stop()
    share = told["tokens"] / told["seconds"] / 10_000
    beside = f"{refused(told):.1%} refused"
    print_row("10,000 tokens/s", f"{share:.1%}", beside, ">= 95 %, <= 2 %", reached=share >= 0.95)


def speed(count: int = 8_000) -> None:
    with limited(latency=0.2) as (url, _), session_at(url) as session:
        session.map(SAY, rows(5)[3:]).wait()
        began, busy = time.perf_counter(), time.process_time()
        session.map(SAY, rows(count), concurrency=256).wait()
        taken, busy = time.perf_counter() - began, time.process_time() - busy
    each = busy / count * 1000
    beside = f"{count / taken:.0f} rows/s"
    reached = each <= 2.5 and count / taken >= 500
    bar = "<= 2.5 ms, >= 500 rows/s"
    print_row("no limit, 256 at once: CPU a row", f"{each:.2f} ms", beside, bar, reached=reached)


def resident(what: str = "VmRSS") -> float:
    """Return this process's memory in MB; `VmHWM` is the most it ever was."""
    status = Path("/proc/self/status").read_text()
    return int(status.split(f"{what}:")[1].split()[0]) / 1024


def memory(count: int = 100_000) -> None:
    import pyarrow as pa  # type: ignore[import-untyped,unused-ignore]
    import pyarrow.parquet as pq  # type: ignore[import-untyped,unused-ignore]

    source, target = home() / "in.parquet", home() / "out.parquet"
    pq.write_table(pa.table({"item": rows(count)}), source)
    with limited(latency=0.05) as (url, _), session_at(url) as session:
        session.map(SAY, rows(5)[3:]).to_parquet(target)
        idle = resident()
        session.map(SAY, source).to_parquet(target)
        above = resident("VmHWM") - idle
    name = f"{count:,} rows, parquet to parquet: memory above idle"
    print_row(name, f"{above:.0f} MB", f"idle {idle:.0f} MB", "<= 150 MB", reached=above <= 150)


def faults(count: int = 1_000) -> None:
    with limited(latency=0.2, errors=0.1, cuts=0.05, hangs=0.02) as (url, _):
        began = time.perf_counter()
        mapping = session_at(url).map(SAY, rows(count))
        while mapping.progress().done < count * 0.97 and not mapping.wait(0.05):
            pass
        most = time.perf_counter() - began
        mapping.wait()
    lost = count - mapping.counts.get("completed", 0)
    beside = f"{time.perf_counter() - began:.0f} s, 97 % of the rows after {most:.0f} s"
    name = "10 % errors, 5 % cut, 2 % hang: rows lost"
    print_row(name, str(lost), beside, "0", reached=lost == 0)


def killed(url: str) -> None:
    """Ask until somebody ends this process."""
    mapping = session_at(url).map(SAY, rows(20_000))
    while mapping.progress().asked < 1:
        mapping.wait(0.01)
    print("begun", flush=True)
    mapping.wait()


def kills(times: int = 20) -> None:
    command = [sys.executable, "-m", "tests.bench.mapping", "killed"]
    with limited(latency=0.3) as (url, counts):
        in_flight = 0
        for _ in range(times):
            with subprocess.Popen([*command, url], stdout=subprocess.PIPE) as child:
                assert child.stdout is not None
                child.stdout.readline()
                time.sleep(random.uniform(0.05, 1.5))
                child.send_signal(signal.SIGKILL)
            kept = prepared(session_at(url), SAY, rows(20_000), {}).estimate().known
            in_flight = counts()["taken"] - kept
        mapping: Mapping = session_at(url).map(SAY, rows(20_000))
        mapping.wait()
        told = counts()
    lost = 20_000 - mapping.counts.get("completed", 0)
    twice = told["taken"] - 20_000
    beside = f"{twice} asked twice, {in_flight} were in flight at {times} kills"
    reached = lost == 0 and twice <= in_flight
    print_row("kill -9: rows lost", str(lost), beside, "0; <= in flight", reached=reached)


def known(count: int = 1_000_000) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    source = home() / "known.parquet"
    pq.write_table(pa.table({"item": rows(count)}), source)
    url = "http://127.0.0.1:9/v1"
    if os.fork() == 0:
        ready = prepared(session_at(url), SAY, source, {})
        for batch in lines_of(ready.table, ready.template, ready.digester):
            found = Outcome("completed", "positive", "", 50, 1)
            ready.answers.add(1, [(line.digest, found) for line in batch])
        os._exit(0)
    os.wait()
    session_at(url).map(SAY, source, limit=1).wait()
    idle, began = resident(), time.perf_counter()
    mapping = session_at(url).map(SAY, source)
    mapping.wait()
    taken, above = time.perf_counter() - began, resident() - idle
    beside = f"{above:.0f} MB above idle"
    reached = taken <= 60 and mapping.progress().known == count
    print_row(f"{count:,} known rows", f"{taken:.0f} s", beside, "<= 60 s", reached=reached)


def home() -> Path:
    return Path(os.environ["QWEN_MAGIC_HOME"])


WHAT = (limit, faster, changes, tokens, speed, faults, kills, memory, known)


def main() -> None:
    if sys.argv[1:2] == ["killed"]:
        killed(sys.argv[2])
        return
    for what in WHAT:
        if what.__name__ in (sys.argv[1:] or [one.__name__ for one in WHAT]):
            with tempfile.TemporaryDirectory() as folder:
                os.environ["QWEN_MAGIC_HOME"] = folder
                what()


if __name__ == "__main__":
    main()
