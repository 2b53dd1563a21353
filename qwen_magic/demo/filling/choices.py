"""Which of several choices suits a text: by its words, by its mood, by what it is about."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from qwen_magic.demo.filling.fields import stem, words_of
from qwen_magic.demo.reading.languages import language_among
from qwen_magic.demo.reading.moods import balance, mood_among

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["choice", "graded", "truth"]

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


def choice(choices: Sequence[Any], text: str, mentions: Callable[[object], bool]) -> Any:  # noqa: ANN401 - any JSON
    """Return the choice that suits a text; of several that it mentions, the first."""
    if said := [one for one in choices if mentions(one)]:
        return said[0]
    if (mood := mood_among(choices, text)) is not None:
        asking = next((one for one in choices if str(one).casefold() in _ASKING), None)
        return asking if asking is not None and re.search("[?？]", text) else mood
    if (language := language_among(choices, text)) is not None:
        return language
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
    praise = balance(text)
    return high if praise > 0 else low if praise < 0 else (low + high) / 2


def _about(named: str, text: str) -> int:
    """Return how many words of a text belong to what a choice names."""
    count = 0
    for names, pattern in _KINDS:
        if {*words_of(named), named} & names:
            count += len(pattern.findall(text))
    return count


def _pattern(words: str) -> re.Pattern[str]:
    plain = [word.replace("*", r"\w*") for word in words.split() if word.isascii()]
    chinese = [word for word in words.split() if not word.isascii()]
    return re.compile("|".join([rf"\b(?:{'|'.join(plain)})\b", *chinese]), re.IGNORECASE)


_KINDS = [
    (frozenset(names.split()), _pattern(words))
    for names, _, words in (line.partition(":") for line in _ABOUT.strip().splitlines())
]
