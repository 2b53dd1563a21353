"""Ways to cut bytes into pieces."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import strategies as st

__all__ = ["cut_at", "cuttings", "one_by_one"]


def cut_at(data: bytes, *places: int) -> list[bytes]:
    """Return the pieces between the places; a piece may be empty."""
    borders = [0, *sorted(min(place, len(data)) for place in places), len(data)]
    return [data[start:end] for start, end in pairwise(borders)]


def one_by_one(data: bytes) -> list[bytes]:
    """Return each byte by itself."""
    return [data[place : place + 1] for place in range(len(data))]


def cuttings(data: bytes) -> st.SearchStrategy[list[bytes]]:
    """Return a strategy for the ways to cut the data."""
    places = st.lists(st.integers(0, len(data)), max_size=12)
    return st.one_of(st.just(one_by_one(data)), places.map(lambda found: cut_at(data, *found)))
