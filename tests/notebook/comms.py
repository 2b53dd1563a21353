"""A front end's side of widgets, without a page: what the kernel shows, and how to click."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from tests.notebook.kernels import PATIENCE

if TYPE_CHECKING:
    from tests.notebook.kernels import Kernel

__all__ = ["Page"]


class Page:
    """What a page that shows widgets knows, and what a reader does in it.

    Attributes:
        widgets: The state of each widget by its id.
        messages: The number of messages for widgets.
        size: The number of characters in them.
        closed: The ids of the widgets that were closed.
        outputs: The displays, each in its last state.
        idle: When the cell was done.
    """

    def __init__(self, kernel: Kernel) -> None:
        self._client = kernel.client
        self.widgets: dict[str, dict[str, Any]] = {}
        self.messages = 0
        self.size = 0
        self.closed: list[str] = []
        self.outputs: list[dict[str, Any]] = []
        self.idle = 0.0
        self._subshell = ""

    def open_subshell(self) -> None:
        """Ask for a shell beside the cell's, as JupyterLab does for its widgets."""
        request = self._client.session.msg("create_subshell_request", {})
        self._client.control_channel.send(request)
        while not self._subshell:
            reply = self._client.control_channel.get_msg(timeout=PATIENCE)
            self._subshell = reply["content"].get("subshell_id", "")

    def until(self, request: str, text: str) -> None:
        """Follow a cell until a text is in a widget."""
        while text not in str(self.widgets):
            assert not self.follow(request), f"{text!r} never came: {self.widgets}"

    def finish(self, request: str) -> None:
        """Follow a cell to its end."""
        while not self.follow(request):
            pass

    def follow(self, request: str) -> bool:
        """Take one message; return whether the cell is done."""
        message = self._client.get_iopub_msg(timeout=PATIENCE)
        content = message["content"]
        match message["msg_type"]:
            case "comm_open" | "comm_msg":
                self._update(content)
            case "comm_close":
                self.closed.append(content["comm_id"])
            case "display_data":
                self.outputs.append(content)
            case "update_display_data":
                self.outputs[-1] = content
            case "status" if content["execution_state"] == "idle":
                self.idle = time.monotonic()
                return bool(message["parent_header"].get("msg_id") == request)
        return False

    def models(self, model: str) -> list[dict[str, Any]]:
        """Return the states of the widgets of one kind."""
        return [state for state in self.widgets.values() if state["_model_name"] == model]

    def click(self) -> None:
        """Press the Stop button."""
        self._send("ButtonModel", {"method": "custom", "content": {"event": "click"}})

    def toggle(self, *, is_open: bool) -> None:
        """Open or close the first fold."""
        self._send("ToggleButtonModel", {"method": "update", "state": {"value": is_open}})

    def _send(self, model: str, data: dict[str, Any]) -> None:
        names = [name for name, state in self.widgets.items() if state["_model_name"] == model]
        content = {"comm_id": names[0], "data": data}
        message = self._client.session.msg("comm_msg", content)
        if self._subshell:
            message["header"]["subshell_id"] = self._subshell
        self._client.shell_channel.send(message)

    def _update(self, content: dict[str, Any]) -> None:
        self.messages += 1
        self.size += len(str(content["data"]))
        state = content["data"].get("state", {})
        self.widgets.setdefault(content["comm_id"], {}).update(state)
