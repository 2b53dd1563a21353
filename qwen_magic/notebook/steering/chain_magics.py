"""`%qwen_chain`: from the line to the store, and from the store to the view."""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING

from IPython.core.magic import line_magic, magics_class, no_var_expand
from IPython.display import display

from qwen_magic.errors import CellError
from qwen_magic.notebook.kernel.frontend import frontend_of
from qwen_magic.notebook.magics.brief import brief_errors
from qwen_magic.notebook.magics.chain_flags import chain_help
from qwen_magic.notebook.magics.sisters import Sister
from qwen_magic.notebook.steering.chain_commands import parse_chain

if TYPE_CHECKING:
    from qwen_magic.conversation.asking.session import Session
    from qwen_magic.conversation.chains.tree import ChainLine
    from qwen_magic.conversation.turn.records import Chain
    from qwen_magic.notebook.steering.chain_commands import ChainCommand

__all__ = ["ChainMagics"]

_MAIN = "main"


@magics_class
class ChainMagics(Sister):
    """Show and steer the chains of the notebook."""

    @no_var_expand
    @line_magic
    def qwen_chain(self, line: str) -> None:  # noqa: D102 - set below
        with brief_errors():
            command = parse_chain(line)
            self._do(command, self._qwen.join(command.chain))
            self._qwen.tell_of_store()

    qwen_chain.__doc__ = chain_help()

    def names(self) -> list[str]:
        """Return the chains' names once a cell has asked: completion does not know the notebook."""
        session = self._qwen.joined
        return [line.name for line in self._chains(session)] if session else []

    def _do(self, command: ChainCommand, session: Session) -> None:
        match command.action:
            case "show":
                self._show_tree(session)
            case "list":
                self._show_list(session)
            case "from" | "rewind" | "restore":
                self._move(command, session)
            case "resume":
                self._resume(command, session)
            case "conversation":
                self._join(command, session)
            case "delete-remote":
                from qwen_magic.notebook.steering.remote import deleted

                print(deleted(session.forget()))
            case "switch" | "new":
                self._switch(command, session)
            case "delete":
                self._delete(command, session)
            case "rename":
                self._rename(command, session)

    def _show_tree(self, session: Session) -> None:
        from qwen_magic.notebook.cards.tree_view import tree_html, tree_text
        from qwen_magic.notebook.steering.resume import lost

        chain = session.chain
        tree, lines = session.store.tree(chain), session.store.lines(chain)
        _show("text/html", tree_html(chain.name, tree, lines), tree_text(chain.name, tree, lines))
        if not tree.nodes and (told := lost(session, frontend_of(self._shell).notebook)):
            print(told)

    def _show_list(self, session: Session) -> None:
        from qwen_magic.notebook.cards.tree_view import chains_html, chains_text

        chains = self._chains(session)
        _show("text/html", chains_html(chains), chains_text(chains))

    def _move(self, command: ChainCommand, session: Session) -> None:
        from qwen_magic.notebook.steering.chain_moves import moved, told

        before = session.store.tree(session.chain)
        after = moved(before, command)
        if after.head != before.head:
            session.store.move(session.chain, after.head)
        print(told(before, after, command))

    def _resume(self, command: ChainCommand, session: Session) -> None:
        from qwen_magic.notebook.steering.remote import is_response, resume_response
        from qwen_magic.notebook.steering.resume import resume

        if is_response(command.file):
            print(resume_response(session, command.file, command.chain))
            return
        file = command.file or frontend_of(self._shell).notebook
        if not file:
            raise CellError("no notebook's file is known here", hint="%qwen_chain --resume FILE")
        print(resume(session, file, command.chain))

    def _join(self, command: ChainCommand, session: Session) -> None:
        """Switch to the chain of a conversation that the server keeps."""
        from qwen_magic.conversation.asking.keeping import conversation_items, new_conversation
        from qwen_magic.conversation.turn.records import JOINED
        from qwen_magic.notebook.steering.remote import joined

        name = new_conversation(session) if command.name == "new" else command.name
        items = conversation_items(session, name)
        chain = f"{JOINED}{name}"
        self._go_to(chain, session)
        session.store.remote.bind(self._named(chain, session), name)
        print(joined(name, items))

    def _switch(self, command: ChainCommand, session: Session) -> None:
        from qwen_magic.conversation.chains.tree import counted

        known = self._line_of(command.name, session)
        if known and command.action == "new":
            raise CellError(
                f"there is a chain {command.name!r} already",
                hint=f"%qwen_chain {command.name} switches to it; --from and --new of %%qwen branch",
            )
        self._go_to(command.name, session)
        turns = f"Chain {command.name!r}: {counted(known.turns, 'turn')}" if known else ""
        print(turns or f"New chain {command.name!r} begun")
        if self._qwen.chain not in {"", command.name}:
            print(f"QwenMagics.chain goes before it: cells still ask in {self._qwen.chain!r}")

    def _delete(self, command: ChainCommand, session: Session) -> None:
        known = self._line_of(command.name, session)
        if known and not command.force and not self._agrees(known):
            print("Nothing was deleted.")
            return
        session.store.delete(self._named(command.name, session))
        was_current = command.name == self._qwen.whereabouts.chain
        if was_current:
            self._go_to(_MAIN, session)
        said = f"Chain {command.name!r} deleted"
        moves = was_current and command.name != _MAIN
        print(f"{said}; {_MAIN!r} is the current one now" if moves else said)

    def _rename(self, command: ChainCommand, session: Session) -> None:
        session.store.rename(self._named(command.name, session), command.new_name)
        print(f"Chain {command.name!r} is called {command.new_name!r} now")
        if command.name == self._qwen.whereabouts.chain:
            self._go_to(command.new_name, session)

    def _agrees(self, chain: ChainLine) -> bool:
        """Ask whether to delete a chain.

        Raises:
            CellError: Nobody can answer.
        """
        from qwen_magic.conversation.chains.tree import counted

        refused = CellError(
            f"nobody can be asked whether to delete chain {chain.name!r}",
            hint=f"%qwen_chain --delete {quote(chain.name)} --force deletes it",
        )
        if not frontend_of(self._shell).is_attended:
            raise refused
        what = f"chain {chain.name!r} and its {counted(chain.turns, 'turn')}"
        try:
            said = input(f"Delete {what} for good? [y/N] ")
        except (EOFError, NotImplementedError):  # IPython's StdinNotImplementedError is the latter
            raise refused from None
        return said.strip().lower() in {"y", "yes"}

    def _chains(self, session: Session) -> tuple[ChainLine, ...]:
        """Return the notebook's chains; a mark shows which one the next cell joins."""
        from msgspec.structs import replace

        here = session.chain
        found = session.store.chains(here.notebook)
        return tuple(replace(line, is_current=line.name == here.name) for line in found)

    def _line_of(self, name: str, session: Session) -> ChainLine | None:
        return next((line for line in self._chains(session) if line.name == name), None)

    def _named(self, name: str, session: Session) -> Chain:
        from qwen_magic.conversation.turn.records import Chain

        return Chain(session.chain.notebook, name)

    def _go_to(self, name: str, session: Session) -> None:
        """Make a chain the notebook's current one, for the demo's turns and for real ones."""
        from qwen_magic.conversation.turn.records import Chain

        for notebook in {session.notebook, session.chain.notebook}:
            session.store.switch(Chain(notebook, name))
        self._qwen.whereabouts.chain = name


def _show(mime: str, rich: str, plain: str) -> None:
    display({mime: rich, "text/plain": plain}, raw=True)
