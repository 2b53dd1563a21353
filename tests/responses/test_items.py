from __future__ import annotations

from qwen_magic.responses.items import ImageSearchCall, OtherItem, kind


def test_an_item_of_a_shared_class_names_its_own_type() -> None:
    assert kind(ImageSearchCall("image_search_call")) == "image_search_call"
    assert kind(OtherItem("compaction")) == "compaction"
