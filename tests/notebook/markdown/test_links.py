from __future__ import annotations

import pytest

from qwen_magic.notebook.markdown.links import find_links, safe_image, safe_link
from tests.notebook.attacks import PNG


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://a.b", "https://a.b"),
        ("HTTP://A.b:80/c?d=e&f#g", "HTTP://A.b:80/c?d=e&f#g"),
        (" https://a.b/c d\"e<f>'\n", "https://a.b/c%20d%22e%3Cf%3E'"),
        ("https://bücher.example/é", "https://xn--bcher-kva.example/%C3%A9"),
        ("https://a.b/\u202ec", "https://a.b/c"),
        ("http://127.0.0.1:8888/x", "http://127.0.0.1:8888/x"),
        ("mailto:a@b.c", "mailto:a@b.c"),
        ("mailto:a@b.c?subject=d", "mailto:a@b.c?subject=d"),
    ],
)
def test_an_absolute_address_is_a_link(url: str, link: str) -> None:
    assert safe_link(url) == link


@pytest.mark.parametrize(
    "url",
    [
        "",
        "a.b",
        "/a",
        "//a.b",
        "#a",
        "javascript:alert(1)",
        "java\nscript:alert(1)",
        "\x01javascript:alert(1)",
        "vbscript:a",
        "data:text/html,a",
        "file:///a",
        "ftp://a.b",
        "blob:https://a.b/c",
        "https:a.b",
        "https:/a.b",
        "https:///a.b",
        "https://",
        "https://user@a.b",
        "https://a.b\\@c.d",
        "https://a.b%2f@c.d",
        "mailto:",
        "mailto:a",
        "mailto://a@b.c",
        "view-source:https://a.b",
    ],
)
def test_any_other_address_is_none(url: str) -> None:
    assert safe_link(url) is None


@pytest.mark.parametrize("kind", ["png", "jpeg", "gif", "webp"])
def test_a_bitmap_that_holds_its_data_is_an_image(kind: str) -> None:
    url = f"data:image/{kind};base64,{PNG}"
    assert safe_image(url) == url


@pytest.mark.parametrize(
    "url",
    [
        f"data:image/svg+xml;base64,{PNG}",
        f"data:image/png,{PNG}",
        f"data:text/html;base64,{PNG}",
        f"data:image/png;charset=a;base64,{PNG}",
        "data:image/png;base64,",
        "data:image/png;base64,abc",
        "data:image/png;base64,ab=c",
        f'data:image/png;base64,{PNG}" onerror="a',
        "https://a.b/c.png",
    ],
)
def test_any_other_source_is_none(url: str) -> None:
    assert safe_image(url) is None


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("a", ["a"]),
        ("https://a.b/c.", ["", "https://a.b/c", "."]),
        ("(see https://a.b/c_d?e=f#g), or", ["(see ", "https://a.b/c_d?e=f#g", "), or"]),
        ("见https://a.b/c。好", ["见", "https://a.b/c", "。好"]),
        ("xhttps://a.b", ["xhttps://a.b"]),
        ("https:// https://.", ["https:// https://."]),
    ],
)
def test_bare_addresses_end_before_punctuation(text: str, pieces: list[str]) -> None:
    assert find_links(text) == pieces
