"""`%qwen_check`: whether all is well, one line each; it is what a bug report pastes."""

from __future__ import annotations

import os
import platform
from dataclasses import replace
from typing import TYPE_CHECKING

from IPython.core.magic import line_magic, magics_class, no_var_expand

from qwen_magic.errors import CellError, QwenError
from qwen_magic.notebook.kernel.frontend import frontend_of
from qwen_magic.notebook.magics.brief import brief_errors
from qwen_magic.notebook.magics.sisters import Sister
from qwen_magic.responses.endpoint import DEMO
from qwen_magic.typed import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwen_magic.conversation.asking.session import Session
    from qwen_magic.notebook.helping.findings import Finding
    from qwen_magic.responses.endpoint import Endpoint

__all__ = ["CheckMagics"]

_PACKAGES = ("qwen_magic", "ipython", "ipykernel", "httpx", "jupyterlab", "notebook")
_WIDGETS = ("ipywidgets", "anywidget", "jupyterlab_widgets")


@magics_class
class CheckMagics(Sister):
    """Tell whether all is well."""

    @no_var_expand
    @line_magic
    def qwen_check(self, line: str) -> None:
        """Look at what answers depend on, one line each: a check mark, or what to do.

          %qwen_check          asks the server for an answer without a key
          %qwen_check --ask    shows it the key, too: is it taken, and where? That costs nothing,
                               or a few tokens where the server has no list of models

        The lines hold no secret, and `~` for the home folder: paste them into a bug report.
        """
        with brief_errors():
            words = plain(line).split()
            if words not in ([], ["--ask"]):
                raise CellError(
                    f"unexpected {line.strip()!r}", hint="%qwen_check, or %qwen_check --ask"
                )
            print(self._checked(self._qwen.join(), asks=bool(words)))

    def _checked(self, session: Session, *, asks: bool) -> str:
        from qwen_magic.notebook.failing.masking import Masked
        from qwen_magic.notebook.failing.naming import looks_secret
        from qwen_magic.notebook.helping.findings import shown

        found = [*self._here(session), *self._there(session, asks=asks)]
        secret = (value for name, value in os.environ.items() if value and looks_secret(name))
        folders = (os.environ.get("PWD", ""), os.environ.get("OLDPWD", ""))
        home = os.path.expanduser("~")  # noqa: PTH111 - Path.home() fails for a user without a name
        masked = Masked((value for value in secret if value not in folders), home)
        return masked.plain(shown(found))

    def _here(self, session: Session) -> Iterator[Finding]:
        from qwen_magic.notebook.helping import findings, surroundings

        versions = {name: surroundings.version(name) for name in (*_PACKAGES, *_WIDGETS)}
        main = {name: versions[name] for name in _PACKAGES}
        yield findings.packages(main, platform.python_version(), platform.platform(terse=True))
        yield findings.widgets(versions)
        yield surroundings.labextension()
        frontend = frontend_of(self._shell)
        yield findings.front_end(frontend)
        yield from surroundings.environment()
        session.store.continues("")  # opens the file
        kept = self._qwen.history == "on" and bool(frontend.notebook)
        home = session.settings.home
        yield surroundings.store(session.store.file, home, is_kept=kept)

    def _there(self, session: Session, *, asks: bool) -> Iterator[Finding]:
        from qwen_magic.notebook.helping.findings import Finding

        settings = session.settings
        if settings.replay or settings.is_local:
            what = f"the cassette {settings.replay}" if settings.replay else "region local"
            yield Finding("endpoint", f"{what} answers; nothing was asked")
            return
        try:
            endpoint = settings.endpoint()
        except QwenError as error:
            yield Finding("endpoint", str(error.args[0]), error.hint or "see %qwen")
            yield self._unasked(session, settings.region)
            return
        yield from self._reached(session, endpoint, asks=asks)

    def _reached(self, session: Session, endpoint: Endpoint, *, asks: bool) -> Iterator[Finding]:
        from qwen_magic.notebook.helping import findings
        from qwen_magic.notebook.helping.reaching import reached

        found = reached(replace(endpoint, key=""))
        region = f" (region {endpoint.region})" if endpoint.region else ""
        where = f"{endpoint.base_url}{region}"
        if not found.status:
            yield findings.Finding(
                "endpoint", f"{where}: {found.error}", "see proxy, certificates, and the network"
            )
            yield self._unasked(session, endpoint.region, needs=endpoint.is_model_studio)
            return
        yield findings.Finding("endpoint", f"{where} answers within {found.seconds:.2f} s")
        if skew := findings.clock(found.skew):
            yield skew
        yield self._key(session, endpoint, asks=asks)
        if not endpoint.is_model_studio and endpoint.region != DEMO:
            continues = session.store.continues(endpoint.base_url)
            way = session.store.ways.told(endpoint.base_url)
            yield findings.features(continues=continues, way=way, resends=session.settings.resend)

    def _unasked(self, session: Session, region: str, *, needs: bool = True) -> Finding:
        """Return whether there is a key, where no server can be asked about it."""
        from qwen_magic.notebook.helping.findings import key

        is_set = session.settings.api_key or os.environ.get("DASHSCOPE_API_KEY")
        return key("set" if is_set else "missing" if needs else "not needed", region)

    def _key(self, session: Session, endpoint: Endpoint, *, asks: bool) -> Finding:
        from qwen_magic.notebook.helping.findings import key
        from qwen_magic.notebook.helping.reaching import reached, region_of_key

        if endpoint.region == DEMO != self._qwen.region:
            return key("demo", endpoint.region)
        if not endpoint.key:
            return key("missing" if endpoint.is_model_studio else "not needed", endpoint.region)
        if not asks:
            return key("set", endpoint.region)
        found = reached(endpoint, model=session.settings.model)
        if not found.is_refused:
            return key("set", endpoint.region, taken=True)
        other = region_of_key(endpoint) if endpoint.is_model_studio else ""
        return key("set", endpoint.region, refused=found.error, other=other)
