"""What the help says about options and settings, taken from their tables."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from qwen_magic.configuration import CHECKS, SETTINGS
from qwen_magic.options import OPTIONS

if TYPE_CHECKING:
    from qwen_magic.options import Option

__all__ = ["help_of", "help_text", "usage_of"]

_WIDTH, _USAGE_WIDTH = 79, 23


def help_of(name: str) -> str:
    """Return what an option or a setting does, in one line."""
    return SETTINGS.get(name) or next(option.help for option in OPTIONS if option.name == name)


def help_text() -> str:
    """Return the help that `%%qwen?` shows."""
    options = "\n".join(map(_described, OPTIONS))
    names = sorted({*CHECKS, *SETTINGS} - {"api_key"})
    settings = textwrap.fill(", ".join(names), _WIDTH, initial_indent="  ", subsequent_indent="  ")
    return _HELP.format(options=options, settings=settings)


def _described(option: Option) -> str:
    """Return an option as the help shows it: how it is written, then what it does."""
    usage = f"  {usage_of(option):<{_USAGE_WIDTH}}  "
    return textwrap.fill(
        option.help, _WIDTH, initial_indent=usage, subsequent_indent=" " * len(usage)
    )


def usage_of(option: Option) -> str:
    """Return how an option is written, with the word for its value."""
    return f"{', '.join(option.flags)} {option.takes}".rstrip()


_HELP = """Ask Qwen.

  %%qwen [options]        the question is the cell's text below
  %qwen [options] text    the question is the rest of the line
  %qwen                   where questions go, and what they have cost so far

  %qwen What is JSON?     a question, in a chain of them
  %%qwen -e high --new    think hard, and start the chain afresh
  %%qwen -t my_function   let the model call my_function, after asking you

The text is sent as it is written. Only {{{{name}}}}, where name is a variable, is
filled in: a string as it is, a table or an array as a table, a figure as an
image. Each question continues the one before; the answer is in _qwen, too.

Options:
{options}

For all cells: %config QwenMagics.model = "…"; likewise
{settings}

See also %qwen_chain? (branches), %qwen_log? (transcript), %qwen_map? (tables),
%qwen_code? (code into cells), %qwen_fix? (errors), %qwen_usage? (what it cost),
%qwen_check? (is all well), %qwen_panel? (a chat).
"""
