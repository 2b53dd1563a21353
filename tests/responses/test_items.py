from __future__ import annotations

import copy
import pickle

from qwen_magic.responses.items import (
    CodeInterpreterCall,
    CodeOutput,
    FileResult,
    FileSearchCall,
    ImageSearchCall,
    OtherItem,
    WebSearchCall,
)


def test_an_item_of_a_shared_class_names_its_own_type() -> None:
    assert ImageSearchCall("image_search_call").type == "image_search_call"
    assert OtherItem("compaction").type == "compaction"


def test_built_in_calls_have_an_output_as_functions_do() -> None:
    assert WebSearchCall(sources=("https://a", "https://b")).output == "https://a\nhttps://b"
    drawn = CodeOutput(url="https://i")
    assert CodeInterpreterCall(outputs=(CodeOutput("2"), drawn)).output == "2\nhttps://i"
    found = (FileResult(text="One."), FileResult(text="Two."))
    assert FileSearchCall(results=found).output == "One.\n\nTwo."


def test_what_is_not_known_here_has_its_fields_as_attributes() -> None:
    item = OtherItem("image_generation_call", "i", "", {"output": "x", "_repr_html_": "<b>"})
    assert item.output == "x"
    for name in ("prompt", "_repr_html_", "__wrapped__"):
        assert not hasattr(item, name)
    assert [pickle.loads(pickle.dumps(item)), copy.deepcopy(item)] == [item, item]
