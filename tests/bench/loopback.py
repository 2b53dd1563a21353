"""Serve one long answer over and over, one event a chunk and a send: `loopback.py EVENTS SIZE`.

Each connection is served by a process of its own, so that the server is never what is slow.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from contextlib import suppress

HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream;charset=UTF-8\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n"
)


def framed(number: int, kind: str, **fields: object) -> bytes:
    """Return one event as the vendor sends it, in a chunk of its own."""
    data = json.dumps({"sequence_number": number, "type": kind, **fields}, separators=(",", ":"))
    event = f"id:{number + 1}\nevent:{kind}\n:HTTP_STATUS/200\ndata:{data}\n\n".encode()
    return b"%x\r\n%b\r\n" % (len(event), event)


def answer(events: int, size: int) -> list[bytes]:
    """Return the chunks of an answer of so many deltas, each so many characters long."""
    delta = ("word " * size)[:size]
    item = "msg_9a1b3f6c-0c1d-4f5e-8d57-1f2e3d4c5b6a"
    place = {"output_index": 0, "content_index": 0, "item_id": item, "logprobs": []}
    message = {"type": "message", "id": item, "status": "completed", "role": "assistant"}
    content = [{"type": "output_text", "text": delta * events, "annotations": []}]
    response = {"id": "resp_1", "object": "response", "model": "qwen3.7-plus", "created_at": 1}
    sparse = response | {"status": "queued", "output": [], "tools": [], "tool_choice": "auto"}
    whole = sparse | {"status": "completed", "output": [message | {"content": content}]}
    return [
        framed(0, "response.created", response=sparse),
        framed(1, "response.output_item.added", output_index=0, item=message | {"content": []}),
        *(framed(n, "response.output_text.delta", delta=delta, **place) for n in range(2, events)),
        framed(events, "response.output_text.done", text=delta * events, **place),
        framed(events + 1, "response.completed", response=whole),
    ]


def serve(connection: socket.socket, chunks: list[bytes]) -> None:
    """Answer requests until the client leaves."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    while received := connection.recv(65536):
        while b'"stream"' not in received:  # the body follows the head
            received += connection.recv(65536)
        connection.sendall(HEAD)
        for chunk in chunks:
            connection.sendall(chunk)
        connection.sendall(b"0\r\n\r\n")


def main() -> None:
    chunks = answer(int(sys.argv[1]), int(sys.argv[2]))
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    while True:
        connection, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            with suppress(OSError):
                serve(connection, chunks)
            os._exit(0)
        connection.close()


if __name__ == "__main__":
    main()
