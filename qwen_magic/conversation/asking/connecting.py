"""The connection of a session, kept while its settings lead to the same place."""

from __future__ import annotations

import os
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qwen_magic.responses.client import Client, Transport
    from qwen_magic.settings import Settings

__all__ = ["Connecting"]


class Connecting:
    """Makes clients, one at a time; httpx is imported with the first.

    Args:
        transport: Answers instead of the network.

    Attributes:
        advised: The advice on addresses that was given, once each.
    """

    def __init__(self, transport: Transport | None) -> None:
        self._transport = transport
        self._client: Client | None = None
        self._connected: tuple[object, ...] = ()
        self._lock = Lock()
        self.advised: set[str] = set()

    def advice(self, settings: Settings) -> str:
        """Return what the reader should know of the address, unless that was told before.

        Raises:
            RequestError: The settings name no place to ask, or no key that is needed there.
        """
        advice = settings.admitted().advice
        return "" if advice in self.advised else advice

    def client(self, settings: Settings) -> Client:
        """Return the client for these settings; close the one before, if it is another.

        A forked process has a connection of its own: on one that it shares, answers would mix.

        Raises:
            RequestError: They name no place to ask, or no key that is needed there.
        """
        from qwen_magic.responses.client import Client

        endpoint = settings.admitted()
        wanted = (endpoint, settings.timeout, settings.cassette, os.getpid())
        with self._lock:  # threads may share a session
            known = self._client
            if known is None or self._connected != wanted:
                self.close()
                transport, patience = settings.transport(self._transport), settings.patience
                timeout, self._connected = settings.timeout, wanted
                known = Client(endpoint, timeout=timeout, transport=transport, patience=patience)
                self._client = known
            return known

    @property
    def is_open(self) -> bool:
        """Whether there is a connection to close."""
        return self._client is not None

    def close(self) -> None:
        """Close the connection; the next client opens another."""
        if self._client is not None:
            self._client.close()
            self._client = None
