"""Serves a model with llama.cpp and prints its address; ends when its standard input does.

Run by the fixture `llama_url`, in a process that has `xllamacpp` on its path.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any


def main(model: str) -> None:
    llama: Any = importlib.import_module("xllamacpp")
    params = llama.CommonParams()
    params.model.path = model
    params.n_ctx = 2048
    params.n_predict = 64  # llama-stack passes on no limit, and the model may never stop
    params.sampling.temp = 0
    params.cpuparams.n_threads = 1  # two wait for each other if another program needs a core
    server = llama.Server(params)
    sys.stdout.write(f"{server.listening_address}\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
