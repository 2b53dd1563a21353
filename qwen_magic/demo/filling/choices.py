"""Which of several choices suits a text: by its words, by its mood, by what it is about."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from qwen_magic.demo.filling.fields import stem, words_of
from qwen_magic.demo.filling.numerals import NUMBER, number_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["choice", "graded", "mood_among", "truth"]

_GOOD = """
amazing awesome best better brilliant charming comfortable delicious delight* easily easy enjoy* excellent
fantastic fast fine friendly good great happy helpful impress* like liked likes love* nice perfect*
pleasant pleased quick recommend* reliable satisfied solid superb thank* wonderful works 好 喜欢 满意 很棒 优秀 不错 推荐 完美 舒服
"""
_BAD = """
angry annoy* awful bad broke broken crash* cheap defect* dim weak scratch* cold die dies died dirty disappoint* dreadful
expensive fail* fault* hate* horrible late loud noisy poor* refund return* rude sad slow terribl* ugly unhappy
unusable useless waste worse worst wrong 差 坏 糟 失望 讨厌 难用 不好 退货 太慢 生气
"""
_NEUTRAL = frozenset({"neutral", "mixed", "中性", "中立"})
_NAMES = (
    frozenset(
        {"positive", "pos", "good", "happy", "praise", "satisfied", "正面", "积极", "好评", "表扬"}
    ),
    frozenset(
        {
            "negative",
            "neg",
            "bad",
            "unhappy",
            "sad",
            "angry",
            "complaint",
            "负面",
            "消极",
            "差评",
            "投诉",
        }
    ),
)
_NOT = re.compile(
    r"\b(?:not|no|never|isn't|wasn't|don't|doesn't|didn't|without)\s+(?:\w+\s+)?\Z"
    r"|[不没未别无](?:太|很|怎么|是|有)?\Z",
    re.IGNORECASE,
)


_ABOUT = """
billing payment invoice finance 账单 付款: bill billed invoice charge* refund* paid pay payment* card price subscription money 发票 扣款 付款 退款 收费
technical bug error it 技术 故障: crash* error* bug* broken freez* update* install* app screen login password server 崩溃 错误 闪退 登录 死机 卡
shipping delivery logistics 物流 配送: parcel* package* arriv* courier deliver* ship* tracking 快递 包裹 发货 物流 送货
account login 账户 账号: account* login password username profile 账号 密码 登录
high urgent critical 高 紧急: urgent* asap immediately critical emergency down now 紧急 马上 立刻 尽快
low minor 低: whenever rush minor small sometime 不急 有空
sport sports 体育: match* team* goal* player* score* won win league coach 比赛 球队 进球
politics political 政治: election* minister president parliament law vote* government 选举 政府 总统
business economy 经济 财经: market* share* company profit* bank* stock* sales 市场 股票 公司 利润
science 科学: study scientist* research* planet* space cell* 研究 科学家 太空
technology tech 科技: software chip* computer* phone* robot* ai 软件 芯片 手机 电脑
health 健康 医疗: doctor* patient* hospital disease vaccine* 医生 病人 医院
food 食物 餐饮: eat* meal* restaurant* bread milk coffee tea cheese fruit* vegetable* rice apple* 吃 饭 菜 水果 牛奶 面包
travel transport 旅行 交通: flight* hotel* train* trip* taxi* bus ticket* airport 航班 酒店 火车 打车 机票
spam: free prize* winner click offer* congratulations 中奖 免费 点击
"""
_OTHER = frozenset({"other", "others", "unknown", "none", "misc", "general", "n/a", "其他", "其它", "未知"})  # fmt: skip
_ASKING = frozenset({"question", "inquiry", "enquiry", "询问", "咨询", "问题"})
_EMPTY = frozenset({"is", "has", "was", "are", "needs", "the", "a", "should", "can"})

_STARS = re.compile(rf"({NUMBER})(?:\s*stars?\b|\s*/\s*5|\s?[颗]?星)", re.IGNORECASE)
_MIDDLE = 3


def choice(choices: Sequence[Any], text: str, mentions: Callable[[object], bool]) -> Any:  # noqa: ANN401 - any JSON
    """Return the choice that suits a text; of several that it mentions, the first."""
    if said := [one for one in choices if mentions(one)]:
        return said[0]
    if (mood := mood_among(choices, text)) is not None:
        asking = next((one for one in choices if str(one).casefold() in _ASKING), None)
        return asking if asking is not None and re.search("[?？]", text) else mood
    counts = [_about(str(one).casefold(), text) for one in choices]
    if any(counts):
        return choices[counts.index(max(counts))]
    return next((one for one in choices if str(one).casefold() in _OTHER), choices[0])


def truth(name: str, text: str) -> bool | None:
    """Return whether a text says what a field asks; None if the field's name asks nothing."""
    words = [word for word in words_of(name) if word not in _EMPTY]
    if not words or name in {"value", "answer", "result"}:
        return None
    near = "|".join(rf"\b{re.escape(stem(word)[:6])}\w*" if word.isascii() else re.escape(word) for word in words)  # fmt: skip
    found = re.search(near, text, re.IGNORECASE)
    return bool(found and not _NOT.search(text[: found.start()])) or any(
        _about(w, text) for w in words
    )


def graded(text: str, low: float, high: float) -> float:
    """Return a grade between two bounds for the mood of a text."""
    balance = _balance(text)
    return high if balance > 0 else low if balance < 0 else (low + high) / 2


def _about(named: str, text: str) -> int:
    """Return how many words of a text belong to what a choice names."""
    count = 0
    for names, pattern in _KINDS:
        if {*words_of(named), named} & names:
            count += len(pattern.findall(text))
    return count


def mood_among(choices: Sequence[object], text: str) -> object | None:
    """Return the choice that names the text's mood; None if the choices are no moods."""
    found = [
        next((choice for choice in choices if str(choice).casefold() in names), None)
        for names in (*_NAMES, _NEUTRAL)
    ]
    good, bad, neutral = found
    if good is None or bad is None:
        return None
    balance = _balance(text)
    if balance == 0 and neutral is not None:
        return neutral
    return good if balance >= 0 else bad


def _balance(text: str) -> int:
    """Return how much better than worse a text is; the stars that it gives count twice."""
    stars = _STARS.search(text)
    given = number_of(stars[1]) if stars else _MIDDLE
    return 2 * ((given > _MIDDLE) - (given < _MIDDLE)) + sum(
        -side if _NOT.search(text[: found.start()]) else side
        for side, pattern in ((1, _PATTERNS[0]), (-1, _PATTERNS[1]))
        for found in pattern.finditer(text)
    )


def _pattern(words: str) -> re.Pattern[str]:
    plain = [word.replace("*", r"\w*") for word in words.split() if word.isascii()]
    chinese = [word for word in words.split() if not word.isascii()]
    return re.compile("|".join([rf"\b(?:{'|'.join(plain)})\b", *chinese]), re.IGNORECASE)


_PATTERNS = (_pattern(_GOOD), _pattern(_BAD))
_KINDS = [
    (frozenset(names.split()), _pattern(words))
    for names, _, words in (line.partition(":") for line in _ABOUT.strip().splitlines())
]
