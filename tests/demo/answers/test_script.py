# ruff: noqa: RUF001 - Chinese has its own punctuation
from __future__ import annotations

import base64
import struct
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_magic.demo.answers.arithmetic import expression, total
from qwen_magic.demo.answers.essay import essay
from qwen_magic.demo.answers.images import described
from qwen_magic.demo.answers.script import perform
from qwen_magic.demo.wire.scene import Scene
from tests.demo.asking import ask, items, text_of

if TYPE_CHECKING:
    from qwen_magic.demo.server import DemoServer


def answer(*said: str, instructions: str = "") -> str:
    """Return what the script says after these messages of the user."""
    context = tuple({"role": "user", "content": text} for text in said)
    return text_of({"output": perform(Scene(context, instructions=instructions))})


ANSWERS = {
    "What can you do?": "you can try",
    "Who are you?": "offline demo",
    "Hello!": "Hello!",
    "Thank you!": "You are welcome",
    "9.9 or 9.11, which is larger?": "**9.9 is larger.**",
    "Which is larger, 9.9 or 9.11?": "9.90 and 9.11",
    "Which one is smaller: 3 or 12?": "**3 is smaller.**",
    "2+2": "$2 + 2 = 4$",
    "What is 2 + 2?": "$2 + 2 = 4$",
    "What is 12 times 7 minus 4?": r"12 \cdot 7 - 4 = 80",
    "7 / 2": "= 3.5$",
    "What is 1 divided by 0?": "no result",
    "Please briefly introduce artificial intelligence.": "**Artificial intelligence** (AI)",
    "introduce AI": "**Artificial intelligence** (AI)",
    "What is machine learning?": "**Machine learning**",
    "What is JSON?": '```json\n{"name": "Alice"',
    "Briefly introduce the random forest algorithm": "bootstrap",
    "What are the main differences between it and GBDT?": "| Random forest | GBDT |",
    "Write a Python function for Fibonacci numbers": "```python\ndef fibonacci(",
    "Write some code": "```python\ndef primes(",
    "Show me a table": "| Mercury | 4,879 |",
    "Solve a quadratic equation": r"x_{1,2} = \frac",
    "你好": "你好！",
    "你能做些什么?": "你可以试试",
    "介绍一下人工智能": "**人工智能**",
    "9.11 和 9.9 哪个大？": "**9.9 更大。**",
    "谢谢": "不客气",
    "写一首诗": "静夜思",
    "唱一首歌": "你问的是：“唱一首歌”。",
    "Sing me a song": "You asked: “Sing me a song”.",
}


@pytest.mark.parametrize(("asked", "told"), ANSWERS.items())
def test_it_knows(asked: str, told: str) -> None:
    assert told in answer(asked)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("My name is Alice, please remember it.", "Alice"),
        ("my name is bob", "bob"),
        ("My name is Alice. Explain JSON in one sentence.", "Alice"),
        ("My name is Dr. Ada Lovelace.", "Dr. Ada Lovelace"),
        ("Hi, I'm Zoë O'Brien!", "Zoë O'Brien"),
        ("My name's Jean-Luc Picard and I like tea.", "Jean-Luc Picard"),
        ("Please call me Nguyễn.", "Nguyễn"),
        ("我叫小明，请记住。", "小明"),
    ],
)
def test_it_recalls_any_name(said: str, name: str) -> None:
    assert f"Your name is {name}!" in answer(said, "Hi", "What is my name?")
    assert f"你叫{name}！" in answer(said, "我叫什么名字？")


def test_the_last_name_counts() -> None:
    said = ("My name is Alice.", "Call me Bob.", "Do you remember my name?")
    assert "Bob" in answer(*said)


def test_it_does_not_invent_a_name() -> None:
    assert "not told me" in answer("Hi", "What is my name?")
    assert "没有告诉我" in answer("我叫什么名字？")


def test_it_greets_by_name() -> None:
    assert "Nice to meet you, Alice!" in answer("My name is Alice.")
    assert "很高兴认识你，小明" in answer("我叫小明")


def test_it_recalls_other_things() -> None:
    said = ("My favourite colour is dark blue, and my dog's name is Rex.", "Hi")
    assert "Your favourite colour is **dark blue**." in answer(*said, "What's my favourite colour?")
    assert "Your dog's name is **Rex**." in answer(*said, "Do you know my dog's name?")
    assert "not told me your cat" in answer(*said, "Where is my cat?")


def test_it_notes_what_it_is_told() -> None:
    assert "your city is **Paris**" in answer("My city is Paris")


def test_it_knows_what_was_asked() -> None:
    told = answer("2+2?", "Hi", "What did I ask first?")
    assert "1. 2+2?\n2. Hi" in told
    assert "first message" in answer("What did I say?")


def test_what_follows_a_long_text_is_the_question() -> None:
    text = "Artificial intelligence is an important branch of computer science. " * 50
    told = answer(f"{text}\n\nBriefly introduce the random forest algorithm.")
    assert "**random forest**" in told


def test_a_default_answer_counts_messages_and_heeds_instructions() -> None:
    told = answer("Hi", "Sing me a song", instructions="Be brief.")
    assert "message 2 of this conversation" in told
    assert "*Be brief.*" in told


def test_a_long_question_is_quoted_in_part() -> None:
    assert "word …”" in answer("word " * 300)


@pytest.mark.parametrize("size", [8_000, 64_000])
def test_a_long_answer_is_as_long_as_asked(size: int) -> None:
    assert size <= len(essay(size)) < size + 1000
    assert essay(size).count("$$") >= 36


def test_a_long_answer_can_be_asked_for() -> None:
    assert 8_000 < len(answer("Please write a long essay")) < 9_000
    assert 64_000 < len(answer("Write a long answer of 64 KB")) < 65_000


def test_comparing_takes_steps(demo: DemoServer) -> None:
    response = ask(demo, "9.9 or 9.11, which is larger?")
    thought = items(response, "reasoning")[0]["summary"][0]["text"]
    assert [line[:2] for line in thought.splitlines()] == ["1.", "2.", "3.", "4."]


PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 64, 48)
DATA = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"


def test_images_are_acknowledged(demo: DemoServer) -> None:
    parts = [
        {"type": "input_text", "text": "What is this?"},
        {"type": "input_image", "image_url": DATA},
        {"type": "input_image", "image_url": "https://example.com/cat.jpg"},
    ]
    told = text_of(ask(demo, [{"role": "user", "content": parts}]))
    assert "an image (PNG, 64 × 48 pixels, 24 bytes)" in told
    assert "an image at <https://example.com/cat.jpg>" in told


@given(st.text())
def test_any_address_of_an_image_is_taken(address: str) -> None:
    assert described(address)
    assert described(f"data:image/png;base64,{address}")


@given(st.lists(st.integers(0, 999), min_size=2, max_size=5), st.data())
def test_sums_come_out_right(numbers: list[int], data: st.DataObject) -> None:
    summed = str(numbers[0])
    for number in numbers[1:]:
        summed += f" {data.draw(st.sampled_from('+-*'))} {number}"
    assert expression(f"What is {summed}?") == summed
    assert total(summed) == str(eval(summed))


@pytest.mark.parametrize("asked", ["on 2024-01-02", "room 12", "v1.2-3", "1/2/2024"])
def test_a_date_is_no_sum(asked: str) -> None:
    assert expression(asked) == ""


@given(st.lists(st.text(), min_size=1))
def test_it_always_has_an_answer(said: list[str]) -> None:
    assert answer(*said)
