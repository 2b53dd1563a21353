"""What can be completed on the magic line: options, models, efforts, tools (pure)."""

from __future__ import annotations

from qwen_magic.options import OPTIONS, option_of

__all__ = ["complete"]


def complete(before: str) -> list[str]:
    """Return the words that may continue a magic line, given the text before the cursor."""
    words = before.split()
    current = "" if before.endswith((" ", "\t")) else words.pop()
    option = option_of(words[-1]) if words else None
    if option is not None and option.takes:
        return _values(option.values, current, many=option.many)
    flag, equals, value = current.partition("=")
    assigned = option_of(flag) if equals else None
    if assigned is not None:
        return [f"{flag}={word}" for word in _values(assigned.values, value, many=assigned.many)]
    if current and not current.startswith("-"):
        return []
    given = {found.name for word in words if (found := option_of(word)) is not None}
    flags = (option.flags[-1] for option in OPTIONS if option.name not in given)
    return [flag for flag in flags if flag.startswith(current)]


def _values(values: tuple[str, ...], current: str, *, many: bool) -> list[str]:
    if not many:
        return [value for value in values if value.startswith(current)]
    *chosen, last = current.split(",")
    return [value for value in values if value.startswith(last) and value not in chosen]
