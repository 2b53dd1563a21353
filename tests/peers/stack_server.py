"""Serves a model of another server with llama-stack, on a free port; prints its address.

Run by the fixture `llama_stack_url`, in a process that has `llama-stack` on its path.
"""

from __future__ import annotations

import importlib
import json
import os
import socket
import sys
import urllib.request
from pathlib import Path
from typing import Any


def configuration(url: str, folder: Path) -> dict[str, Any]:
    """Return the smallest configuration with stored responses; YAML takes JSON as it is."""
    with urllib.request.urlopen(f"{url}/models") as reply:
        name = json.load(reply)["data"][0]["id"]
    model = {"model_id": "smollm2", "provider_id": "llama", "provider_model_id": name}
    stores = {
        f"{what}_store": {"type": "sqlite", "db_path": str(folder / f"{what}.db")}
        for what in ("persistence", "responses", "metadata", "inference")
    }
    agents = {name: stores.pop(name) for name in ("persistence_store", "responses_store")}
    engine = {"provider_id": "llama", "provider_type": "remote::vllm"}
    keeper = {"provider_id": "agents", "provider_type": "inline::meta-reference"}
    return {
        "version": "2",
        "image_name": "qwen_magic",
        "apis": ["agents", "inference", "safety", "tool_runtime", "vector_io"],
        "providers": {
            "inference": [{**engine, "config": {"url": url, "max_tokens": 64}}],
            "agents": [{**keeper, "config": agents}],
            **{name: [] for name in ("safety", "tool_runtime", "vector_io")},
        },
        "models": [{**model, "model_type": "llm", "metadata": {}}],
        "shields": [],
        **stores,
    }


def main(url: str, folder: str) -> None:
    file = Path(folder) / "run.yaml"
    file.write_text(json.dumps(configuration(url, Path(folder))))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    sys.stdout.write(f"http://127.0.0.1:{port}\n")
    sys.stdout.flush()
    os.dup2(2, 1)  # it logs to standard output, which nobody reads from here on
    sys.argv[1:] = ["--config", str(file), "--port", str(port)]
    server: Any = importlib.import_module("llama_stack.distribution.server.server")
    server.main()


if __name__ == "__main__":
    main(*sys.argv[1:])
