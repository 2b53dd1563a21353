from __future__ import annotations

import subprocess
import sys
from base64 import b64encode
from dataclasses import dataclass
from types import ModuleType
from typing import BinaryIO
from unittest.mock import Mock

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_magic.conversation.tools.pictures import IMAGE_BYTES
from qwen_magic.errors import CellError
from qwen_magic.notebook.magics.values import Filled, Image, fill

PNG = b"\x89PNG\r\n\x1a\n"
BRACES = st.text(alphabet=st.sampled_from("{} xyz_1é\\\n")) | st.text()


@dataclass
class Picture:
    png: object = None
    jpeg: object = None

    def _repr_png_(self) -> object:
        return self.png

    def _repr_jpeg_(self) -> object:
        return self.jpeg


@dataclass
class Turn:
    prompt: str
    text: str


def url(mime: str, data: bytes) -> str:
    return f"data:{mime};base64,{b64encode(data).decode('ascii')}"


@given(BRACES)
def test_without_a_variable_every_character_stays(text: str) -> None:
    assert fill(text, {}) == Filled(text)


@pytest.mark.parametrize(
    "text",
    [
        '{"a": {"b": 1}}',
        r"\frac{{a}}{b}",
        "{x} {{x.y}} {{x[0]}} {{x + 1}} {{ x | upper }} {{x!r}} {{}} {{1x}} { {x} } {{\nx\n}}",
        "{{len}} {{print}}",
        "f'{{{y}}}'",
    ],
)
def test_what_names_no_variable_stays(text: str) -> None:
    assert fill(text, {"x": "?", "__builtins__": {"len": len}}) == Filled(text)


@pytest.mark.parametrize("text", ["{{x}}", "{{ x }}", "{{   x}}"])
def test_a_variable_is_filled_in(text: str) -> None:
    assert fill(f"a {text} b", {"x": "1"}).text == "a 1 b"


@given(BRACES, BRACES)
def test_what_was_put_in_is_not_read_again(x: str, y: str) -> None:
    assert fill("{{x}}{{y}}{{x}}", {"x": x, "y": y}).text == x + y + x
    assert fill("{{{x}}}", {"x": x}).text == f"{{{x}}}"


def test_a_name_with_an_underscore_is_filled_where_it_exists() -> None:
    namespace = {"_qwen": Turn("2 + 2?", "4")}
    assert fill("{{_qwen}} {{_}}", namespace) == Filled(
        "4 {{_}}", notes=("{{_qwen}}: Turn, its text of 1 characters",)
    )


def test_a_million_braces_take_no_time() -> None:
    text = "{{" * 500_000 + "{{x}}" * 100_000 + "{{ " + " " * 500_000 + "{{" + "x" * 500_000
    assert fill(text, {"x": "y"}).text.count("y") == 100_000


def test_a_value_is_shown_once_for_all_its_places() -> None:
    class Counted:
        count = 0

        def __repr__(self) -> str:
            Counted.count += 1
            return "me"

    assert fill("{{x}} {{ x }} {{x}}", {"x": Counted()}) == Filled(
        "me me me", notes=("{{x}}: Counted",)
    )
    assert Counted.count == 1


def test_a_string_goes_in_as_it_is() -> None:
    text = "| no {{y}} table |\n" * 1_000
    assert fill("{{x}}", {"x": text, "y": 1}) == Filled(
        text, notes=("{{x}}: str, 19000 characters",)
    )


def test_a_table_gets_lines_of_its_own() -> None:
    frame = pd.DataFrame({"a": [1]})
    table = "DataFrame 1 × 1, dtype int64\n\n|  | a |\n| --- | --- |\n| 0 | 1 |"  # noqa: RUF001
    assert fill("{{d}}", {"d": frame}).text == table
    assert fill("Look at {{d}}, please", {"d": frame}).text == f"Look at \n\n{table}\n\n, please"
    assert fill("Look:\n{{d}}\nWell?", {"d": frame}).text == f"Look:\n{table}\n\nWell?"
    assert fill("{{v}}", {"v": np.arange(3)}).notes == ("{{v}}: ndarray 3 values",)


def test_a_row_with_a_text_and_a_prompt_is_no_turn() -> None:
    row = pd.Series({"prompt": "p", "text": "t"})
    assert fill("{{r}}", {"r": row}).notes == ("{{r}}: Series 2 values",)


def test_another_value_goes_in_as_its_repr() -> None:
    assert fill("{{x}}", {"x": {"a": (1, None)}}) == Filled(
        "{'a': (1, None)}", notes=("{{x}}: dict",)
    )


def test_a_huge_value_is_cut_and_says_so() -> None:
    filled = fill("{{x}}", {"x": list(range(10_000_000))})
    assert (len(filled.text), filled.text[-1]) == (4_001, "…")
    assert filled.notes == ("{{x}}: list, the first 4000 characters of its repr",)


@pytest.mark.parametrize(
    ("picture", "mime"),
    [
        (Picture(png=PNG), "image/png"),
        (Picture(png=(PNG, {"width": 5})), "image/png"),
        (Picture(png=b64encode(PNG).decode()), "image/png"),
        (Picture(jpeg=PNG), "image/jpeg"),
        (Picture(png=b"0" * (IMAGE_BYTES + 1), jpeg=PNG), "image/jpeg"),
    ],
)
def test_a_picture_goes_beside_the_text(picture: Picture, mime: str) -> None:
    assert fill("See {{p}}, {{p}}.", {"p": picture}) == Filled(
        "See [image: p], [image: p].",
        images=(Image("p", url(mime, PNG)),),
        notes=("{{p}}: Picture, sent as an image of 1 kB",),
    )


def test_a_figure_and_its_axes_are_drawn() -> None:
    class Figure:
        def savefig(self, file: BinaryIO, **_options: object) -> None:
            file.write(PNG)

    class Axes:
        def get_figure(self) -> Figure:
            return Figure()

    filled = fill("{{fig}} {{ax}}", {"fig": Figure(), "ax": Axes()})
    assert filled.images == (
        Image("fig", url("image/png", PNG)),
        Image("ax", url("image/png", PNG)),
    )


def test_an_image_that_is_only_a_link_is_sent_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    display = ModuleType("IPython.display")
    display.Image = type("Image", (), {"url": "https://example.org/a.png"})  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    filled = fill("{{i}}", {"i": display.Image()})
    assert filled.images == (Image("i", "https://example.org/a.png"),)


def test_a_picture_too_large_is_refused() -> None:
    with pytest.raises(CellError, match=r"\{\{p\}\} is an image of 7\.0 MB; at most 7 MB"):
        fill("{{p}}", {"p": Picture(png=b"0" * (IMAGE_BYTES + 1))})


def test_an_object_that_claims_every_attribute_is_only_a_repr() -> None:
    assert fill("{{m}}", {"m": Mock(name="m")}).text.startswith("<Mock name='m'")


def test_a_broken_repr_names_its_variable() -> None:
    class Broken:
        def __repr__(self) -> str:
            raise ZeroDivisionError("no luck")

    with pytest.raises(
        CellError, match=r"\{\{x\}\} cannot be shown \(ZeroDivisionError: no luck\)"
    ):
        fill("{{x}}", {"x": [Broken()]})


@pytest.mark.parametrize("wrong", ["nmae", "Name", "names"])
def test_a_near_miss_is_pointed_out(wrong: str) -> None:
    assert fill(f"{{{{{wrong}}}}}", {"name": "n", "other": 1}) == Filled(
        f"{{{{{wrong}}}}}",
        notes=(f"{{{{{wrong}}}}} is no variable, sent as written; 'name' is one",),
    )


def test_a_name_in_a_sentence_that_is_no_variable_is_told() -> None:
    notes = ("{{df}} is no variable, sent as written",)
    assert fill("Summarise {{df}}, please", {"x": 1}).notes == notes


def test_a_private_name_is_no_guess_for_a_public_one() -> None:
    assert fill("{{name}} {{other}}", {"_name": 1}) == Filled("{{name}} {{other}}")


def test_nothing_is_imported_for_a_value() -> None:
    code = (
        "import sys; from qwen_magic.notebook.magics.values import fill; fill('{{x}}', {'x': 1});"
        "print({'numpy', 'pandas', 'polars', 'matplotlib', 'PIL', 'httpx', 'IPython'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
