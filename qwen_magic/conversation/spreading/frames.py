"""Dask's frames: lazy rows in, a lazy frame out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from qwen_magic.conversation.spreading.trial import rowless
from qwen_magic.conversation.tools.json_text import is_of
from qwen_magic.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qwen_magic.conversation.spreading.mapper import Mapper
    from qwen_magic.settings import Settings

__all__ = ["Lazy", "check_how", "is_dask", "is_lazy", "lazy_frame"]

_MODULE = "dask.dataframe"
_KINDS = ("DataFrame", "Series")
_HOW = {
    "limit": "give it fewer rows",
    "sample": "give it fewer rows",
    "budget": "the processes do not add up what they spend; try a part first",
}


class Lazy(Protocol):
    """What type checkers know a frame or a Series of Dask's by."""

    @property
    def npartitions(self) -> int:
        """How many parts it has."""

    def map_partitions(self, func: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        """Return what a function makes of each part."""


def is_dask(rows: object) -> bool:
    """Return whether rows are a frame or a Series of Dask's."""
    return any(is_of(rows, _MODULE, name) for name in _KINDS)


def is_lazy(rows: object) -> bool:
    """Return whether rows are a frame or a Series of Dask's.

    Raises:
        RequestError: They are another collection of Dask's.
    """
    if is_dask(rows):
        return True
    if hasattr(type(rows), "__dask_graph__"):
        hint = "bag.to_dataframe(), dask.dataframe.from_delayed() or from_dask_array() makes one"
        raise RequestError(f"a Dask {type(rows).__name__} is no DataFrame or Series", hint=hint)
    return False


def check_how(how: Mapping[str, Any], settings: Settings) -> None:
    """Refuse what cannot be kept where rows are asked in many processes.

    Raises:
        RequestError: Names it.
    """
    for name, hint in _HOW.items():
        if how.get(name):
            raise RequestError(f"{name} does not go with a map in many processes", hint=hint)
    if settings.budget and not getattr(how.get("asking"), "over", False):
        raise RequestError(
            "the day's budget does not bound a map in many processes",
            hint="--over asks all the same; budget=0 lifts it",
        )


def lazy_frame(rows: Any, mapper: Mapper) -> Any:  # noqa: ANN401 - of Dask
    """Return what will come of each row, once somebody computes it; nothing is sent now.

    Raises:
        RequestError: The template does not fit the rows.
    """
    empty = rowless(rows)
    mapper.check(empty)
    return rows.map_partitions(mapper, meta=mapper.frame(empty, []))
