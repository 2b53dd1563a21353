from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from qwen_magic.demo.filling.arguments import arguments_for
from qwen_magic.demo.reading.answers import brief_answer
from qwen_magic.demo.reading.languages import language_of
from qwen_magic.demo.reading.passages import asked_of, passage_of
from tests.demo.asking import ask

if TYPE_CHECKING:
    from qwen_magic.demo.server import DemoServer

FEELS = "How does the customer feel about our product?"
GOOD = "Kettle: It boils fast and looks great. I love it!"
BAD = "水壶：用了两天就坏了，客服态度差，很失望。"


@pytest.mark.parametrize(
    ("question", "asked", "text"),
    [
        (f"{FEELS}\n{GOOD}", FEELS, GOOD),
        (f"{GOOD}\n\n{FEELS}", FEELS, GOOD),
        (f"{FEELS} {GOOD}", FEELS, GOOD),
        (f"这条评论的情感是？{BAD}", "这条评论的情感是？", BAD),
        ("Which language is this: Bonjour à tous", "Which language is this:", "Bonjour à tous"),
        ("What is the capital of France?", "What is the capital of France?", ""),
        ("Write a poem\nabout the sea", "Write a poem\nabout the sea", ""),
        ("How do you feel today?", "How do you feel today?", ""),
    ],
)
def test_a_question_about_a_text_is_told_from_the_text(
    question: str, asked: str, text: str
) -> None:
    assert (asked_of(question), passage_of(question)) == (asked, text)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (f"{FEELS}\n{GOOD}", "positive"),
        ("Sentiment, positive or negative?\nNot good at all.", "negative"),
        (f"这条评论的情感是正面、负面还是中性？\n{BAD}", "负面"),
        ("Which language is this?\nIch habe das nicht bestellt, aber es ist gut.", "German"),
        (f"这是什么语言？\n{GOOD}", "英语"),
        ("Classify the ticket as delivery, price or quality.\nThe parcel came late.", "delivery"),
        ("把工单归类：物流、价格、质量\n快递还没送到。", "物流"),
        ("Which category is this?\nThe battery lasts an hour.", "battery"),
        ("Extract the e-mail addresses.\nWrite to a@b.org or c@d.net.", "a@b.org, c@d.net"),
        ("Extract the order numbers:\nWhere is A-1134?", "A-1134"),
        ("Extract the e-mail addresses.\nNothing here.", "none"),
    ],
)
def test_a_row_is_answered_in_a_word(question: str, answer: str) -> None:
    assert brief_answer(question) == answer


@pytest.mark.parametrize(
    "question",
    ["Hello", "9.9 or 9.11, which is larger?", "Show me a table\nof planets", "Translate:\ngood"],
)
def test_other_questions_are_not_taken_for_rows(question: str) -> None:
    assert brief_answer(question) == ""


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The kettle is very good.", "en"),
        ("Le thé est très bon.", "fr"),
        ("El té no está muy bueno.", "es"),
        ("这个水壶很好用", "zh"),
        ("とても良いケトルです", "ja"),
        ("아주 좋아요", "ko"),
        ("Очень хороший чайник", "ru"),
        ("", "en"),
    ],
)
def test_a_language_is_known_by_letters_or_small_words(text: str, code: str) -> None:
    assert language_of(text) == code


def filled(question: str, **properties: Any) -> dict[str, Any]:  # noqa: ANN401
    schema = {"type": "object", "properties": properties, "required": [*properties]}
    return arguments_for(schema, question)


MOODS = {"enum": ["positive", "negative", "neutral"]}
WORDS = {"type": "array", "items": {"type": "string"}}


def test_fields_are_read_in_the_text_and_not_in_what_is_asked() -> None:
    asked = "Is this bad review about delivery or price? Give its sentiment."
    assert filled(
        f"{asked}\n{GOOD}",
        sentiment=MOODS,
        topics=WORDS,
        stars={"type": "integer", "minimum": 1, "maximum": 5},
        is_complaint={"type": "boolean"},
        language={"type": "string"},
    ) == {
        "sentiment": "positive",
        "topics": ["design"],
        "stars": 5,
        "is_complaint": False,
        "language": "English",
    }
    assert filled(f"情感分类：\n{BAD}", mood={"enum": ["正面", "负面"]}, 主题=WORDS) == {
        "mood": "负面",
        "主题": ["质量", "服务"],
    }


def test_a_text_without_praise_or_blame_is_neutral() -> None:
    assert filled(f"{FEELS}\nKettle: It is grey.", mood=MOODS) == {"mood": "neutral"}


def test_the_server_answers_a_row_whole_and_with_a_schema(demo: DemoServer) -> None:
    answer = ask(demo, f"{FEELS}\n{GOOD}", stream=False)
    assert answer["output"][-1]["content"][0]["text"] == "positive"
    tool = {
        "type": "function",
        "name": "answer",
        "parameters": {"type": "object", "properties": {"mood": MOODS}, "required": ["mood"]},
    }
    long = (
        f"{FEELS}\n{GOOD} "
        + "It came in a box. " * 40
        + "And then it was awful, really awful, bad, bad."
    )
    answer = ask(demo, long, stream=False, tools=[tool], tool_choice="required")
    assert json.loads(answer["output"][-1]["arguments"]) == {"mood": "negative"}
