"""A real kernel, asked the way front ends ask."""

from __future__ import annotations

import os
import re
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from queue import Empty
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from jupyter_client.manager import KernelManager

from tests import forked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_client.blocking.client import BlockingKernelClient

PATIENCE = 60.0

forked.use()


@dataclass
class Ran:
    """What came of one cell."""

    status: str = ""
    ended: float = 0.0
    outputs: list[dict[str, Any]] = field(default_factory=list)
    updates: list[dict[str, Any]] = field(default_factory=list)
    printed: str = ""
    widgets: list[str] = field(default_factory=list)
    closed: int = 0
    errors: list[dict[str, Any]] = field(default_factory=list)
    payload: list[dict[str, Any]] = field(default_factory=list)

    @property
    def shown(self) -> dict[str, Any]:
        """The only display of the cell, as it stood at the end."""
        (output,) = self.outputs
        return self.updates[-1] if self.updates else output

    @property
    def html(self) -> str:
        """The only display's HTML at the end."""
        return str(self.shown["data"]["text/html"])


class Kernel:
    """Run cells as JupyterLab does (with a cell's id), or as nbclient does (without a person)."""

    def __init__(self, manager: KernelManager, client: BlockingKernelClient) -> None:
        self.manager = manager
        self.client = client

    def run(
        self,
        code: str,
        *,
        cell: str = "",
        person: bool = True,
        metadata: dict[str, Any] | None = None,
    ) -> Ran:
        """Run a cell and wait for its end."""
        return self.finish(self.start(code, cell=cell, person=person, metadata=metadata))

    def start(
        self,
        code: str,
        *,
        cell: str = "",
        person: bool = True,
        metadata: dict[str, Any] | None = None,
    ) -> str:
        """Send a cell; return the request's id."""
        content = {
            "code": code,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": person,
            "stop_on_error": True,
        }
        metadata = metadata or ({"cellId": cell} if cell else {})
        message = self.client.session.msg("execute_request", content, metadata=metadata)
        self.client.shell_channel.send(message)
        return str(message["header"]["msg_id"])

    def finish(self, request: str, ran: Ran | None = None) -> Ran:
        """Collect what a cell gives until it is idle and has replied."""
        ran = ran or Ran()
        while not self._take(request, ran):
            pass
        reply = self.client.get_shell_msg(timeout=PATIENCE)
        while reply["parent_header"].get("msg_id") != request:
            reply = self.client.get_shell_msg(timeout=PATIENCE)
        ran.status = reply["content"]["status"]
        ran.payload = reply["content"].get("payload", [])
        return ran

    def until(self, request: str, text: str) -> Ran:
        """Collect what a cell gives until a text was shown."""
        ran = Ran()
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            self._take(request, ran)
            if text in f"{ran.outputs} {ran.updates} {ran.printed} {ran.widgets}":
                return ran
        raise AssertionError(f"{text!r} was never shown: {ran}")

    def prompted(self, answer: str) -> str:
        """Wait until a cell asks with `input()`, answer, and return the question."""
        message = self.client.get_stdin_msg(timeout=PATIENCE)
        self.client.input(answer)
        return str(message["content"]["prompt"])

    def complete(self, code: str) -> list[str]:
        """Return the words that the kernel offers behind a code for its last one."""
        offer = self.client.complete(code, reply=True, timeout=PATIENCE)["content"]
        kept = re.split(r"[\s,]", code[: offer["cursor_start"]])[-1]
        return [f"{kept}{match}" for match in offer["matches"]]

    def interrupt(self) -> None:
        """Interrupt the kernel, as the stop button does."""
        self.manager.interrupt_kernel()

    def _take(self, request: str, ran: Ran) -> bool:
        try:
            message = self.client.get_iopub_msg(timeout=PATIENCE)
        except Empty:
            raise AssertionError(f"the kernel went silent: {ran}") from None
        if message["parent_header"].get("msg_id") != request:
            return False
        content = message["content"]
        match message["msg_type"]:
            case "display_data" | "execute_result":
                ran.outputs.append(content)
            case "update_display_data":
                ran.updates.append(content)
            case "comm_open" | "comm_msg":
                ran.widgets.append(str(content["data"]))
            case "comm_close":
                ran.closed += 1
            case "stream":
                ran.printed += content["text"]
            case "error":
                ran.errors.append(content)
            case "status" if content["execution_state"] == "idle":
                ran.ended = time.monotonic()
                return True
        return False


@contextmanager
def sockets() -> Iterator[dict[str, str]]:
    """Yield where a kernel listens: on files, since another process may take a port that was free."""
    with TemporaryDirectory() as folder:
        yield {"transport": "ipc", "ip": f"{folder}/kernel"}


@contextmanager
def running(**environment: str) -> Iterator[Kernel]:
    """Start a kernel with the extension loaded."""
    with sockets() as where, _started(where, environment) as kernel:
        yield kernel


@contextmanager
def _started(where: dict[str, str], environment: dict[str, str]) -> Iterator[Kernel]:
    manager = KernelManager(kernel_name="python3", **where)
    manager.start_kernel(env={**os.environ, **environment})
    client = manager.blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=PATIENCE)
        kernel = Kernel(manager, client)
        assert kernel.run("%load_ext qwen_magic").status == "ok"
        yield kernel
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        manager.cleanup_resources()
