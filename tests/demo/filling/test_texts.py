"""What is found in free texts: what a reader would find, as far as simple rules go."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_magic.conversation.schema.shape import shape_of
from qwen_magic.demo.filling.arguments import arguments_for
from qwen_magic.demo.filling.dates import dates, moments, times
from qwen_magic.demo.reading.numerals import number_of

TODAY = date(2026, 11, 28)

RECEIPT = """CORNER SHOP
12/03/2026 14:05

2 x Milk      2.40
Bread         3.10
1 x Coffee beans  8.99

TOTAL  14.49
Paid by card"""
EMAIL = """From: Anna Schmidt <anna@example.com>
To: Bob
Subject: Meeting moved

Hi Bob,
our meeting on Tuesday, 14 April 2026 at 15:30 moves to room 204.
Best, Anna"""
REVIEW = (
    "I bought this phone in May. The battery is terrible and the screen is dim, "
    "but the camera is fine. 2 stars."
)
CONTACTS = """Anna Schmidt
+49 30 1234567
anna@example.com

Bob Lee
+1 415 555 0100
bob@example.org"""


def record(names: str, *values: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    return dict(zip(names.split(), values, strict=True))


TEXTS: dict[str, tuple[str, str, Any]] = {
    "a choice for each sentence": (
        "list[Literal[positive, negative]]",
        "I hate it. She loves it!",
        ["negative", "positive"],
    ),
    "a choice for each line, in Chinese": (
        "[正面|负面]",
        "太差了，很失望\n很好看，非常喜欢",
        ["负面", "正面"],
    ),
    "what a question asks about, in Chinese": (
        "[str]",
        "顾客觉得水壶怎么样？\n电池太差了",
        ["电池太差了"],
    ),
    "exact amounts": ("list[decimal]", "12.30, then 4 and 5.5", ["12.3", "4", "5.5"]),
    "an exact amount beside its thing": (
        "{name: str, price: decimal}",
        "The kettle costs 12.50 euros",
        record("name price", "kettle", "12.5"),
    ),
    "a customer beside a sum, in Chinese": (
        "[{客户: str, 金额: float, 日期: date}]",
        "王芳在2026年3月5日付了 1,250.50 元；李雷2026年4月1日付了88元。",
        [
            record("客户 金额 日期", "王芳", 1250.5, "2026-03-05"),
            record("客户 金额 日期", "李雷", 88, "2026-04-01"),
        ],
    ),
    "ages in three ways": (
        "[{name: str, age: int}]",
        "Anna is 31, Bob is 45 and little Eve just turned 7.",
        [record("name age", "Anna", 31), record("name age", "Bob", 45), record("name age", "Eve", 7)],
    ),
    "ages in brackets": (
        "[{name: str, age: int}]",
        "Anna (31), Bob (45) and Eve (7) live here.",
        [record("name age", "Anna", 31), record("name age", "Bob", 45), record("name age", "Eve", 7)],
    ),
    "what was paid for": (
        "product: str, price: float, satisfied: bool",
        "Yesterday I paid $89.50 for a kettle and I am very satisfied.",
        record("product price satisfied", "kettle", 89.5, *[True]),
    ),
    "bought, in Chinese": (
        "商品: str, 价格: float, 满意: bool",
        "昨天花89.5元买的电热水壶非常好用，很满意。",
        record("商品 价格 满意", "电热水壶", 89.5, *[True]),
    ),
    "purchases": (
        "[{item: str, price: float, when: date}]",
        "On 3 March I bought milk for 1.20 and bread for €2.50; on March 5th a kettle for 24.99 euros.",
        [
            record("item price when", "milk", 1.2, "2026-03-03"),
            record("item price when", "bread", 2.5, "2026-03-03"),
            record("item price when", "kettle", 24.99, "2026-03-05"),
        ],
    ),
    "a receipt": (
        "shop: str, date: date, items: [{name: str, quantity: int, price: float}], total: float",
        RECEIPT,
        {
            "shop": "CORNER SHOP",
            "date": "2026-03-12",
            "items": [
                record("name quantity price", "Milk", 2, 2.4),
                record("name quantity price", "Bread", 1, 3.1),
                record("name quantity price", "Coffee beans", 1, 8.99),
            ],
            "total": 14.49,
        },
    ),
    "an e-mail": (
        "sender: str, recipient: str, subject: str, date: date, time: time, room: int?, email: str",
        EMAIL,
        {
            **record("sender recipient subject", "Anna Schmidt", "Bob", "Meeting moved"),
            **record("date time room email", "2026-04-14", "15:30:00", 204, "anna@example.com"),
        },
    ),
    "a review": (
        "sentiment: positive|negative|neutral, stars: 1..5, topics: [str], product: str, note: str?",
        REVIEW,
        {
            **record("sentiment stars", "negative", 2),
            **record("topics product note", ["battery", "screen", "camera"], "phone", None),
        },
    ),
    "an address": (
        "name: str, street: str, zip: str, city: str, country: str",
        "Alice Weber, 12 Rose Street, 10115 Berlin, Germany",
        record("name street zip city country", "Alice Weber", "12 Rose Street", "10115", "Berlin", "Germany"),
    ),
    "an address in Chinese": (
        "姓名: str, 电话: str, 地址: str",
        "收件人：李雷，电话：13800138000，地址：北京市海淀区中关村大街27号",
        record("姓名 电话 地址", "李雷", "13800138000", "北京市海淀区中关村大街27号"),
    ),
    "contacts": (
        "[{name: str, email: str, phone: str}]",
        CONTACTS,
        [
            record("name email phone", "Anna Schmidt", "anna@example.com", "+49 30 1234567"),
            record("name email phone", "Bob Lee", "bob@example.org", "+1 415 555 0100"),
        ],
    ),
    "people in a sentence": (
        "[{name: str, age: int}]",
        "Alice (34) and Bob, 27, went with their daughter Mia, who is 5.",
        [record("name age", "Alice", 34), record("name age", "Bob", 27), record("name age", "Mia", 5)],
    ),
    "people in a list, with a task before": (
        "[{name: str, age: int, city: str}]",
        "Extract the people:\n\n- Alice, 34, Berlin\n- Chen Wei, 41, Shanghai",
        [record("name age city", "Alice", 34, "Berlin"), record("name age city", "Chen Wei", 41, "Shanghai")],
    ),
    "people in Chinese": (
        "[{姓名: str, 年龄: int, 城市: str}]",
        "张伟，32岁，住在北京。李娜，28岁，来自上海。",
        [record("姓名 年龄 城市", "张伟", 32, "北京"), record("姓名 年龄 城市", "李娜", 28, "上海")],
    ),
    "purchases in Chinese": (
        "[{商品: str, 数量: int, 价格: float}]",
        "今天在超市买了苹果3斤15元、牛奶2盒24元，还有面包1个8.5元。",
        [
            record("商品 数量 价格", "苹果", 3, 15),
            record("商品 数量 价格", "牛奶", 2, 24),
            record("商品 数量 价格", "面包", 1, 8.5),
        ],
    ),
    "a review in Chinese": (
        "情感：正面|负面，星：1..5，主题：[str]",
        "电池太差，屏幕很好。给两星。",
        record("情感 星 主题", "负面", 2, ["电池", "屏幕"]),
    ),
    "a meeting in Chinese": (
        "会议: str, 日期: date, 时间: time, 地点: str",
        "项目会议定于2026年5月8日下午3点在上海举行。",
        record("会议 日期 时间 地点", "项目会议", "2026-05-08", "15:00:00", "上海"),
    ),
    "tasks": (
        "[{task: str, owner: str, deadline: date}]",
        "Alice writes the report by 12 May. Bob books the hotel until 15 May 2026.",
        [
            record("task owner deadline", "writes the report", "Alice", "2026-05-12"),
            record("task owner deadline", "books the hotel", "Bob", "2026-05-15"),
        ],
    ),
    "events by their dates": (
        "[{date: date, event: str}]",
        "1969-07-20: Moon landing\n1989-11-09: Fall of the Berlin Wall",
        [record("date event", "1969-07-20", "Moon landing"), record("date event", "1989-11-09", "Fall of the Berlin Wall")],
    ),
    "measurements": (
        "[{city: str, temperature: float}]",
        "It is 21 degrees in Paris, 17.5 in Rome and -3 in Oslo.",
        [record("city temperature", "Paris", 21), record("city temperature", "Rome", 17.5), record("city temperature", "Oslo", -3)],
    ),
    "an order": (
        "[{item: str, qty: int}]",
        "Please send 3 boxes of pens, two staplers and 10 notebooks.",
        [record("item qty", "pens", 3), record("item qty", "staplers", 2), record("item qty", "notebooks", 10)],
    ),
    "complaints, one a sentence": (
        "[{问题: str, 级别: 高|中|低}]",
        "登录失败，很紧急。页面颜色不对，不急。",
        [record("问题 级别", "登录失败，很紧急", "高"), record("问题 级别", "页面颜色不对，不急", "低")],
    ),
    "an invoice": (
        "invoice: str, amount: float, currency: EUR|USD, due_date: date, paid: bool, customer: str?",
        "Invoice INV-2031: 1,250.00 EUR, due 30 June 2026. Not paid yet.",
        {
            **record("invoice amount currency", "INV-2031", 1250, "EUR"),
            "due_date": "2026-06-30", "paid": False, "customer": None,
        },
    ),
    "a book": (
        "author: str, title: str, year: int",
        "“Dune” by Frank Herbert was published in 1965.",
        record("author title year", "Frank Herbert", "Dune", 1965),
    ),
    "a trip": (
        "from: str, to: str, date: date, seats: int",
        "I need three seats on a train from Berlin to Paris on July 4.",
        record("from to date seats", "Berlin", "Paris", "2026-07-04", 3),
    ),
    "a recipe": (
        "ingredients: [str], minutes: int",
        "Pancakes: flour, milk, eggs and a pinch of salt. Ready in 20 minutes.",
        record("ingredients minutes", ["flour", "milk", "eggs", "pinch of salt"], 20),
    ),
    "a list": ("[str]", "apples, pears and plums", ["apples", "pears", "plums"]),
    "choices": ("[red|green|blue]", "I like red and blue.", ["red", "blue"]),
    "what a message is about": ("billing|technical|shipping|other", "My parcel has not arrived.", "shipping"),
    "what no choice is about": ("billing|technical|shipping|other", "Nice to meet you.", "other"),
    "a grade by the mood": ("0..1", "It is wonderful.", 1),
}  # fmt: skip


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_gives_what_a_reader_would_find(name: str) -> None:
    schema, text, value = TEXTS[name]
    shape = shape_of(schema)
    made = arguments_for(shape.parameters, text, TODAY)
    assert (made["value"] if shape.wrapped else made) == value
    assert not shape.read(json.dumps(made)).repaired


@dataclass
class Person:
    name: str
    age: int | None = None
    city: str | None = None
    note: str = ""


def test_what_may_be_left_out_is_there_if_the_text_surely_tells_it() -> None:
    shape = shape_of(list[Person])
    text = "Alice (34) lives in Berlin, Bob, 27, in Paris, and Cid is 5."
    made = arguments_for(shape.parameters, text, TODAY)
    assert made["value"] == [
        record("name age city", "Alice", 34, "Berlin"),
        record("name age city", "Bob", 27, "Paris"),
        record("name age", "Cid", 5),
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Copy a.txt and ~/b.md to /srv/data/", ["a.txt", "~/b.md", "/srv/data/"]),
        ("Open data/reviews.csv, please.", ["data/reviews.csv"]),
        (r"It is C:\Users\Eve\list.json", [r"C:\Users\Eve\list.json"]),
    ],
)
def test_paths_are_found(text: str, found: list[str]) -> None:
    made = arguments_for(shape_of(list[Path]).parameters, text, TODAY)
    assert made == {"value": found}


def test_things_and_their_prices_are_a_dict() -> None:
    shape = shape_of(dict[str, float])
    made = arguments_for(shape.parameters, "Milk costs 1.20, bread 2.50 and cheese 7.00.", TODAY)
    assert made == {"Milk": 1.2, "bread": 2.5, "cheese": 7}


@given(st.sampled_from([*TEXTS]), st.sampled_from([*TEXTS]), st.data())
def test_any_part_of_a_text_fits_any_schema(name: str, other: str, data: st.DataObject) -> None:
    text = TEXTS[name][1]
    start = data.draw(st.integers(0, len(text)))
    shape = shape_of(TEXTS[other][0])
    shape.read(json.dumps(arguments_for(shape.parameters, text[start:], TODAY)))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("On 3 March and on March 5th", ["2026-03-03", "2026-03-05"]),
        ("12/03/2026, or 25/12/2026, or 12/25/2026", ["2026-03-12", "2026-12-25", "2026-12-25"]),
        ("from Tuesday, 14 April 2026 to 20 April", ["2026-04-14", "2026-04-20"]),
        ("2026年3月3日，然后3月5日", ["2026-03-03", "2026-03-05"]),
        ("yesterday, today and the day after tomorrow", ["2026-11-27", "2026-11-28", "2026-11-30"]),
        ("昨天和明天", ["2026-11-27", "2026-11-29"]),
        ("next Monday, last Friday", ["2026-11-30", "2026-11-27"]),
        ("in May 2025", ["2025-05-01"]),
        ("am 1.2.2026", ["2026-02-01"]),
        ("30 February, version 1.2.3, 3 marches", []),
    ],
)
def test_dates_are_found_in_words_and_digits(text: str, found: list[str]) -> None:
    assert [hit.value for hit in dates(text, TODAY)] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("at 9am, 12 pm and 12:15 a.m.", ["09:00:00", "12:00:00", "00:15:00"]),
        ("15:30 or 23:59:59", ["15:30:00", "23:59:59"]),
        ("下午3点半，上午10点5分", ["15:30:00", "10:05:00"]),
        ("noon", ["12:00:00"]),
        ("25:00, 1:2", []),
    ],
)
def test_times_are_found(text: str, found: list[str]) -> None:
    assert [hit.value for hit in times(text)] == found


def test_a_time_behind_a_date_makes_a_moment() -> None:
    found = [hit.value for hit in moments("5 May 2026 at 12:30, 6 May", TODAY)]
    assert found == ["2026-05-05T12:30:00", "2026-05-06T12:30:00"]


@pytest.mark.parametrize(
    ("text", "number"),
    [("1,250.5", 1250.5), ("-3", -3), ("twelve", 12), ("三十二", 32), ("两", 2), ("十", 10)],
)
def test_numbers_are_read_in_words_too(text: str, number: float) -> None:
    assert number_of(text) == number
