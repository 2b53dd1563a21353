"""Kernels that are forked from a process that has imported what they need.

Imports take most of the time in which a kernel starts; here, they are paid once, when the first
kernel starts, for all processes of pytest. A forked kernel is in a session and an environment of its own, hears signals and ends like
any other. The product itself is not imported before: `%load_ext` does what it does for a user.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any, NamedTuple

from jupyter_client.provisioning.factory import KernelProvisionerFactory
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

if TYPE_CHECKING:
    from jupyter_client.connect import KernelConnectionInfo

__all__ = ["ADDRESS", "Forked", "address", "use"]

LAUNCHER = ["-m", "ipykernel_launcher"]
IMPORTED = (
    *("ipykernel.debugger", "ipykernel.ipkernel", "ipykernel.kernelapp", "ipykernel.zmqshell"),
    *("IPython.core.completer", "IPython.display", "jedi", "debugpy"),
    *("anywidget", "docstring_parser", "h11", "httpcore", "httpx", "ipywidgets", "jupytext"),
    *("markdown_it", "msgspec", "platformdirs", "pygments.formatters.html", "pygments.lexers"),
    *("sqlite3", "statistics"),
)
ADDRESS = "QWEN_MAGIC_TESTS_SEED"  # names the seed of another process
LARGEST = 1 << 18
QUIET = {"PYDEVD_DISABLE_FILE_VALIDATION": "1"}  # else the debugger prints a warning


def use() -> None:
    """Let this process fork the kernels that it starts, where the system can."""
    if hasattr(os, "pidfd_open"):
        group = KernelProvisionerFactory.GROUP_NAME
        found = EntryPoint(name="forked", value=f"{__name__}:Forked", group=group)
        factory = KernelProvisionerFactory.instance()
        factory.provisioners["forked"] = found
        factory.default_provisioner_name = "forked"


class Forked(LocalProvisioner):
    """Starts a kernel like Jupyter's own provisioner, but by a fork."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:  # noqa: ANN401 - Jupyter's
        if cmd[1:3] != LAUNCHER:
            return await super().launch_kernel(cmd, **kwargs)
        folder = str(kwargs.get("cwd") or Path.cwd())
        begun = _Process(cmd[3:], dict(kwargs["env"]), folder)
        self.process = begun  # type: ignore[assignment] # it does what is asked of a process here
        self.pid = self.pgid = begun.pid  # it leads a session
        self.cwd = folder
        return self.connection_info


class _Process:
    """What a provisioner needs of a `subprocess.Popen`."""

    stdin = stdout = stderr = None

    def __init__(self, arguments: list[str], env: dict[str, str], folder: str) -> None:
        self._seed = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._seed.connect(address())
        told = json.dumps([arguments, env, folder]).encode()
        socket.send_fds(self._seed, [told], [1, 2])
        self.pid = int(self._seed.recv(LARGEST))
        self.returncode: int | None = None

    def poll(self) -> int | None:
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        code = self._ended(timeout)
        if code is None:
            raise subprocess.TimeoutExpired("a forked kernel", timeout or 0)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):  # it has ended, but this was not told yet
                os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _ended(self, timeout: float | None) -> int | None:
        if self.returncode is None and select.select([self._seed], [], [], timeout)[0]:
            self.returncode = int(self._seed.recv(LARGEST) or -signal.SIGKILL)
            self._seed.close()
        return self.returncode


@cache
def address() -> str:
    """Return where the process listens that is forked; it is started once, and ends with this one.

    It is as cheap as an idle Python until somebody asks it for a kernel.
    """
    if known := os.environ.get(ADDRESS):
        return known
    folder = mkdtemp()
    place = str(Path(folder) / "seed")
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listening:
        listening.bind(place)
        listening.listen()
        number = listening.fileno()
        seed = subprocess.Popen(
            [sys.executable, __file__, str(number)],
            pass_fds=[number],
            stdin=subprocess.PIPE,
            start_new_session=True,
            env=os.environ | QUIET,
        )
    atexit.register(seed.communicate)  # closes its stdin
    atexit.register(rmtree, folder)
    return place


class _Begun(NamedTuple):
    """A kernel that runs, and who wants to know when it ends."""

    pid: int
    asker: socket.socket


def _forks(listening: socket.socket) -> list[str] | None:
    """Fork for whoever asks, until stdin ends; in a fork, return the kernel's arguments."""
    begun: dict[int, _Begun] = {}  # by a descriptor that can be read when the kernel has ended
    while True:
        ready, _, _ = select.select([sys.stdin, listening, *begun], [], [])
        if sys.stdin in ready:
            return None
        for ended in begun.keys() & ready:
            _tell(begun.pop(ended))
            os.close(ended)
        if listening in ready:
            asker, _ = listening.accept()
            told, descriptors, _, _ = socket.recv_fds(asker, LARGEST, 2)
            if not (pid := os.fork()):
                return _become(json.loads(told), descriptors)
            for descriptor in descriptors:
                os.close(descriptor)
            asker.send(str(pid).encode())
            begun[os.pidfd_open(pid)] = _Begun(pid, asker)


def _tell(kernel: _Begun) -> None:
    _, status = os.waitpid(kernel.pid, 0)
    with suppress(OSError), kernel.asker:
        kernel.asker.send(str(os.waitstatus_to_exitcode(status)).encode())


def _become(told: tuple[list[str], dict[str, str], str], descriptors: list[int]) -> list[str]:
    """Turn this fork into what a new process would be; return the kernel's arguments."""
    arguments, env, folder = told
    os.setsid()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    for number, descriptor in enumerate(descriptors, 1):
        os.dup2(descriptor, number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.closerange(3, 1024)
    return [*arguments, f"--IPKernelApp.parent_handle={os.getppid()}"]


def _main(number: int) -> None:
    del sys.path[0]  # this folder
    listening = socket.socket(fileno=number)
    if sys.stdin in select.select([sys.stdin, listening], [], [])[0]:
        return  # nobody asked
    for name in IMPORTED:
        import_module(name)
    gc.freeze()
    arguments = _forks(listening)
    if arguments is not None:
        listening.detach()
        sys.argv = ["ipykernel_launcher.py", *arguments]
        kernels = import_module("ipykernel.kernelapp")
        kernels.launch_new_instance()


if __name__ == "__main__":
    _main(int(sys.argv[1]))
