"""The part of a session that asks for the rows of tables."""

from __future__ import annotations

from abc import ABC
from typing import TYPE_CHECKING, Any, Unpack, overload

if TYPE_CHECKING:
    from dask.dataframe import DataFrame

    from qwen_magic.conversation.asking.mapped import Mapped
    from qwen_magic.conversation.mapping.mapping import Mapping
    from qwen_magic.conversation.spreading.frames import Lazy
    from qwen_magic.conversation.store.store import ChainStore
    from qwen_magic.conversation.tables.filling import Template
    from qwen_magic.conversation.tools.approval import Approvals
    from qwen_magic.settings import Settings

__all__ = ["Tabler"]


class Tabler(ABC):
    """The part of a session that asks for the rows of tables, outside the chain.

    Attributes:
        settings: What every ask shares.
        store: Keeps the chains.
        notebook: The store's id of the notebook whose chains these are.
        approvals: What may always be called.
    """

    settings: Settings
    store: ChainStore
    notebook: str
    approvals: Approvals

    @overload
    def map(self, template: str | Template, rows: Lazy, **how: Unpack[Mapped]) -> DataFrame: ...
    @overload
    def map(self, template: str | Template, rows: Any, **how: Unpack[Mapped]) -> Mapping: ...  # noqa: ANN401
    def map(self, template: str | Template, rows: Any, **how: Unpack[Mapped]) -> Any:
        """Ask one prompt of each row of a table, many at once, outside the chain.

        Rows that were answered before are not asked again. `Mapped` says what else can be set. Of
        a frame of Dask's it makes a lazy one; nothing is asked before that is computed.
        """
        from qwen_magic.conversation.asking.mapper import mapped

        return mapped(self, template, rows, how)

    @overload
    async def amap(
        self, template: str | Template, rows: Lazy, **how: Unpack[Mapped]
    ) -> DataFrame: ...
    @overload
    async def amap(self, template: str | Template, rows: Any, **how: Unpack[Mapped]) -> Mapping: ...  # noqa: ANN401
    async def amap(self, template: str | Template, rows: Any, **how: Unpack[Mapped]) -> Any:
        """Do as `map` does, and wait for its end, if it has begun; other tasks run meanwhile."""
        from qwen_magic.conversation.asking.maps import amapped

        return await amapped(self.map(template, rows, **how))
