from __future__ import annotations

from qwen_magic.conversation.chains.recognition import Asker
from qwen_magic.notebook.document.memory import Found, Memory, Place, Running


def running(cell: str, text: str, *, lasting: bool = True, by_text: bool = True) -> Running:
    return Running(cell, lasting, Asker(cell, text), text, by_text)


def places(texts: str) -> list[Place]:
    """Return a cell for each letter: its name is the letter's number."""
    return [Place(str(n), Asker(source=text), text) for n, text in enumerate(texts, 1)]


def met(memory: Memory, ids: str, texts: str | list[str], *, lasting: bool = True) -> Memory:
    for place, (cell, text) in enumerate(zip(ids, texts, strict=True), 1):
        memory.keep(running(cell, text, lasting=lasting), str(place))
    return memory


def test_an_id_that_was_met_is_known_whatever_it_asks() -> None:
    memory = met(Memory(), "ab", "xy")
    assert memory.find(running("b", "new"), places("xy")) == Found("2")


def test_an_unknown_id_is_known_by_its_text_after_another_page_was_loaded() -> None:
    memory = met(Memory(), "ab", "xy")
    assert memory.find(running("c", "y"), places("xy")) is None  # a copy
    memory.connect("another page")
    assert memory.find(running("c", "y"), places("xy")) == Found("2", by_text=True)
    assert memory.find(running("c", "y", by_text=False), places("xy")) is None


def test_equal_texts_are_told_apart_by_their_order() -> None:
    memory, cells = Memory(), places("xyx")
    for cell, name in (("a", "1"), ("b", "2"), ("c", "3")):
        asks = running(cell, cells[int(name) - 1].text)
        assert memory.find(asks, cells) == Found(name, by_text=True)
        memory.keep(asks, name)


def test_a_number_may_name_another_cell_by_now() -> None:
    memory = met(Memory(), "012", ["one", "two", "three"], lasting=False)
    memory.keep(running("3", "new", lasting=False), "4")
    cells = [
        *(
            Place(str(n), Asker(source=t), t)
            for n, t in enumerate(("one", "two", "three", "new"), 1)
        )
    ]
    for cell, text, name in (
        ("0", "one", "1"),
        ("1", "new", "4"),
        ("2", "two", "2"),
        ("3", "three", "3"),
    ):
        asks = running(cell, text, lasting=False)
        found = memory.find(asks, cells)
        assert found
        assert found.name == name
        memory.keep(asks, name)


def test_a_number_with_a_changed_text_is_believed_if_nothing_is_more_like_it() -> None:
    memory = met(Memory(), "01", ["Tell me of cats.", "Sum up the year."], lasting=False)
    cells = [
        Place("1", Asker(source="a"), "Tell me of cats."),
        Place("2", Asker(source="b"), "Sum up the year."),
    ]
    assert memory.find(running("1", "Sum up the month.", lasting=False), cells) == Found("2")
    assert memory.find(running("1", "Tell me of dogs.", lasting=False), cells) is None


def test_a_cell_that_got_an_id_is_known_by_it() -> None:
    memory = met(Memory(), "a", "x")
    memory.rename({"1": "in the file"})
    assert memory.name_of("a") == "in the file"
    assert [place.name for place in memory.order] == ["in the file"]


def test_a_new_cell_stands_after_the_one_that_asked_last() -> None:
    memory = met(Memory(), "ab", "xy")
    memory.keep(running("a", "x"), "1")
    memory.keep(running("c", "new"), "3")
    assert [place.name for place in memory.order] == ["1", "3", "2"]
