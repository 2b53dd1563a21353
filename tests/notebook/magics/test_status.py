from __future__ import annotations

from qwen_magic.notebook.magics.status import dry_run, status
from qwen_magic.responses.endpoint import Endpoint
from qwen_magic.responses.request import Request
from qwen_magic.settings import Settings

KEY = "sk-0123456789abcdef"


def test_status_tells_where_questions_go_without_the_key() -> None:
    endpoint = Endpoint("https://dashscope-us.aliyuncs.com/compatible-mode/v1", "us", KEY)
    assert status(endpoint, Settings(chain="main"), None, 1234) == (
        "endpoint  https://dashscope-us.aliyuncs.com/compatible-mode/v1 (region us)\n"
        "model     qwen3.7-plus\n"
        "API key   found\n"
        "chain     main, 0 turns\n"
        "tokens    1,234 used in this session"
    )


def test_without_a_key_status_has_the_line_to_paste() -> None:
    endpoint = Endpoint("https://dashscope-us.aliyuncs.com/compatible-mode/v1", "us")
    assert "getpass.getpass" in status(endpoint, Settings(), None, 0)


def test_the_demo_that_nobody_chose_is_left_with_a_key_alone() -> None:
    demo = Endpoint("http://127.0.0.1:8080/v1", "demo")
    chosen = status(demo, Settings(region="demo"), None, 0)
    assert 'choose another region than "demo" and set a key' in chosen
    told = status(demo, Settings(region="demo"), None, 0, stands_in=True)
    assert "To ask a real model, set a key:\n  import os, getpass" in told


def test_another_server_needs_no_key() -> None:
    told = status(Endpoint("http://127.0.0.1:8080/v1"), Settings(), None, 0)
    assert "not set, and not needed here" in told
    assert "getpass" not in told


def test_a_cassette_is_named() -> None:
    replaying = Settings(replay="lesson.jsonl", chain="main")
    told = status(replaying.endpoint(), replaying, None, 0)
    assert "endpoint  the cassette lesson.jsonl, replayed without network\n" in told
    assert "getpass" not in told
    recording = Settings(record="lesson.jsonl", region="us", api_key=KEY)
    assert "recording into lesson.jsonl" in status(recording.endpoint(), recording, None, 0)


def test_the_legacy_path_is_named() -> None:
    base = "https://dashscope-intl.aliyuncs.com/api/v2/apps/protocols/compatible-mode/v1"
    told = status(Endpoint(base, key=KEY), Settings(), None, 0)
    assert "use https://dashscope-intl.aliyuncs.com/compatible-mode/v1" in told


def test_an_address_that_should_be_another_is_told() -> None:
    settings = Settings(base_url="http://127.0.0.1:8000/v1/chat/completions")
    told = "The base URL is taken as http://127.0.0.1:8000/v1: give it in this form"
    assert status(settings.endpoint(), settings, None, 0).endswith(f"\n{told}")
    shown = dry_run(settings.endpoint(), settings, Request(model="m", input="Hello"))
    assert shown.endswith(f"\n{told}\nNothing was sent.")


def test_a_dry_run_tells_what_is_not_known_here() -> None:
    settings = Settings(base_url="http://127.0.0.1:8000/v1")
    shown = dry_run(
        settings.endpoint(), settings, Request(model="qwen9", input="Hi", session_cache=True)
    )
    told = "Whether qwen9 has a session cache is not known here; it is asked for"
    assert shown.endswith(f"\n{told}\nNothing was sent.")


def test_a_workspaces_host_is_shown_with_its_region() -> None:
    for workspace, more in (("ws-1", ""), ("trial", ", its trial: lower limits")):
        settings = Settings(region="hongkong", workspace=workspace)
        host = f"{workspace}.cn-hongkong.maas.aliyuncs.com"
        line = f"endpoint  https://{host}/compatible-mode/v1 (region hongkong{more})\n"
        assert line in status(settings.endpoint(), settings, None, 0)


def test_a_dry_run_hides_secrets_and_shortens_images() -> None:
    server: dict[str, object] = {
        "type": "mcp",
        "server_label": "maps",
        "headers": {"Authorization": "Bearer t0ken"},
    }
    server["server_url"] = "https://me:passw0rd@example.com/mcp?token=qu3ry"
    image = {"type": "input_image", "image_url": "data:image/png;base64," + "A" * 5000}
    request = Request(
        model="m", input=[{"role": "user", "content": [image]}], tools=(server,), session_cache=True
    )
    shown = dry_run(Endpoint("http://127.0.0.1:1/v1", key=KEY), Settings(), request)
    assert "t0ken" not in shown
    assert KEY not in shown
    assert "passw0rd" not in shown
    assert "qu3ry" not in shown
    assert '"server_url": "https://example.com/mcp?…"' in shown
    assert '"Authorization": "…"' in shown
    assert "(5,022 characters)" in shown
    assert shown.startswith(
        "POST http://127.0.0.1:1/v1/responses\nx-dashscope-session-cache: enable\n"
    )


def test_a_dry_run_names_the_cassette_that_answers() -> None:
    replaying = Settings(replay="lesson.jsonl")
    shown = dry_run(replaying.endpoint(), replaying, Request(model="m", input="Hello"))
    assert shown.startswith(
        "POST /responses to the cassette lesson.jsonl, replayed without network\n"
    )
