"""A hub on 127.0.0.1: files with etags, in ranges, cut where a test wants it; no more."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FakeHub"]

_COMMIT = "0123456789abcdef0123456789abcdef01234567"
_RESOLVED = re.compile(r"/(?P<repo>[^/]+/[^/]+)/resolve/[^/]+/(?P<file>.+)")
_LISTED = re.compile(r"/api/models/(?P<repo>[^/]+/[^/]+)/tree/[^?]+(\?.*)?")
_CHUNK = 64 * 1024


@dataclass
class FakeHub:
    """Serves the files of its repositories, through the paths that `huggingface_hub` asks.

    Attributes:
        repos: Contents by file, by repository.
        cut: After how many bytes the next answers break off, one after the other.
        gate: If it is there, each answer waits for it after its first piece.
        asked: Each request's method, path and range.
    """

    repos: Mapping[str, Mapping[str, bytes]]
    cut: list[int] = field(default_factory=list)
    gate: Event | None = None
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    sent: int = 0
    _http: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        assert self._http is not None
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    @property
    def ranges(self) -> list[str]:
        return [
            wanted for method, path, wanted in self.asked if method == "GET" and "resolve" in path
        ]

    def __enter__(self) -> Self:
        self._http = ThreadingHTTPServer(
            ("127.0.0.1", 0), type("Handler", (_Handler,), {"hub": self})
        )
        self._http.daemon_threads = True
        Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.gate is not None:
            self.gate.set()
        assert self._http is not None
        self._http.shutdown()
        self._http.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: FakeHub

    def do_HEAD(self) -> None:
        self._serve("HEAD")

    def do_GET(self) -> None:
        self._serve("GET")

    def _serve(self, method: str) -> None:
        self.hub.asked.append((method, self.path, self.headers.get("Range", "")))
        if (listed := _LISTED.fullmatch(self.path)) is not None:
            self._list(listed["repo"])
        elif (found := _RESOLVED.fullmatch(self.path)) is not None:
            self._file(method, self.hub.repos.get(found["repo"]), found["file"])
        else:
            self._head(404, 0)

    def _list(self, repo: str) -> None:
        files = self.hub.repos.get(repo)
        if files is None:
            self._refuse("RepoNotFound")
            return
        told = [
            {"type": "file", "oid": _COMMIT, "size": len(content), "path": name}
            for name, content in files.items()
        ]
        body = json.dumps(told).encode()
        self._head(200, len(body), Content_Type="application/json")
        self.wfile.write(body)

    def _refuse(self, code: str) -> None:
        self._head(404, 0, X_Error_Code=code, X_Error_Message=code)

    def _file(self, method: str, files: Mapping[str, bytes] | None, name: str) -> None:
        if files is None or name not in files:
            self._refuse("RepoNotFound" if files is None else "EntryNotFound")
            return
        content = files[name]
        known = {"ETag": f'"{sha256(content).hexdigest()}"', "X_Repo_Commit": _COMMIT}
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        start = int(wanted[1]) if wanted else 0
        part = content[start:]
        if wanted and method == "GET":
            known["Content_Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        self._head(206 if wanted and method == "GET" else 200, len(part), **known)
        if method == "GET":
            self._send(part)

    def _send(self, part: bytes) -> None:
        most = self.hub.cut.pop(0) if self.hub.cut else len(part)
        for start in range(0, min(most, len(part)), _CHUNK):
            piece = part[start : min(start + _CHUNK, most)]
            self.hub.sent += len(piece)  # before who reads it goes on
            self.wfile.write(piece)
            if self.hub.gate is not None:
                self.hub.gate.wait(30)
        if most < len(part):
            self.close_connection = True

    def _head(self, status: int, length: int, **known: Any) -> None:  # noqa: ANN401 - text
        self.send_response(status)
        self.send_header("Content-Length", str(length))
        self.send_header("Accept-Ranges", "bytes")
        for name, value in known.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Be quiet."""
