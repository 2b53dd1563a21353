"""Serves the demo alone: `python -m qwen_magic.demo --port 8000`."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from threading import Event

from qwen_magic.demo.server import PACE, DemoServer
from qwen_magic.errors import QwenError


def main() -> int:
    """Serve until Ctrl-C, and return the exit status."""
    parser = ArgumentParser("python -m qwen_magic.demo", description="Serve the offline demo.")
    parser.add_argument("--port", type=int, default=0, help="the port (default: a free one)")
    parser.add_argument("--key", help="the only API key to accept (default: any)")
    parser.add_argument("--pace", type=float, default=PACE, help="seconds between two pieces")
    options = parser.parse_args()
    try:
        with DemoServer(options.port, options.key, options.pace) as server:
            sys.stdout.write(f"{server.base_url}\nexport DASHSCOPE_BASE_URL={server.base_url}\n")
            sys.stdout.flush()
            Event().wait()
    except QwenError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stdout.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
