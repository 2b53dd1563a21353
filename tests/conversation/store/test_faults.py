"""Whatever happens to the file, the next question is answered and the reader is told once."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from random import Random
from typing import TYPE_CHECKING

import pytest

from qwen_magic.conversation.chains.identity import Seen
from qwen_magic.conversation.store import connection
from qwen_magic.conversation.store.connection import uri_of
from qwen_magic.conversation.store.schema import MIGRATIONS, VERSION
from qwen_magic.conversation.store.store import ChainStore
from qwen_magic.conversation.turn.folding import fold
from qwen_magic.conversation.turn.records import Chain
from qwen_magic.conversation.turn.turn import Turn
from qwen_magic.errors import QwenError
from qwen_magic.responses.events import TextDelta
from tests.conversation.store.storing import answer, ask, begun, nowhere, opened

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]
NAME = "chains.sqlite3"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of four turns, closed."""
    folder = tmp_path_factory.mktemp("whole")
    store = ChainStore(folder)
    chain = opened(store)
    for cell in "ABCD":
        ask(store, chain, cell)
    store.close()
    return folder / NAME


def works(store: ChainStore) -> int:
    """Ask twice; return the first one's number."""
    chain = opened(store)
    first, second = ask(store, chain, "X"), ask(store, chain, "Y")
    assert (second.parent, store.tree(chain).head) == (first.id, second.id)
    assert store.read(chain, [first.id, second.id]) == (first, second)
    return first.id


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.glob("*.sqlite3"))


@contextmanager
def unprivileged() -> Iterator[Path]:
    """Run without root's rights; yield a folder that others may enter."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    user = os.geteuid()
    try:
        yield folder
    finally:
        if user == 0:
            os.seteuid(user)
        shutil.rmtree(folder, ignore_errors=True)


def give_up_rights() -> None:
    if os.geteuid() == 0:
        os.seteuid(65534)


@pytest.mark.parametrize(
    "junk", [b"x", b"SQLite format 3\x00", b"\x00" * 5000, Random(0).randbytes(9000)]
)
def test_a_damaged_file_stays_beside_a_new_one(folder: Path, junk: bytes) -> None:
    folder.mkdir()
    (folder / NAME).write_bytes(junk)
    store = ChainStore(folder)
    assert works(store) == 1
    assert store.told() == (
        f"The store {folder / NAME} is damaged; it is kept as it is, "
        "and turns are kept in chains-2.sqlite3 from now on"
    )
    assert store.told() == ""
    store.close()
    assert (folder / NAME).read_bytes() == junk
    later = ChainStore(folder)
    assert works(later) == 3
    assert later.told() == ""
    later.close()


@pytest.mark.parametrize("seed", range(60))
def test_a_store_cut_anywhere_still_answers(whole: Path, folder: Path, seed: int) -> None:
    folder.mkdir()
    data = whole.read_bytes()
    size = len(data) * seed // 60 + seed * 7 % 97
    (folder / NAME).write_bytes(data[:size])
    store = ChainStore(folder)
    assert works(store) in {1, 5}
    store.close()


@pytest.mark.parametrize("seed", range(20))
def test_a_journal_cut_anywhere_still_answers(tmp_path: Path, folder: Path, seed: int) -> None:
    source = ChainStore(tmp_path / "source")
    chain = opened(source)
    for cell in "ABCD":
        ask(source, chain, cell)
    folder.mkdir()
    for file in (tmp_path / "source").iterdir():
        data = file.read_bytes()
        cut = len(data) * seed // 20 + seed if file.name.endswith("-wal") else len(data)
        if not file.name.endswith("-shm"):
            (folder / file.name).write_bytes(data[:cut])
    source.close()
    store = ChainStore(folder)
    assert 1 <= works(store) <= 5
    store.close()


@pytest.mark.parametrize("seed", range(20))
def test_a_store_that_turns_to_junk_still_answers(whole: Path, folder: Path, seed: int) -> None:
    folder.mkdir()
    data = bytearray(whole.read_bytes())
    page = 4096 * (1 + seed * (len(data) // 4096 - 1) // 20)
    data[page : page + 4096] = bytes(range(256)) * 16
    (folder / NAME).write_bytes(data)
    store = ChainStore(folder)
    works(store)
    store.close()


def test_a_file_damaged_in_the_middle_of_a_turn_does_not_lose_it(folder: Path) -> None:
    store = ChainStore(folder)
    chain = opened(store)
    ask(store, chain, "A")
    record = begun(store, chain, "B")
    store.close()
    (folder / NAME).write_bytes(b"junk" * 5000)
    store.grow(record, answer("4"))
    ended = store.end(record, answer("4"))
    assert (ended.id, ended.parent) == (1, None)
    assert store.read(chain, [1])[0].output == answer("4").items
    assert "is damaged" in store.told()
    store.notebook(Seen("/n.ipynb", tuple("ABC")), nowhere, held=chain.notebook)
    store.close()
    again = ChainStore(folder)
    assert opened(again) == chain
    again.close()


def test_a_file_of_a_newer_version_stays_as_it_is(whole: Path, folder: Path) -> None:
    folder.mkdir()
    shutil.copy(whole, folder / NAME)
    with closing(sqlite3.connect(folder / NAME)) as newer:
        newer.execute("PRAGMA user_version = 99")
    before = (folder / NAME).read_bytes()
    store = ChainStore(folder)
    assert works(store) == 1
    assert (
        store.told()
        == f"A newer qwen_magic wrote the store; this one uses chains.v{VERSION}.sqlite3 beside it"
    )
    store.close()
    assert (folder / NAME).read_bytes() == before
    assert names(folder) == [NAME, f"chains.v{VERSION}.sqlite3"]
    later = ChainStore(folder)
    assert works(later) == 3
    assert later.told() == ""
    later.close()


def test_a_file_of_the_first_version_is_brought_up_to_date(folder: Path) -> None:
    folder.mkdir()
    with closing(sqlite3.connect(folder / NAME)) as older:
        for statement in MIGRATIONS[0]:
            older.execute(statement)
        older.execute("INSERT INTO endpoints VALUES ('https://a.example/v1', 0)")
        older.execute("PRAGMA user_version = 1")
        older.commit()
    store = ChainStore(folder)
    assert works(store) == 1
    assert store.continues("https://a.example/v1")  # learnt at an unknown time
    store.learn("https://a.example/v1", continues=False)
    assert not store.continues("https://a.example/v1")
    assert store.told() == ""
    store.close()
    assert names(folder) == [NAME]


def test_somebody_elses_database_stays_as_it_is(folder: Path) -> None:
    folder.mkdir()
    with closing(sqlite3.connect(folder / NAME)) as other:
        other.execute("CREATE TABLE turns (a)")
    before = (folder / NAME).read_bytes()
    store = ChainStore(folder)
    assert works(store) == 1
    store.close()
    assert (folder / NAME).read_bytes() == before


def test_where_no_folder_can_be_made_turns_are_kept_in_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = ChainStore(tmp_path / "file" / "home")
    assert works(store) == 1
    assert store.file is None
    told = store.told()
    assert told.startswith("The store cannot be used (")
    assert told.endswith("); turns are kept until the kernel ends")
    assert works(store) == 3
    assert store.told() == ""
    store.close()


@pytest.mark.parametrize("mode", [0o555, 0o755])
def test_a_read_only_store_goes_on_in_memory_with_its_turns(whole: Path, mode: int) -> None:
    with unprivileged() as folder:
        shutil.copy(whole, folder / NAME)
        (folder / NAME).chmod(0o444)
        folder.chmod(mode)
        give_up_rights()
        store = ChainStore(folder)
        assert works(store) == 5
        assert store.told()
        store.close()


def test_a_folder_that_cannot_be_written_is_no_hindrance() -> None:
    with unprivileged() as folder:
        folder.chmod(0o555)
        give_up_rights()
        store = ChainStore(folder)
        assert works(store) == 1
        assert store.told()
        store.close()


FULL = """
import resource, signal, sys
from pathlib import Path
from qwen_magic.conversation.store.store import ChainStore
from tests.conversation.store.storing import ask, opened
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = ChainStore(Path(sys.argv[1]))
chain = opened(store)
ask(store, chain, "A")
size = sum(file.stat().st_size for file in Path(sys.argv[1]).iterdir())
resource.setrlimit(resource.RLIMIT_FSIZE, (size // 2, -1))
for number in range(5):
    ask(store, chain, f"B{number}")
print(len(store.tree(chain).nodes), store.tree(chain).head, store.told())
"""


def test_a_full_disk_goes_on_in_memory_with_its_turns(folder: Path) -> None:
    command = [sys.executable, "-c", FULL, str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("6 6 The store cannot be used (")


def test_a_store_deleted_under_the_kernel_begins_anew(folder: Path) -> None:
    store = ChainStore(folder)
    works(store)
    shutil.rmtree(folder)
    assert works(store) == 1
    store.close()
    assert names(folder) == [NAME]


def test_another_process_that_writes_does_not_hold_up_a_growing_answer(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "_PATIENCE", 130.0)  # longer than a test may take
    store = ChainStore(folder)
    chain = opened(store)
    record = begun(store, chain)
    turn = fold(Turn("?"), [TextDelta(0, "m", 0, "2 + 2")])
    with closing(sqlite3.connect(folder / NAME, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        store.grow(record, turn)
        assert store.read(chain, [1])[0].output == ()
    store.grow(record, turn)
    assert store.read(chain, [1])[0].output == turn.items
    assert store.told() == ""
    store.close()


def test_an_interrupted_piece_of_work_is_undone(folder: Path) -> None:
    store = ChainStore(folder)
    chain = opened(store)

    def work(rows: sqlite3.Connection) -> None:
        rows.execute("DELETE FROM notebooks")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store._database.run(work)  # noqa: SLF001 - there is no other way to be interrupted there
    assert opened(store) == chain
    store.close()


def test_an_error_in_memory_is_ours() -> None:
    store = ChainStore(None)
    with pytest.raises(QwenError, match="cannot be kept") as caught:
        store._database.run(lambda rows: rows.execute("nonsense"))  # noqa: SLF001 - no method fails
    assert isinstance(caught.value.__cause__, sqlite3.Error)
    assert works(store) == 1
    store.close()


def test_a_forked_process_opens_its_own(folder: Path) -> None:
    store = ChainStore(folder)
    chain = opened(store)
    ask(store, chain, "A")
    if not (child := os.fork()):
        ask(store, chain, "B")
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    ask(store, chain, "C")
    assert [node.cell for node in store.tree(chain).nodes] == ["A", "B", "C"]
    store.close()


def test_a_chain_without_a_notebook_needs_none() -> None:
    store = ChainStore(None)
    ask(store, Chain("", "main"))
    assert store.tree(Chain()).head == 1
    store.close()


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        (PurePosixPath("/home/Ä b?.db"), "file:///home/%C3%84%20b%3F.db"),
        (PureWindowsPath("C:/Users/Ä/a.db"), "file:///C:/Users/%C3%84/a.db"),
        (PureWindowsPath("//server/home/a.db"), "file:////server/home/a.db"),
    ],
)
def test_a_file_on_a_share_has_a_uri_without_a_host(path: PurePath, uri: str) -> None:
    assert uri_of(path) == uri
