"""Why a server of ours does not start: one line, and the next step."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_magic.errors import RequestError
from qwen_magic.local import running
from qwen_magic.local.faults import crashed, refused
from qwen_magic.local.gguf import head_of
from qwen_magic.local.machine import Memory, cores, free_cores, memory
from qwen_magic.local.running import noted
from qwen_magic.local.weights import OnDisk, default, size_of, weights_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("error", "words", "step"),
    [
        (crashed(-4), "does not run on this CPU", "AVX2"),
        (crashed(0xC000001D), "does not run on this CPU", "AVX2"),
        (crashed(-9), "for want of memory", "smaller model"),
        (crashed(-6, ["terminate called: std::bad_alloc"]), "not enough memory", "smaller"),
        (crashed(1, ["ggml: something"]), "ended with 1: ggml: something", "ask again"),
        (crashed(None), "ended with None", "ask again"),
        (refused("ModuleNotFoundError: No module named 'xllamacpp'"), "none can be started", "pip"),
        (refused("ImportError: libc.so.6: version not found"), "cannot be loaded", "pip install"),
        (refused("ImportError: illegal instruction"), "does not run on this CPU", "AVX2"),
        (refused("RuntimeError: x", ["unable to allocate CPU buffer"]), "not enough memory", "small"),
        (refused("RuntimeError: x", ["0.1 E load: unknown model architecture: 'lxama'"]),
         "cannot load the model: unknown model architecture: 'lxama'", "pip install -U xllamacpp"),
    ],
)  # fmt: skip
def test_each_cause_has_its_line_and_its_step(error: RequestError, words: str, step: str) -> None:
    assert words in str(error.args[0])
    assert "\n" not in str(error.args[0])
    assert step in error.hint


def test_a_model_that_does_not_fit_is_refused_with_both_numbers(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "memory", lambda: Memory(10**9, 200_000_000))
    with pytest.raises(RequestError, match=r"needs about 493 MB of memory, and 200 MB are free"):
        running._order(tmp_path / "x.json", OnDisk(weights), 15)  # noqa: SLF001 - nothing is started


def test_the_context_is_as_large_as_the_memory_allows(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for free, context in ((10**10, 8192), (550_000_000, 4096), (0, 8192)):
        monkeypatch.setattr(running, "memory", lambda free=free: Memory(10**10, free))
        order = running._order(tmp_path / "x.json", OnDisk(weights), 0.1)  # noqa: SLF001 - likewise
        assert (order["context"], order["idle"]) == (context, 6)


def gguf(architecture: str, **more: int) -> bytes:
    def text(words: str) -> bytes:
        return struct.pack("<Q", len(words)) + words.encode()

    pairs = text("general.architecture") + struct.pack("<I", 8) + text(architecture)
    for name, number in more.items():
        pairs += text(f"{architecture}.{name}") + struct.pack("<II", 4, number)
    return b"GGUF" + struct.pack("<IQQ", 3, 0, 1 + len(more)) + pairs + bytes(64)


@pytest.mark.parametrize("content", [gguf("bert"), gguf("clip"), gguf("qwen3", pooling_type=3)])
def test_a_model_that_does_not_chat_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(content)
    with pytest.raises(RequestError, match="is no chat model"):
        head_of(path)


def test_a_head_tells_context_and_memory(tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    sizes = {"block_count": 36, "attention.head_count": 32, "attention.head_count_kv": 8}
    path.write_bytes(gguf("qwen3", context_length=40_960, **{"attention.key_length": 128}, **sizes))
    head = head_of(path)
    assert (head.context, head.token) == (40_960, 147_456)


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reading_of_a_head(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.gguf"
    path.write_bytes(b"GGUF" + content)
    with pytest.raises(RequestError):
        head_of(path)


def test_notes_that_are_not_ours_are_left_alone(tmp_path: Path) -> None:
    for number, content in enumerate((b"", b"{", b"[]", b'{"pid": 1}', b"\xff")):
        (tmp_path / f"{number}.json").write_bytes(content)
    assert noted(tmp_path) == ()


def test_the_memory_decides_which_model_is_fetched() -> None:
    names = [default(size * 10**9).name for size in (1, 4, 6, 8, 15, 17, 64)]
    assert names == [
        *("Qwen3-0.6B-Q8_0", "Qwen3-0.6B-Q8_0", "Qwen3-1.7B-Q8_0", "Qwen3-4B-Q4_K_M"),
        *("Qwen3-4B-Q4_K_M", "Qwen3-8B-Q4_K_M", "Qwen3-8B-Q4_K_M"),
    ]
    assert default(0, "qwen3-4b").size == 2_497_280_256
    with pytest.raises(RequestError, match="no model 'qwen9'"):
        default(0, "qwen9")


def test_a_path_or_a_repository_names_the_weights(tmp_path: Path) -> None:
    path = tmp_path / "models" / "qwen.gguf"
    path.parent.mkdir()
    path.write_bytes(b"")
    assert weights_of(str(path)) == weights_of(str(path.parent)) == OnDisk(path)
    assert weights_of("Qwen/Qwen3-4B-GGUF:Q8_0").name == "Qwen3-4B-GGUF"
    with pytest.raises(RequestError) as refusal:
        weights_of(str(path.parent / "qwne.gguf"))
    assert "did you mean qwen.gguf?" in refusal.value.hint
    (path.parent / "other.gguf").write_bytes(b"")
    with pytest.raises(RequestError, match=r"holds other\.gguf, qwen\.gguf"):
        weights_of(str(path.parent))


def test_this_computer_is_known() -> None:
    known = memory()
    assert known.total >= known.free > 0
    assert 1 <= free_cores() <= cores()
    assert [size_of(size) for size in (1, 98_000_000, 2_497_280_256)] == ["1 MB", "98 MB", "2.5 GB"]


def test_what_llama_cpp_logs_is_told_without_its_clock() -> None:
    line = "0.00.161.012 E llama_model_load: error loading model: unknown model architecture: 'x'"
    said = str(refused("RuntimeError: failed", [line]).args[0])
    assert said == "llama.cpp cannot load the model: unknown model architecture: 'x'"
