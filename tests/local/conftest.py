from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from qwen_magic.local import place
from qwen_magic.local.servers import Door
from qwen_magic.settings import Settings
from tests.local import small_model

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.local.standins import StandIn

PATHS = {"Ollama": "/api/tags", "LM Studio": "/api/v0/models"}


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hide the servers of whoever runs the tests, and forget what was found."""
    monkeypatch.setattr(place, "doors", lambda _: ())
    place.forget()
    yield
    place.forget()


def doors_to(**servers: StandIn) -> tuple[Door, ...]:
    """Return the doors of stand-ins, each by its server's name."""
    named = {name.replace("_", " "): server for name, server in servers.items()}
    return tuple(Door(one.port, PATHS.get(name, "/v1/models")) for name, one in named.items())


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let these stand-ins be all that runs on this computer."""

    def place_them(**servers: StandIn) -> None:
        place.forget()
        monkeypatch.setattr(place, "doors", lambda _: doors_to(**servers))

    return place_them


@pytest.fixture(scope="session")
def weights() -> Path:
    """The path of a small real model."""
    found = small_model.path()
    if not found.is_file():
        missing = pytest.fail if "CI" in os.environ else pytest.skip
        missing(f"no small model at {found}: run `poe small-model` once")
    return found


@pytest.fixture(autouse=True, scope="package")
def _one_core() -> Iterator[None]:
    """Let a model compute on one core: others run tests, too, and threads that wait would spin."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})
    yield
    os.sched_setaffinity(0, cores)


@pytest.fixture
def local(weights: Path) -> Iterator[Settings]:
    """Settings that ask the small model; what was started for them ends with the test."""
    settings = Settings(region="local", local_model=str(weights), timeout=60)
    yield settings
    place.stop(settings.wish)
