"""In which language the script answers: Chinese questions get Chinese answers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qwen_magic.demo.answers.phrases import PHRASES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qwen_magic.demo.wire.scene import Scene

__all__ = [
    "ASKED_EARLIER",
    "ASKED_NAME",
    "TOLD_NAME",
    "Voice",
    "apology",
    "simplified",
    "traditional",
    "voice_for",
    "voice_of",
]

TOLD_NAME = (
    r"(?:(?:我|本人)叫|我的名字(?:是|叫)|叫我|我姓名是|我是(?=[小阿老]\w{1,2}(?:\W|$)))\s*"
    r"(?P<zh>(?!什么|啥|谁)[\w·]+?)(?=[^\w·]|$|请|就[行好]|吧)"
)
ASKED_NAME = r"我叫(?:什么|啥)|我的名字(?!\s*(?:是|叫)\s*(?!什么|啥|谁))|我是谁|(?:称呼|叫)我什么"
ASKED_EARLIER = r"我们?(?:刚才|刚刚|之前|前面|以前|都|已经|一共)+(?:问|说|聊|讲)|我(?:问|说)[了过](?:什么|哪些|啥)"

_HAN = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[A-Za-z]+(?:'[a-z]+)?")
_NEIGHBOURS = {  # a script that only this language has, and what is said in it
    re.compile(
        r"[\u3041-\u30fa\u30fd-\u30ff]"
    ): "私はデモ用のスクリプトなので、日本語では答えられません。",
    re.compile(r"[\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3]"): (
        "저는 데모용 스크립트라서 한국어로는 대답할 수 없습니다."
    ),
}
_BROUGHT = re.compile(  # tables, code, errors and addresses that came with the question
    r"^ *\|[^\n]*$|^(`{3,})[^\n]*\n.*?^\1`*$|^[^\n]*\d, dtypes? [^\n]*$|https?://\S+",
    re.MULTILINE | re.DOTALL,
)
_QUOTED = re.compile(
    r"“[^”]{0,500}”|「[^」]{0,500}」|『[^』]{0,500}』|《[^》]{0,500}》|\"[^\"\n]{0,500}\"|(?<!\w)'[^'\n]*'(?!\w)|`[^`\n]+`"
)
_OPENING_WORDS = """
are can classify compare compute convert correct could count describe did do does draw explain
extract find fix give how i i'm in is let list look make my please plot proofread put read rewrite
say search shorten show sort sum summarise summarize tell the these this translate use what what's
when where which who why will with would write
"""
_OPENINGS = frozenset(_OPENING_WORDS.split())

SIMPLE = (
    "万与业东两个为举么义习乡书买于云产亲从们价会体余储儿兑关兴内册写决况减几划则刚别务动励区医"
    "华单卖卫却压参发变叶号后吗听员响啰园围国图声处够头奖妈孙学实对导岁师带帮并库应开张强归当征"
    "径忆态总户报拟择换据数无时机条来构标栏树样档检欢欧气汉没浅测济温游点烦爱爷独猫现电画监码确"
    "离种积称稳穷筛简类红约级纲纳线练组织绍经结给络统继续绿编缩网罗联脑脚节药蓝虑见观规视觉计认"
    "让训记讲许论设证识诉词译试诗话询语误说诵请读谁调谈谢贝质贷资趋车转轮较输边过运还这进连选递"
    "邮释钱银错键长门问间闻阳阴阶随静页项顺顾预频题颜风馆马验鱼鸟龙复钟历"
)
FULL = (
    "萬與業東兩個為舉麼義習鄉書買於雲產親從們價會體餘儲兒兌關興內冊寫決況減幾劃則剛別務動勵區醫"
    "華單賣衛卻壓參發變葉號後嗎聽員響囉園圍國圖聲處夠頭獎媽孫學實對導歲師帶幫並庫應開張強歸當徵"
    "徑憶態總戶報擬擇換據數無時機條來構標欄樹樣檔檢歡歐氣漢沒淺測濟溫遊點煩愛爺獨貓現電畫監碼確"
    "離種積稱穩窮篩簡類紅約級綱納線練組織紹經結給絡統繼續綠編縮網羅聯腦腳節藥藍慮見觀規視覺計認"
    "讓訓記講許論設證識訴詞譯試詩話詢語誤說誦請讀誰調談謝貝質貸資趨車轉輪較輸邊過運還這進連選遞"
    "郵釋錢銀錯鍵長門問間聞陽陰階隨靜頁項順顧預頻題顏風館馬驗魚鳥龍複鐘歷"
)
_VARIANTS = dict(
    zip(
        "妳臺裏裡爲麽牀羣準乾幹復覆鍾彙匯曆綫喲",
        "你台里里为么床群准干干复复钟汇汇历线哟",
        strict=True,
    )
)
_TO_SIMPLE = str.maketrans(_VARIANTS | dict(zip(FULL, SIMPLE, strict=True)))
_TO_FULL = str.maketrans(SIMPLE, FULL)


@dataclass(frozen=True, slots=True)
class Voice:
    """How the script talks: in English, in Chinese, or in Chinese with traditional characters."""

    chinese: bool = False
    full: bool = False

    def __call__(self, english: str, /, **values: object) -> str:
        """Return a sentence in this voice, with its values filled in."""
        return self.write(PHRASES[english] if self.chinese else english).format(**values)

    def write(self, text: str) -> str:
        """Return a text of the script's own in the characters of the question."""
        return traditional(text) if self.full else text

    def listed(self, words: Iterable[str]) -> str:
        """Return words with commas between them."""
        return ("、" if self.chinese else ", ").join(words)


def voice_of(scene: Scene) -> Voice:
    """Return the voice for a scene: the question's, or an earlier one's if it has no words."""
    texts = (scene.question, *reversed(scene.earlier))
    return voice_for(next(filter(None, map(_own_words, texts)), ""))


def voice_for(question: str) -> Voice:
    """Return the voice that answers a question; what it brings along does not count."""
    own = _own_words(question)
    han = len(_HAN.findall(own))
    words = [word.lower() for word in _WORD.findall(own)]
    opens_english = bool(words) and words[0] in _OPENINGS and not _HAN.match(own)
    if not han or apology(own) or (opens_english and han <= 4 * len(words)):
        return Voice()
    return Voice(chinese=True, full=_is_full(own))


def _own_words(question: str) -> str:
    """Return what the user says in a question, or nothing."""
    own = _BROUGHT.sub(" ", question).strip()
    found = (_QUOTED.sub(" ", own).strip(), own)
    return next((_instruction(one) for one in found if _HAN.search(one) or _WORD.search(one)), "")


def _instruction(text: str) -> str:
    """Return what is asked, without a text that it is asked about, if that is in English."""
    head, _, rest = text.partition("\n\n")
    last = rest.rpartition("\n\n")[2].strip()
    first = re.split(r"[:：\n]", head, maxsplit=1)[0]
    candidates = (first,) if head.rstrip().endswith((":", "：")) else (last, first)
    return next((one for one in candidates if _is_english(one)), text)


def _is_english(text: str) -> bool:
    words = _WORD.findall(text)
    return bool(words) and words[0].lower() in _OPENINGS and text.startswith(words[0])


def apology(question: str) -> str:
    """Return what is said first to a question in Japanese or Korean; nothing to others."""
    return next((said for script, said in _NEIGHBOURS.items() if script.search(question)), "")


def _is_full(text: str) -> bool:
    full, simple = (sum(char in chars for char in text) for chars in (set(FULL), set(SIMPLE)))
    return full > simple


def simplified(text: str) -> str:
    """Return a text of the same length in simplified characters."""
    return text.translate(_TO_SIMPLE)


def traditional(text: str) -> str:
    """Return a text of the script's own in traditional characters."""
    return text.translate(_TO_FULL)
