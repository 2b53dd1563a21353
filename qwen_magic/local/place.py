"""Where questions go on this computer: found once, remembered, and looked for again if it is gone.

`endpoint` is quick: it only looks. `ready` may take long, and says what is going on: it fetches a
model and starts a server, if no other answers.
"""

from __future__ import annotations

import os
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from qwen_magic.errors import RequestError
from qwen_magic.local.choosing import Choice, chosen, is_named, listed
from qwen_magic.local.fetching import offered
from qwen_magic.local.finding import answers, find, listens
from qwen_magic.local.leases import Lease
from qwen_magic.local.machine import resident
from qwen_magic.local.running import noted
from qwen_magic.local.servers import OURS, doors
from qwen_magic.local.starting import Work
from qwen_magic.local.weights import Hub, OnDisk, can_be_started, size_of
from qwen_magic.responses.endpoint import LOCAL, Endpoint, Serving

if TYPE_CHECKING:
    from collections.abc import Generator

    from qwen_magic.local.fetching import Offer
    from qwen_magic.local.servers import Door, Found
    from qwen_magic.local.weights import Weights
    from qwen_magic.local.wishes import Wish

__all__ = ["doubt", "endpoint", "forget", "in_use", "offer", "ready", "stop", "told"]

_NOWHERE = "http://127.0.0.1:0/v1"
_TICK = 0.04
_TELL = "%qwen --local lists all"


class _Memory:
    """What this process knows."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.choices: dict[tuple[str, str], Choice] = {}
        self.leases: dict[str, Lease] = {}
        self.doubted = False


_known = _Memory()


def endpoint(wish: Wish) -> Endpoint:
    """Return where questions go; an address that nobody has if a server is still to be started.

    Raises:
        RequestError: There is no model of that name.
    """
    choice = _choice(wish)
    if choice is None:
        return Endpoint(
            _NOWHERE,
            region=LOCAL,
            proxies=False,
            serving=Serving(wish.named.name, OURS, is_llama=True, forces_calls=False),
        )
    found, model = choice.found, choice.model
    serving = Serving(
        model.name,
        found.server,
        slots=found.slots,
        context=model.context,
        images=model.images,
        continues=found.continues,
        is_llama=found.is_llama,
        forces_calls=found.forces_calls,
    )
    return Endpoint(
        found.base_url,
        region=LOCAL,
        key=found.key,
        proxies=False,
        advice=_advice(choice),
        serving=serving,
    )


def ready(wish: Wish) -> Generator[str, None, None]:
    """Yield what is going on, often, until a model can be asked.

    Raises:
        QwenError: None can be.
    """
    if _choice(wish) is not None:
        return
    work = Work(wish, _remember)
    work.start()
    try:
        while work.is_alive():
            yield work.told
            work.join(_TICK)
    finally:
        work.left.set()
    if work.error is not None:
        raise work.error.with_traceback(None)


def offer(wish: Wish) -> Offer | None:
    """Return what a question would have to fetch first; None if it can be asked without.

    Raises:
        RequestError: The Hub does not have it, or is not reached.
    """
    if wish.download or _choice(wish) is not None:
        return None
    weights = wish.named
    return None if isinstance(weights, OnDisk) else offered(weights)


def stop(wish: Wish) -> tuple[str, ...]:
    """End our own servers, for all kernels; return the models that they served."""
    ended = []
    for running in noted(wish.folder):
        with suppress(OSError):
            Lease(running.control, running.key).stop()
            ended.append(running.name)
    forget()
    return tuple(ended)


def doubt() -> None:
    """Look closer before the next question: a server broke off."""
    _known.doubted = True


def forget() -> None:
    """Look again at the next question; need no server of ours until then."""
    with _known.lock:
        _known.choices.clear()
        for base_url in [*_known.leases]:
            _known.leases.pop(base_url).close()


def told(wish: Wish) -> str:
    """Return what was found on this computer, a line for each server and each model.

    Raises:
        RequestError: Nothing was, and no model can be started.
    """
    found = _found(wish)
    if not found:
        return _none_told(wish.named)
    with suppress(RequestError):
        return listed(found, _pick(found, wish))
    return listed(found)


def _none_told(weights: Weights) -> str:
    ports = ", ".join(str(door.port) for door in _doors())
    starts = f"a question starts {weights.name}"
    if isinstance(weights, Hub):
        size = f", {size_of(weights.size)}," if weights.size else ""
        starts = f"{starts}{size} from the Hub, once you agree if it is not here yet"
    return f"No model server runs on this computer; {starts}\nLooked at 127.0.0.1, ports {ports}"


def in_use(wish: Wish) -> str:
    """Return how much memory our own servers take; empty if none runs."""
    taken = [(one.name, resident(one.pid)) for one in noted(wish.folder) if listens(one.port)]
    return ", ".join(f"{name}: {size_of(size) if size else 'running'}" for name, size in taken)


def _choice(wish: Wish) -> Choice | None:
    """Return the model that answers, if one can be asked now."""
    key = (wish.weights, wish.model)
    with _known.lock:
        choice = _known.choices.get(key)
        if choice is None or not _is_there(choice):
            choice = _pick(_found(wish), wish)
        if choice is not None:
            choice = _leased(wish, choice)
        if choice is None:
            _known.choices.pop(key, None)
        else:
            _known.choices[key] = choice
        return choice


def _is_there(choice: Choice) -> bool:
    """Return whether a server still runs; one that just failed has to answer, not only to listen."""
    port = urlsplit(choice.found.base_url).port or 0
    doubted, _known.doubted = _known.doubted, False
    return answers(port) if doubted else listens(port)


def _doors() -> tuple[Door, ...]:
    return doors(os.environ.get("OLLAMA_HOST", ""))


def _found(wish: Wish) -> tuple[Found, ...]:
    ours = (running.found() for running in noted(wish.folder) if listens(running.port))
    others = find(_doors())
    return (*filter(None, ours), *others)


def _pick(found: tuple[Found, ...], wish: Wish) -> Choice | None:
    name = wish.model
    if wish.weights and (not name or is_named(wish.named.name, name)):
        ours = [one for one in found if one.server == OURS]
        return chosen([one for one in ours if one.models[0].name == wish.named.name])
    try:
        return chosen(found, name)
    except RequestError:
        if not can_be_started(name):
            raise
        return None


def _leased(wish: Wish, choice: Choice) -> Choice | None:
    """Return the choice once nobody can end it while we use it; None if it has ended."""
    if choice.found.server != OURS:
        return choice
    held = _known.leases.get(choice.found.base_url)
    if held is not None and held.is_held:
        return choice
    for running in noted(wish.folder):
        if f":{running.port}/" in choice.found.base_url:
            with suppress(OSError):
                _known.leases[choice.found.base_url] = Lease(running.control, running.key)
                return choice
    return None


def _advice(choice: Choice) -> str:
    found, name = choice.found, choice.model.name
    if found.server == OURS:
        return f"{name} answers on this computer · {_TELL}"
    return f"{name} answers: {found.server} at {found.base_url} · {_TELL}"


def _remember(wish: Wish, found: Found, lease: Lease) -> None:
    """Note a server of ours that is up; another model of ours is not needed any more."""
    with _known.lock:
        for base_url in [*_known.leases]:
            _known.leases.pop(base_url).close()
        _known.leases[found.base_url] = lease
        _known.choices[wish.weights, wish.model] = Choice(found, found.models[0])
