"""Server-sent events: bytes in, the data of whole events out.

The rules (WHATWG HTML, "Interpreting an event stream"), as far as they concern us:

* A line ends at LF, CR or CRLF, and nowhere else. U+2028 and its like are text.
* A blank line ends an event; its `data` lines are joined by LF.
* One space after the colon is not part of the value; lines that start with a colon are comments.
* Other fields (`id`, `event`, `retry`) carry nothing: the type is inside the JSON.

One rule is our own: an event the server did not close with a blank line still counts.
"""

from __future__ import annotations

from qwen_magic.errors import WireError

__all__ = ["EVENT_LIMIT", "Decoder"]

EVENT_LIMIT = 16 * 1024 * 1024
_BOM = b"\xef\xbb\xbf"


class Decoder:
    """Turn a stream's bytes, cut anywhere, into the data of its events.

    Each byte is looked at a bounded number of times, however the stream is cut.

    Raises:
        WireError: From `feed` and `close`, after an event has grown past `EVENT_LIMIT` bytes.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._searched = 0
        self._at_start = True
        self._after_cr = False
        self._oversized = False

    def feed(self, data: bytes) -> list[bytes]:
        """Return the data of each event that these bytes complete."""
        self._refuse_oversized()
        self._buffer += self._with_lf_only(data)
        if self._at_start and not self._skip_bom():
            return []
        end = self._buffer.rfind(b"\n\n", self._searched)
        if end < 0:
            self._searched = max(0, len(self._buffer) - 1)
            self._oversized = len(self._buffer) > EVENT_LIMIT
            return []
        blocks = bytes(memoryview(self._buffer)[:end]).split(b"\n\n")
        del self._buffer[: end + 2]
        self._searched = 0
        self._oversized = len(self._buffer) > EVENT_LIMIT
        return self._frames(blocks)

    def close(self) -> list[bytes]:
        """Return the data of the last event, if the stream ended without its blank line."""
        self._refuse_oversized()
        block = bytes(self._buffer).removeprefix(_BOM if self._at_start else b"")
        self._buffer.clear()
        return self._frames([block])

    def _refuse_oversized(self) -> None:
        if self._oversized:
            raise WireError(
                f"one event is longer than {EVENT_LIMIT >> 20} MB",
                hint="this server does not send a Responses stream; check the base URL",
            )

    def _with_lf_only(self, data: bytes) -> bytes:
        if self._after_cr and data:
            data = data.removeprefix(b"\n")
            self._after_cr = False
        if b"\r" not in data:
            return data
        self._after_cr = data.endswith(b"\r")
        return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")

    def _skip_bom(self) -> bool:
        """Drop a byte order mark; return whether enough has arrived to tell."""
        if len(self._buffer) < len(_BOM) and _BOM.startswith(self._buffer):
            return False
        if self._buffer.startswith(_BOM):
            del self._buffer[: len(_BOM)]
        self._at_start = False
        return True

    def _frames(self, blocks: list[bytes]) -> list[bytes]:
        frames = []
        for block in blocks:
            if len(block) > EVENT_LIMIT:
                self._oversized = True
                break
            data = _data(block)
            if data is not None:
                frames.append(data)
        return frames


def _data(block: bytes) -> bytes | None:
    before, _, last = block.rpartition(b"\n")
    if last.startswith(b"data:") and b"data" not in before:  # nearly always
        return last[5:].removeprefix(b" ")
    values = [
        line[5:].removeprefix(b" ")
        for line in block.split(b"\n")
        if line.startswith(b"data:") or line == b"data"
    ]
    return b"\n".join(values) if values else None
