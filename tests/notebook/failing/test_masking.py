"""Nothing secret is sent of an error, wherever it stands."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qwen_magic.notebook.failing.masking import Masked
from qwen_magic.notebook.failing.naming import looks_secret
from qwen_magic.notebook.failing.secrets import secrets_in, secrets_in_code
from tests.examples import tries
from tests.notebook.failing.cells import new_shell, report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from IPython.core.interactiveshell import InteractiveShell

SECRET = "Tr0ub4dor&3"
SECRET_NAMES = """
api_key apiKey APIKey x-api-key openai_key OPENAI_KEY AWS_SECRET_ACCESS_KEY private_key signing_key
password PGPASSWORD db_passwd pwd pw passphrase token hf_token authToken access_tokens secret
client_secret credentials Authorization bearer cookie dsn DATABASE_URL redis_url jwt otp pin salt
密码 密钥 口令 令牌 Passwort contraseña senha пароль パスワード 비밀번호 webhook_url api_keys
"""
OPEN_NAMES = """
key keys key_error KeyError primary_key sort_key keyboard monkey tokens max_tokens tokenizer tokenize
url base_url user name passed passenger compass price frame total author authors bypass spinner
"""


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    yield from new_shell()


@pytest.mark.parametrize("name", SECRET_NAMES.split())
def test_a_name_looks_secret(name: str) -> None:
    assert looks_secret(name)


@pytest.mark.parametrize("name", OPEN_NAMES.split())
def test_a_name_looks_open(name: str) -> None:
    assert not looks_secret(name)


@pytest.mark.parametrize(
    "cell",
    [
        f'api_key = "{SECRET}"\n1 / 0',
        f'user, password = "ada", "{SECRET}"\n1 / 0',
        f'password: str = "{SECRET}"\n1 / 0',
        f'connect(password="{SECRET}")',
        f'import os\nos.environ["DB_PASSWORD"] = "{SECRET}"\n1 / 0',
        f'import os\nos.getenv("DB_PASSWORD", "{SECRET}")\n1 / 0',
        f'headers = {{"Authorization": "{SECRET}", "a": 1}}\n1 / 0',
        f'def f(token="{SECRET}"): 1 / 0\nf()',
        f'password = "Tr0ub4" "dor&3" and "{SECRET}"\n1 / 0',
        f'token = b"{SECRET}"\n1 / 0',
        f'token = SecretStr("{SECRET}")\n1 / 0',
        f'if (pw := "{SECRET}"): 1 / 0',
        f'secret = "x"\nsecret == "{SECRET}"\n1 / 0',
        f'passwords = ["{SECRET}", "{SECRET}2"]\n1 / 0',
        f"# the password: {SECRET}\n1 / 0",
        f'connect("host=db password={SECRET} user=ada")',
        f'connect("postgresql://ada:{SECRET}@db.example/rows")',
        f'password = """{SECRET}\n{SECRET}"""\n1 / 0',
        f'%%time\npassword = "{SECRET}"\n1 / 0',
        f'!echo hi\npassword = "{SECRET}"\n1 / 0',
        f'password = "{SECRET}"\nx = (1 +',
        f'connect(password="{SECRET}", x=\n1 / 0',
        f'password = "{SECRET}\n1 / 0',
        f'd = {{"password": "{SECRET}", "name": "ada"\n1 / 0',
        f'raise ValueError("no login with password={SECRET}")',
        f'raise ValueError("no login with token: {SECRET}")',
        f'raise ValueError(repr({{"api_key": "{SECRET}"}}))',
        f'raise ValueError(str({{"a": {{"api_key": "{SECRET}"}}}}))',
        f"raise ValueError(\"Config(token='{SECRET}', a=1)\")",
        f'e = ValueError("x"); e.add_note("secret={SECRET}"); raise e',
        f'try:\n    raise ValueError("pwd={SECRET}")\nexcept ValueError as e:\n    raise KeyError from e',
        f'raise ExceptionGroup("two", [ValueError("pwd={SECRET}")])',
        'raise ValueError("the key sk-0123456789abcdef is wrong")',
        'raise ValueError("Bearer abc.def-0123456789abcdef")',
        'raise ValueError("ghp_0123456789abcdef0123456789abcdef0123")',
        'raise ValueError("AKIA0123456789ABCDEF")',
        'raise ValueError("eyJ0123456789abcdef.eyJ0123456789abcdef.x0123456789abcdef")',
        'raise ValueError("-----BEGIN PRIVATE KEY-----\\n0123456789abcdef\\n")',
    ],
)
def test_what_stands_beside_a_secret_name_is_not_sent(shell: InteractiveShell, cell: str) -> None:
    text = report(shell, cell, environment={}).text
    assert SECRET not in text
    assert "0123456789abcdef" not in text.lower()
    assert "…" in text


@pytest.mark.parametrize(
    "made",
    [
        "api_key = value",
        "config = {'db': {'password': value}}",
        "rows = [{'token': value}]",
        "class Config: pass\nconfig = Config(); config.secret_key = value",
        "from dataclasses import dataclass\n@dataclass\nclass C:\n    token: str\nconfig = C(value)",
        "credentials = ('ada', value)",
        "credentials = {'ada': value}",
        "token = value.encode()",
    ],
)
def test_a_secret_value_is_not_sent_wherever_it_comes_up(
    shell: InteractiveShell, made: str
) -> None:
    start = f"value = '{SECRET}'\n{made}\nsaid = value; del value"
    text = report(shell, start, "raise ValueError(f'no: {said} {[said]!r}')", environment={}).text
    assert SECRET not in text
    assert "ValueError: no: … ['…']" in text
    inner = f"def f():\n    token = {SECRET!r}\n    raise ValueError('no ' + token)"
    assert SECRET not in report(shell, inner, "f()", environment={}).text


def test_a_secret_number_is_not_sent(shell: InteractiveShell) -> None:
    text = report(shell, "pin = 48151\nx = 481516", "raise ValueError(f'{pin}, {x}')").text
    assert "ValueError: …, 481516" in text


def test_the_environment_is_not_sent(shell: InteractiveShell) -> None:
    environment = {"DB": "prod-db-7:8080", "HOME": "/home/ada", "SHORT": "abc", "MY_TOKEN": "t0ken"}
    text = report(
        shell,
        "raise ValueError('prod-db-7:8080 abc t0ken /home/ada/x')",
        environment=environment,
    ).text
    assert "ValueError: … abc … ~/x" in text
    told = report(shell, "import os\ncopy = dict(os.environ)", "copy, os.environ, 1 / 0").text
    assert f"- copy: dict of {len(os.environ)}\n" in told + "\n"
    assert "- os.environ" not in told


def test_of_a_secret_variable_only_the_type_is_sent(shell: InteractiveShell) -> None:
    text = report(
        shell, "api_key = 'abcdefgh'; credentials = {'ada': 1}", "api_key, credentials, 1/0"
    )
    assert "- api_key: str\n- credentials: dict\n" in text.text


def test_what_fetches_a_secret_stays(shell: InteractiveShell) -> None:
    cell = (
        'import os\ntoken = os.environ.get("HF_TOKEN")\npassword = input("Password: ")\n'
        "key = sorted(keys, key=len)"
    )
    assert cell in report(shell, "def input(_): return 'x'", cell, environment={}).text


def test_lines_keep_their_numbers(shell: InteractiveShell) -> None:
    text = report(shell, 'password = """a b c\nd e f"""\n1 / 0').text
    assert "  line 3: 1 / 0\n" in text
    assert '"""…\n"""' in text or "…\n" in text


@settings(max_examples=tries(60))
@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=8, max_size=30))
def test_no_known_value_is_left(secret: str) -> None:
    masked = Masked(secrets_in({"password": secret}))
    said = f"no: {secret} {secret!r} {[secret]} password={secret}"
    assert secret.strip() not in masked.message(said).replace("password", "")


@settings(max_examples=tries(60))
@given(st.text(max_size=200))
def test_any_text_can_be_read_and_masked(text: str) -> None:
    Masked(secrets_in_code(text) or ()).message(text)
    code = Masked().code(text, parses=False)
    assert code.count("\n") == text.count("\n")


def test_many_and_deep_values_are_looked_at_in_bounded_time(shell: InteractiveShell) -> None:
    deep: dict[str, object] = {}
    inner = deep
    for _ in range(10_000):
        inner["next"] = inner = {"rows": list(range(1_000))}
    inner["self"] = deep
    assert secrets_in({"deep": deep, "token": "abcdefgh"}) == {"abcdefgh"}
    del shell
