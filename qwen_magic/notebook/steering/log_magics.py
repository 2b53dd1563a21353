"""`%qwen_log`: the transcript of a chain, shown or written to a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from IPython.core.magic import line_magic, magics_class, no_var_expand
from IPython.display import display

from qwen_magic.errors import CellError
from qwen_magic.notebook.magics.brief import brief_errors
from qwen_magic.notebook.magics.chain_flags import log_help
from qwen_magic.notebook.magics.sisters import Sister
from qwen_magic.notebook.steering.chain_commands import parse_log

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qwen_magic.conversation.asking.session import Session
    from qwen_magic.conversation.turn.turn import Turn
    from qwen_magic.notebook.steering.chain_commands import LogCommand

__all__ = ["LogMagics"]


@magics_class
class LogMagics(Sister):
    """Show and write transcripts."""

    @no_var_expand
    @line_magic
    def qwen_log(self, line: str) -> None:  # noqa: D102 - set below
        with brief_errors():
            command = parse_log(line)
            session = self._qwen.join(command.chain)
            if command.refresh:
                self._refresh(session)
            elif command.file:
                self._write(command, session.path(), session.chain.name)
            else:
                self._show_log(command, session)
            self._qwen.tell_of_store()

    qwen_log.__doc__ = log_help()

    def _refresh(self, session: Session) -> None:
        """Look at the turns in the background; draw those that have ended, in their own outputs."""
        from qwen_magic.notebook.cards.views import bundle

        turns = session.refresh()
        drawn = {record.response_id for record in self._qwen.left.settle(session)}
        print(_told(turns))
        for turn in turns:
            if turn.ended and turn.response_id not in drawn:  # an earlier kernel asked
                data, metadata = bundle(turn)
                display(data, metadata=metadata, raw=True)

    def _show_log(self, command: LogCommand, session: Session) -> None:
        from qwen_magic.notebook.cards.log import log_markdown, log_text

        name, turns, reasoning = session.chain.name, session.path(), command.reasoning
        text = log_text(name, turns, reasoning=reasoning)
        rich = log_markdown(name, turns, reasoning=reasoning)
        display({"text/markdown": rich, "text/plain": text}, raw=True)

    def _write(self, command: LogCommand, turns: tuple[Turn, ...], chain: str) -> None:
        from qwen_magic.conversation.chains.tree import counted
        from qwen_magic.notebook.cards.log import log_json, log_markdown
        from qwen_magic.responses.lenient import clean

        if not turns:
            raise CellError(f"chain {chain!r} has no turns to write", hint="ask first, with %%qwen")
        if command.format == "json":
            text = log_json(turns, reasoning=command.reasoning)
        else:
            text = log_markdown(chain, turns, reasoning=command.reasoning)
        _write(command.file, clean(text), overwrite=command.force)
        print(f"Wrote {counted(len(turns), 'turn')} to {command.file}")


def _write(file: str, text: str, *, overwrite: bool) -> None:
    """Write a file.

    Raises:
        CellError: The file exists already, or cannot be written.
    """
    try:
        path = Path(file).expanduser()
        with path.open("w" if overwrite else "x", encoding="utf-8", newline="\n") as opened:
            opened.write(text)
    except FileExistsError:
        raise CellError(f"{file!r} is there already", hint="--force overwrites it") from None
    except (OSError, RuntimeError, ValueError) as exc:
        reason = getattr(exc, "strerror", None) or exc
        raise CellError(f"{file!r} cannot be written: {reason}", hint="name another file") from exc


def _told(turns: Sequence[Turn]) -> str:
    """Return a line for each turn: how it stands, and what went wrong."""
    return "\n".join(map(_line, turns)) or "No turn of this chain is worked on in the background"


def _line(turn: Turn) -> str:
    from qwen_magic.notebook.cards.wording import line

    state = turn.status.replace("_", " ")
    asked = f", “{line(turn.prompt, 40)}”" if turn.prompt.strip() else ""
    reason = f": {line(turn.error, 300)}" if turn.error else ""
    return f"Turn {turn.number:,}{asked} is {state}{reason}"
