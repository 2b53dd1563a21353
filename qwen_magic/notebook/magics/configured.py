"""What `%config QwenMagics` shows and sets, and the settings of one question."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from IPython.core.magic import Magics
from traitlets import Bool, Dict, Float, Int, List, TraitError, Unicode, validate

from qwen_magic.configuration import CHECKS
from qwen_magic.errors import QwenError
from qwen_magic.helptext import help_of
from qwen_magic.notebook.magics.asking import tools_named
from qwen_magic.notebook.magics.namespace import variables_of
from qwen_magic.notebook.magics.servers import mcp_servers
from qwen_magic.responses.endpoint import DEFAULT_REGION
from qwen_magic.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from IPython.core.interactiveshell import InteractiveShell
    from traitlets import Bunch

__all__ = ["Configured"]

_TRAITS = tuple(field.name for field in fields(Settings) if field.name not in {"tools", "api_key"})
_UNSET = Settings()


class Configured(Magics):
    """Magics with the settings that every cell shares."""

    model = Unicode(_UNSET.model, help=help_of("model")).tag(config=True)
    region = Unicode(_UNSET.region, help=help_of("region")).tag(config=True)
    workspace = Unicode("", help=help_of("workspace")).tag(config=True)
    base_url = Unicode("", help=help_of("base_url")).tag(config=True)
    effort = Unicode("", help=help_of("effort")).tag(config=True)
    system = Unicode("", help=help_of("system")).tag(config=True)
    tools = List(Unicode(), help=help_of("tools")).tag(config=True)
    chain = Unicode("", help=help_of("chain")).tag(config=True)
    session_cache = Unicode("", help=help_of("session_cache")).tag(config=True)
    history = Unicode(_UNSET.history, help=help_of("history")).tag(config=True)
    reuse = Unicode(_UNSET.reuse, help=help_of("reuse")).tag(config=True)
    local_model = Unicode("", help=help_of("local_model")).tag(config=True)
    local_download = Bool(_UNSET.local_download, help=help_of("local_download")).tag(config=True)
    local_shorten = Bool(_UNSET.local_shorten, help=help_of("local_shorten")).tag(config=True)
    local_idle = Float(_UNSET.local_idle, help=help_of("local_idle")).tag(config=True)
    resend = Bool(_UNSET.resend, help=help_of("resend")).tag(config=True)
    approve = Unicode(_UNSET.approve, help=help_of("approve")).tag(config=True)
    max_rounds = Int(_UNSET.max_rounds, help=help_of("max_rounds")).tag(config=True)
    tool_timeout = Float(_UNSET.tool_timeout, help=help_of("tool_timeout")).tag(config=True)
    timeout = Float(_UNSET.timeout, help=help_of("timeout")).tag(config=True)
    record = Unicode("", help=help_of("record")).tag(config=True)
    replay = Unicode("", help=help_of("replay")).tag(config=True)
    replay_speed = Float(None, allow_none=True, help=help_of("replay_speed")).tag(config=True)
    show_reasoning = Bool(_UNSET.show_reasoning, help=help_of("show_reasoning")).tag(config=True)
    think_tags = Bool(_UNSET.think_tags, help=help_of("think_tags")).tag(config=True)
    prices = Dict(help=help_of("prices")).tag(config=True)
    budget = Int(_UNSET.budget, help=help_of("budget")).tag(config=True)
    updates_per_second = Float(_UNSET.updates_per_second, help=help_of("updates_per_second")).tag(
        config=True
    )
    api_key = Unicode("", help=help_of("api_key")).tag(config=True)

    def __init__(self, shell: InteractiveShell, **kwargs: Any) -> None:  # noqa: ANN401 - traitlets' own
        self._shell = shell
        self._region_assigned = False
        super().__init__(shell, **kwargs)

    @validate(*CHECKS)
    def _checked(self, proposal: Bunch) -> object:
        name = proposal.trait.name
        try:
            CHECKS[name](proposal.value)
        except QwenError as error:
            raise TraitError(str(error)) from None
        self._region_assigned = self._region_assigned or name == "region"
        return proposal.value

    def variables(self) -> dict[str, object]:
        """Return the reader's own variables, without IPython's."""
        names = self._shell.user_ns.copy()  # other threads may ask
        return variables_of(names, self._shell.user_ns_hidden)

    @property
    def _region_chosen(self) -> bool:
        """Whether the region was set; `%config` does not tell if the value stays the same."""
        return self._region_assigned or "region" in self.config.get("QwenMagics", {})

    def settings_for(
        self, options: Mapping[str, Any], *, attended: bool, chain: str = "main"
    ) -> Settings:
        """Return the settings of a question.

        Args:
            options: Its cell's options.
            attended: Whether a person is there.
            chain: The current chain's name.
        """
        names = options.get("tools", tuple(self.tools))
        given = {name: options.get(name, getattr(self, name)) for name in _TRAITS}
        given["chain"] = given["chain"] or chain
        given["budget"] = self.budget  # the option's is that of a table
        given["system"] = self.system  # the option's holds for the chain, not for the session
        if self.replay_speed is None and not attended:
            given["replay_speed"] = 0.0
        if "thinking" in options and "effort" not in options:
            given["effort"] = ""  # the cell's option wins over the configuration
        variables = self.variables() if names or "mcp" in options else {}
        servers = mcp_servers(options["mcp"], variables) if "mcp" in options else ()
        settings = Settings(**given, tools=(*tools_named(names, variables), *servers))
        if self._region_chosen and settings.region == DEFAULT_REGION and not settings.base_url:
            return replace(settings, base_url=settings.region_base())
        return settings
