"""A map in a real JupyterLab and Notebook 7: it runs, is stopped half-way, and goes on."""

from __future__ import annotations

import re
from importlib.metadata import version
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from qwen_magic.demo.server import DemoServer
from tests.browser.watching import pictured
from tests.notebooks.save import FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.lab import Jupyter
    from tests.browser.notebook import OpenNotebook

TABLE = f'import pandas as pd\nreviews = pd.read_csv("{FOLDER / "reviews.csv"}", index_col="id")'
MAP = """%%qwen --map reviews -o labels --yes --schema "sentiment: positive|negative|neutral, topics: [str]"
How does the customer feel about our product?
{{product}}: {{text}}"""
COUNTS = 'print(labels["status"].value_counts().to_dict(), list(labels.index[:2]))'
CHINESE = """%%qwen --map 评论 -o 标签 --schema "情感: 正面|负面|中性, 主题: [str]"
这条评论的情感是什么？
{{商品}}：{{内容}}"""
ROWS = 'import pandas as pd\n评论 = pd.DataFrame({"商品": ["水壶", "台灯"], "内容": ["质量不错，推荐购买。", "用了两天就坏了。"]})'
STOP = "button.widget-button"
with_subshells = pytest.mark.skipif(version("ipykernel") < "7", reason="no subshells before 7")


@pytest.fixture
def slow() -> Iterator[DemoServer]:
    with DemoServer(pace=0.2) as server:
        yield server


def mapping(jupyter: Jupyter, server: DemoServer, *cells: str) -> OpenNotebook:
    """Open a notebook whose cells ask the server for rows."""
    load = f'%load_ext qwen_magic\n%config QwenMagics.base_url = "{server.base_url}"'
    notebook = jupyter.open([load, *cells])
    notebook.page.set_viewport_size({"width": 1100, "height": 1100})
    notebook.run(0)
    notebook.run(1)
    return notebook


@with_subshells
def test_200_reviews_are_stopped_half_way_and_resumed(jupyter: Jupyter, slow: DemoServer) -> None:
    notebook = mapping(jupyter, slow, TABLE, MAP, COUNTS, "%qwen_map")
    notebook.run(2, wait=False)
    notebook.wait_output(2, "rows/s")
    expect(notebook.output(2).get_by_role("progressbar")).to_be_visible()
    pictured(notebook, f"map-live-{jupyter.app}")
    notebook.output(2).locator(STOP).click()
    notebook.wait_output(2, "Stopped.")
    notebook.wait_done()
    notebook.screenshot(f"map-stopped-{jupyter.app}")
    notebook.run(3)
    notebook.wait_output(3, "R002")
    stopped = notebook.output(3).inner_text()
    done = int(re.search(r"'completed': (\d+)", stopped)[1])  # type: ignore[index]
    assert 1 <= done < 200
    assert f"'not asked': {200 - done}" in stopped
    slow.pace = 0
    asked = len(slow.requests)
    notebook.run(2)
    notebook.wait_output(2, "200 rows completed")
    expect(notebook.output(2)).to_contain_text("from before")
    assert len(slow.requests) - asked <= 200 - done
    notebook.screenshot(f"map-settled-{jupyter.app}")
    notebook.run(3)
    expect(notebook.output(3)).to_contain_text("{'completed': 200} ['R001', 'R002']")
    notebook.run(4)
    expect(notebook.output(4)).to_contain_text("200 of 200 rows")


def test_a_chinese_table_is_asked_and_shown(lab: Jupyter, slow: DemoServer) -> None:
    slow.pace = 0
    notebook = mapping(lab, slow, ROWS, CHINESE)
    notebook.run(2)
    notebook.wait_output(2, "正面")
    pictured(notebook, "map-chinese")
    for word in ("水壶", "负面", "质量", "2 rows completed"):
        expect(notebook.output(2)).to_contain_text(word)


def test_a_settled_map_is_saved_and_stands_without_the_kernel(
    lab: Jupyter, slow: DemoServer
) -> None:
    slow.pace = 0
    notebook = mapping(lab, slow, TABLE, MAP.replace("--yes", "--limit 20"))
    notebook.run(2)
    notebook.wait_output(2, "20 rows completed")
    notebook.save()
    (output,) = notebook.saved().cells[2].outputs
    assert {*output.data} == {"text/html", "text/plain", "text/markdown"}
    notebook.reopen()
    notebook.wait_output(2, "20 rows completed")
