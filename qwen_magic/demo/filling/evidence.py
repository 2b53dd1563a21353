"""What a text says for one field: behind its label, by its role, or beside its name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from qwen_magic.demo.filling.choices import choice, graded, truth
from qwen_magic.demo.filling.dates import Hit
from qwen_magic.demo.filling.fields import role_of, stem, words_of
from qwen_magic.demo.filling.finding import beside, hits, labelled
from qwen_magic.demo.filling.material import USED
from qwen_magic.demo.filling.records import Span, phrase, pieces_of, thing
from qwen_magic.demo.filling.schemas import Schema, fits, kind_of
from qwen_magic.demo.reading.numerals import NUMBER, number_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qwen_magic.demo.filling.material import Material

__all__ = [
    "FORMATS",
    "NOTHING",
    "chosen",
    "each_chosen",
    "is_told",
    "rank",
    "role_in",
    "said",
    "said_all",
]

NOTHING: Any = object()
"""What stands for a value that the text does not tell."""

FORMATS = {"date": "date", "date-time": "moment", "time": "time", "email": "email", "uri": "url"}
"""The roles of JSON schema's formats."""

_ORDER = (
    *("email", "url", "phone", "moment", "date", "time", "percent", "total", "money", "age"),
    *("street", "zip", "country", "city", "currency", "order", "quantity", "number", "company"),
    *("person", "address", "title", "version", "", "task", "item", "summary", "text", "topics"),
)
_SURE = frozenset(_ORDER[: _ORDER.index("quantity")]) - {"total", "order"}
"""Roles whose values are hardly taken for anything else."""

_DAYS = ("date", "moment")
_NAMES = frozenset({"name", "names", "名字", "名"})  # of people or, beside a price, of things
_GRADES = frozenset({"star", "rating", "grade", "score", "mark", "satisfaction", "评分", "星", "星级"})  # fmt: skip
_WORDED = frozenset({"person", "company", "address", "item", "title", "text", "summary", "task", "topics"})  # fmt: skip
_SHORT = 60  # characters of a text that is about one thing
_HEADING = 80
_SENTENCE = re.compile(r"[^\s].*?(?:[.!?](?=\s|\Z)|[。！？]|\n|\Z)", re.DOTALL)
_THIS = re.compile(
    r"\b(?:this|these|my(?: new)?|(?:bought|ordered|got|(?<=[\d\ue000] )for) (?:an?|the|my)(?: new)?) ([\w-]+(?: [\w-]+)??)"
    r"(?=\s+(?:is|was|are|has|had|and|from|for|at|on|but|in|last|because|works?|does|broke)\b|[.,;!?]|\Z)"
    r"|这[款个部台双件本把张]([\u4e00-\u9fff]{2,4}?)(?=[很太真非不，,。的])"
    r"|[买订点][了到的](?:一?[款个部台双件本把张只份杯])?([\u4e00-\u9fff]{2,6}?)(?=[很太真非特不有，,。！!的]|\Z)"
)

_SPOKEN_OF = re.compile(
    r"(?:\A|[，。,；;！!、\s的])([\u4e00-\u9fff]{2,4}?)(?=[很太真不]|非常|有点|特别)"
)


def role_in(name: str, schema: Schema) -> str:
    """Return the role of a field, by the format of its value or by its name."""
    if role := FORMATS.get(str(schema.get("format", ""))):
        return role
    role = role_of(name) if name != "value" else ""
    if kind_of(schema) in {"integer", "number"}:
        known = {"money", "total", "age", "percent", "quantity"}
        return role if role in known and not _is_grade(name) else "number"
    return role


def rank(name: str, schema: Schema) -> int:
    """Return when a field is filled: what is easy to recognise comes first."""
    role = role_in(name, schema)
    return _ORDER.index(role) if role in _ORDER else len(_ORDER)


def is_told(material: Material, name: str, schema: Schema) -> bool:
    """Return whether a text surely has something for a field that may be left out."""
    role = role_in(name, schema)
    is_sure = role in _SURE and bool(hits(role, material.left, material.today))
    return is_sure or labelled(name, material.left) is not None


def said(material: Material, name: str, schema: Schema) -> Any:  # noqa: ANN401 - any JSON
    """Use what the text says for a field, and return it; NOTHING if it says nothing that fits."""
    kind = kind_of(schema)
    if kind == "boolean":
        found = truth(name, material.whole) if "default" not in schema else None
        return NOTHING if found is None else found
    if kind in {"integer", "number"}:
        return _number(material, name, schema)
    if schema.get("format") == "decimal":
        found = _number(material, name, {"type": "number"})
        return found if found is NOTHING else str(found)
    is_open = "format" not in schema or schema["format"] in FORMATS
    return _string(material, name, schema) if kind == "string" and is_open else NOTHING


def chosen(material: Material, name: str, choices: Sequence[Any]) -> Any:  # noqa: ANN401
    """Return the choice that the text says, or the one that suits it."""
    known = (hit.value for hit in hits(role_of(name), material.left, material.today))
    told = next((one for one in known if one in choices), None)
    return choice(choices, material.whole, material.clues.mentions) if told is None else told


def each_chosen(material: Material, name: str, choices: Sequence[Any]) -> list[Any]:
    """Return the choice that suits each of the text's lines or sentences; none if it has but one."""
    pieces = pieces_of(material.left, (), material.today)
    return [chosen(material.piece(piece), name, choices) for piece in pieces]


def said_all(material: Material, name: str, schema: Schema) -> Sequence[str | float]:
    """Return all that the text says for the members of a list."""
    if kind_of(schema) in {"integer", "number"}:
        return _all_numbers(material, role_in(name, schema), schema)
    if schema.get("format") == "decimal":
        return [*map(str, _all_numbers(material, "number", {"type": "number"}))]
    is_open = schema.get("format", "date") in FORMATS
    if kind_of(schema) != "string" or {"enum", "pattern"} & {*schema} or not is_open:
        return []
    role = role_in(name, schema)
    found = [_written(material, hit) for hit in hits(role, material.left, material.today)]
    if role in {"topics", "title", "text"}:
        found = [*_SPOKEN_OF.findall(material.left)] or material.clues.things()
    return list(dict.fromkeys(found))


def _all_numbers(material: Material, role: str, schema: Schema) -> list[float]:
    whole = kind_of(schema) == "integer"
    found = [float(hit.value) for hit in hits(role, material.left, material.today)]
    numbers = material.clues.numbers if role == "number" else found
    fitting = [number for number in numbers if fits(number, schema, whole=whole)]
    return [int(one) if float(one).is_integer() else one for one in fitting]


def _written(material: Material, hit: Hit) -> str:
    """Return what was found as a text: a number as it is written."""
    return hit.value if isinstance(hit.value, str) else material.whole[hit.start : hit.end].strip()


def _number(material: Material, name: str, schema: Schema) -> Any:  # noqa: ANN401
    whole = kind_of(schema) == "integer"
    role = role_in(name, schema)
    near = [_labelled_number(name, material.left), beside(name, material.left)]
    found = hits(role, material.left, material.today)
    if role == "total":
        money = hits("money", material.left, material.today)
        found = found or sorted(money, key=lambda hit: -float(hit.value))
    for hit in (near[0], *(found if role != "quantity" else [near[1], *found]), near[1]):
        if hit is None:
            continue
        value = round(float(hit.value)) if whole and _is_grade(name) else float(hit.value)
        if fits(value, schema, whole=whole):
            material.use(hit)
            return int(value) if float(value).is_integer() else value
    bounds = {"minimum", "maximum"} <= {*schema}
    if bounds and _is_grade(name) and not material.clues.numbers:
        grade = graded(material.whole, schema["minimum"], schema["maximum"])
        return round(grade) if whole else grade
    return NOTHING


def _labelled_number(name: str, text: str) -> Hit | None:
    behind = labelled(name, text)
    if behind is None or not (found := re.search(NUMBER, str(behind.value))):
        return None
    start = behind.start + found.start()
    return Hit(number_of(found[0]), start, start + len(found[0]))


def _string(material: Material, name: str, schema: Schema) -> Any:  # noqa: ANN401
    role = role_in(name, schema)
    if material.is_of_things and name.casefold() in _NAMES:
        role = "item"
    hit = _labelled_text(material, name, role) or _by_role(material, name, role)
    if hit is None and role in _DAYS:
        return material.around.get(role, NOTHING)
    text = _written(material, hit) if hit else ""
    if hit is None or not _has_length(text, schema):
        return NOTHING
    material.use(hit)
    return text


def _labelled_text(material: Material, name: str, role: str) -> Hit | None:
    behind = labelled(name, material.left)
    if behind is None:
        return None
    written = material.whole[behind.start : behind.end]
    for one in hits(role, written, material.today):
        if role not in _WORDED:
            return Hit(one.value, behind.start + one.start, behind.start + one.end)
    if role in FORMATS.values():
        return None
    text = re.sub(r"\s*<[^>]*>", "", written).strip(f" \t,.;，。\"'“”{USED}")
    return Hit(text, behind.start, behind.start + len(written.split("<")[0])) if text else None


def _by_role(material: Material, name: str, role: str) -> Hit | None:
    text, found, near = material.left, hits(role, material.left, material.today), material.near
    if found:
        closest = min(found, key=lambda hit: (hit.start > near, abs(near - hit.start)))
        return closest if near >= 0 else found[0]
    if not role and not name.isascii():
        own = re.search(rf"[\u4e00-\u9fff]{{0,6}}{re.escape(name)}", text)
        return Hit(own[0], *own.span()) if own else _words(material, role)
    if role == "item" and not material.is_record and (this := _THIS.search(text)):
        group = this.lastindex or 0
        return Hit(this[group].strip(), *this.span(group))
    return _words(material, role) or _opening(material, role)


def _words(material: Material, role: str) -> Hit | None:
    """Return the words that a short text, or a piece of one, is about."""
    text, is_record = material.left, material.is_record
    is_short = len(text) <= _SHORT and not re.search(r"[?？]", text)
    is_alone = is_record and material.near < 0  # all of it is about one thing
    span: Span | None = None
    if role in ({"task", "title"} if is_short or is_record else ()) or (is_alone and role in {"", "text", "summary"}):  # fmt: skip
        span = phrase(text)
    elif (role == "item" and (is_short or is_record)) or (role == "person" and is_record):
        span = thing(text, material.near, behind=material.is_behind)
    return Hit(material.whole[slice(*span)], *span) if span and span[0] < span[1] else None


def _opening(material: Material, role: str) -> Hit | None:
    """Return the first sentence, as a title or a summary; it stays for other fields."""
    first = _SENTENCE.search(material.whole) if role in {"title", "summary"} else None
    if first is None:
        return None
    told = first[0].strip()
    return Hit(told if role == "summary" else told[:_HEADING].rstrip(".。"), 0, 0)


def _has_length(text: str, schema: Schema) -> bool:
    low, high = schema.get("minLength", 0), schema.get("maxLength", len(text))
    pattern = schema.get("pattern")
    return low <= len(text) <= high and (not pattern or bool(re.search(pattern, text)))


def _is_grade(name: str) -> bool:
    return bool({stem(word) for word in words_of(name)} & _GRADES)
