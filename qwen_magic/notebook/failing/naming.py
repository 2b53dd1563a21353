"""Which names look as if their values were secret (pure)."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

__all__ = ["looks_secret"]

_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_a-zA-Z]+")
_ANYWHERE = re.compile(
    "|".join(
        (
            *("password", "passwd", "passphrase", "passcode", "secret", "credential", "apikey"),
            *("privatekey", "accesskey", "authoriz", "bearer", "cookie", "connstr", "webhook"),
            *("connectionstring", "passwort", "kennwort", "contraseña", "contrasena", "senha"),
            *("motdepasse", "пароль", "密码", "密碼", "密钥", "密鑰", "口令", "令牌"),
            *("パスワード", "비밀번호", r"(?:access|refresh|auth|api)tokens", r"token(?!s|i[sz])"),
        )
    )
)
_WHOLE = frozenset({"pwd", "pass", "pw", "psw", "auth", "dsn", "jwt", "otp", "pin", "salt", "sas"})
_HARMLESS = frozenset(
    """
    cache column composite count dict fact field first foreign form get group has hash id idx index
    item join last left level lookup main map max merge min missing my natural next old new no
    object order outer partition primary right row second sort sorted state str sub surrogate the
    this to translation unique with wrong
    """.split()  # noqa: SIM905 - words read better so
)
"""What a key of a table or a dict may be called."""
_ADDRESSES = frozenset({"url", "uri", "dsn"})
_STORES = frozenset(
    """
    amqp broker celery connection database db elastic jdbc mongo mongodb mysql odbc pg postgres
    postgresql rabbitmq redis sentry sql sqlalchemy
    """.split()  # noqa: SIM905
)


def looks_secret(name: str) -> bool:
    """Return whether a variable, a field or a key of this name may hold a secret.

    In doubt it does: what is masked for nothing costs less than what is sent by mistake.
    """
    plain = unicodedata.normalize("NFC", name)
    parts = [part.casefold() for part in _PARTS.findall(plain)]
    if _ANYWHERE.search("".join(parts)) or _WHOLE.intersection(parts):
        return True
    if _ADDRESSES.intersection(parts) and _STORES.intersection(parts):
        return True
    return any(
        part in {"key", "keys"} and before not in _HARMLESS for before, part in pairwise(parts)
    )
