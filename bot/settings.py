"""Every setting of the service: read from the environment, checked at start, wrong ones named all at once.

A setting `x` is the variable `HOTDASH_X`. `HOTDASH_X_FILE` names a file that holds the value, for secrets
that an orchestrator mounts. A file `.env` in the working folder is read too; the environment wins.
"""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, HttpUrl, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from plugins.errors import SettingsError

PREFIX = "HOTDASH_"

#: Read by the tests and by make, not by the service.
FOREIGN = frozenset({"HOTDASH_CHROMIUM", "HOTDASH_DATA", "HOTDASH_RULE_FILES", "HOTDASH_SEED"})


def default_home() -> Path:
    """Where state lives unless told otherwise: a folder that the embedded Postgres can use."""
    if os.geteuid() == 0:
        return Path("/var/lib/hotdash")
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "hotdash"


class Settings(BaseSettings):
    """The settings, one field each; the description of a field is its documentation."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True
    )

    chatwoot_url: HttpUrl | None = Field(
        None, description="Address of Chatwoot, such as https://chat.example.com."
    )
    chatwoot_account_id: int = Field(
        1, description="Number of the Chatwoot account, as in its web addresses."
    )
    chatwoot_bot_token: SecretStr | None = Field(
        None, description="Access token of the Agent Bot: it writes the notes."
    )
    chatwoot_user_token: SecretStr | None = Field(
        None,
        description="Access token of a Chatwoot user: reads history, finds teams, looks for lost notes.",
    )

    mode: Literal["assist", "first_line"] = Field(
        "assist",
        description="assist: conversations stay open, agents stay free. first_line: the bot's inboxes start "
        "pending and are opened once triaged.",
    )
    webhook_secrets: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        (),
        description="Secrets that sign Chatwoot's webhooks, separated by commas; all of them are accepted.",
    )
    webhook_token: SecretStr | None = Field(
        None,
        description="For a Chatwoot that does not sign (before 4.13): a secret at the end of the address.",
    )
    allow_unsigned: bool = Field(False, description="Accept webhooks from anybody. For experiments only.")
    webhook_wait: float = Field(
        1.0,
        ge=0,
        le=4,
        description="Seconds that a webhook's answer waits for the work, to say what came of it.",
    )

    burst_seconds: float = Field(
        0.5,
        ge=0,
        le=60,
        description="Seconds of silence after which a customer's messages are answered together.",
    )
    history_turns: int = Field(
        20, ge=0, le=200, description="Earlier messages that a draft may look back on."
    )

    undo_seconds: float = Field(
        8, ge=0, le=120, description="Seconds after an approval in which it can be undone."
    )
    managers: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="E-mail addresses of agents who may do what managers may, separated by commas."
    )

    database_url: SecretStr | None = Field(
        None, description="Postgres to use; without it an embedded server keeps its data in the home folder."
    )
    home: Path = Field(default_factory=default_home, description="Folder for the service's own state.")
    rules: Path = Field(Path("rules.yaml"), description="The rules file.")
    kb_folder: Path = Field(Path("data/support"), description="Folder of knowledge-base articles.")
    kb_portals: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Help Center portals to read too, as slug/language, separated by commas."
    )
    embedding_model: str = Field(
        "", description="An embedding model of an OpenAI-compatible server, in place of the offline one."
    )
    embedding_url: HttpUrl | None = Field(None, description="Address of its server, such as .../v1.")
    embedding_key: SecretStr | None = Field(None, description="Key of its provider.")
    kb_vectors: Literal["auto", "memory", "postgres"] = Field(
        "auto",
        description="Where the passages' vectors are searched. auto: in memory, above 20,000 passages in "
        "Postgres (pgvector) if it can.",
    )
    answer_days: int = Field(
        180,
        ge=0,
        le=3650,
        description="Days for which an approved reply answers like an article. 0: none does.",
    )
    voice: Path = Field(Path("data/voice.yaml"), description="The brand voice of all drafts.")
    llm_provider: Literal["none", "openai", "anthropic", "ollama"] = Field(
        "none", description="Who writes drafts. none: extracts of articles. openai: any compatible server."
    )
    llm_model: str = Field("", description="Name of the language model, as its provider calls it.")
    llm_url: HttpUrl | None = Field(None, description="Address of the model's server, such as .../v1.")
    llm_key: SecretStr | None = Field(None, description="Key of the model's provider.")
    draft_seconds: float = Field(20, gt=0, le=300, description="Seconds after which a draft is given up.")
    plugins_folder: Path | None = Field(None, description="Folder of single-file plugins.")
    plugins_enabled: bool = Field(True, description="false: only the plugins that come with the service.")
    plugins_off: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Names of plugins to leave out, separated by commas."
    )
    plugins_required: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Names of plugins without which the service does not start, separated by commas."
    )

    notifiers: Annotated[dict[str, SecretStr], NoDecode] = Field(
        {},
        description="Ways to reach people, each name=address, separated by spaces: "
        "pager=pagerduty://KEY ops=mail://smtp.example.com?from=…&to=… hook=webhook://host/path#whsec_… "
        "olive=note://3/Olive. Apprise's addresses too, with hotdash[notify].",
    )

    team_name: str = Field("Customer Support", description="Who signs an email when no agent does.")
    email_signature: str | None = Field(
        None, description="Markdown under every email; {agent} and {team} are filled in."
    )
    sms_strip_accents: bool = Field(
        False, description="Write ca for ça in an SMS, where that makes it shorter."
    )

    holding_message: str | None = Field(
        None,
        description="Said in live chat within business hours when a draft awaits approval, such as: Thanks! "
        "A colleague is checking this and answers in a few minutes. Nothing is said without it.",
    )
    short_link_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        ("ups.com", "usps.com", "fedex.com", "dhl.com"),
        description="Hosts whose long addresses become short links of ours in an SMS, separated by commas: "
        "carriers and your shop. Needs HOTDASH_PUBLIC_URL.",
    )

    shopify_url: HttpUrl | None = Field(
        None, description="Address of the Shopify shop, such as https://my-shop.myshopify.com."
    )
    shopify_client_id: str | None = Field(None, description="Client ID of the shop's Dev Dashboard app.")
    shopify_client_secret: SecretStr | None = Field(None, description="Client secret of that app.")
    shopify_token: SecretStr | None = Field(
        None, description="Admin API token of a custom app made before 2026, instead of id and secret."
    )
    shopify_api_version: str = Field(
        "2026-10", pattern=r"^20\d\d-(01|04|07|10)$", description="Version of Shopify's Admin API."
    )
    woocommerce_url: HttpUrl | None = Field(None, description="Address of the WooCommerce shop.")
    woocommerce_key: SecretStr | None = Field(None, description="Consumer key of its REST API; read only.")
    woocommerce_secret: SecretStr | None = Field(None, description="Consumer secret of its REST API.")
    orders_file: Path | None = Field(None, description="JSON file of orders, for shops of any other kind.")
    orders_url: HttpUrl | None = Field(
        None, description="Address that answers ?email=…&phone=… with such JSON, instead of a file."
    )
    orders_token: SecretStr | None = Field(None, description="Bearer token for that address.")

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8080, ge=0, le=65535, description="Port to listen on.")
    public_url: HttpUrl | None = Field(
        None, description="Address at which people and Chatwoot reach this service."
    )
    max_body: int = Field(5 * 1024 * 1024, ge=1024, description="Largest webhook accepted, in bytes.")

    workers: int = Field(16, ge=1, le=500, description="Events worked at the same time in one process.")
    attempts: int = Field(8, ge=1, le=100, description="Tries after which an event is set aside as dead.")
    lease_seconds: float = Field(
        30, ge=1, le=600, description="Seconds after which the work of a process that died is taken up again."
    )
    drain_seconds: float = Field(15, ge=0, description="Seconds that a stop waits for work under way.")
    log_format: Literal["auto", "json", "text"] = Field(
        "auto", description="auto: text on a terminal, else JSON."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least level that is logged."
    )

    @field_validator(
        "managers",
        "webhook_secrets",
        "kb_portals",
        "plugins_off",
        "plugins_required",
        "short_link_hosts",
        mode="before",
    )
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("notifiers", mode="before")
    @classmethod
    def _named(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        pairs = [part.partition("=") for part in value.split()]
        for number, (name, _, address) in enumerate(pairs, 1):
            if not name.replace("-", "").isalnum() or ":" not in address:
                # The address may hold a secret, so only its place is named.
                raise ValueError(f"number {number} must be name=address, such as pager=pagerduty://KEY")
        return {name: address for name, _, address in pairs}

    @model_validator(mode="after")
    def _token_fits_a_path(self) -> Settings:
        token = self.webhook_token
        if token is not None and (len(token.get_secret_value()) < 16 or "/" in token.get_secret_value()):
            raise ValueError("webhook_token must have at least 16 characters and no slash")
        return self

    @property
    def kb_state(self) -> Path:
        """Where the knowledge-base index is kept."""
        return self.home / "kb"


def load(**overrides: Any) -> Settings:
    """The settings of this process; `overrides` win over the environment. SettingsError names all faults."""
    _refuse_unknown_variables()
    try:
        return Settings(**{**_from_files(), **overrides})
    except ValidationError as error:
        lines = [
            f"{PREFIX}{'_'.join(str(part) for part in fault['loc'][:1]).upper()}: {fault['msg']}"
            if fault["loc"]
            else str(fault["msg"])
            for fault in error.errors(include_url=False, include_input=False)
        ]
        raise SettingsError("the settings are wrong:\n  " + "\n  ".join(lines)) from None


def secret(value: SecretStr | None) -> str | None:
    """The text of a secret, if it is set."""
    return value.get_secret_value() if value is not None else None


def demand_chatwoot(settings: Settings) -> None:
    """Refuse to serve without what Chatwoot needs. Raises SettingsError naming everything that is missing."""
    missing = []
    if settings.chatwoot_url is None:
        missing.append("HOTDASH_CHATWOOT_URL: the address of Chatwoot")
    if settings.chatwoot_bot_token is None:
        missing.append("HOTDASH_CHATWOOT_BOT_TOKEN: the access token of the Agent Bot")
    if not settings.webhook_secrets and settings.webhook_token is None and not settings.allow_unsigned:
        missing.append(
            "HOTDASH_WEBHOOK_SECRETS: the secret of the webhook (or HOTDASH_WEBHOOK_TOKEN for a Chatwoot "
            "that does not sign, or HOTDASH_ALLOW_UNSIGNED=true to take webhooks from anybody)"
        )
    if missing:
        raise SettingsError("cannot serve; set these variables:\n  " + "\n  ".join(missing))


def _refuse_unknown_variables() -> None:
    known = {f"{PREFIX}{name}".upper() for name in Settings.model_fields}
    known |= {f"{name}_FILE" for name in known} | FOREIGN
    faults = []
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            faults.append(f"{name} is not a setting" + (f"; did you mean {near[0]}?" if near else ""))
    if faults:
        raise SettingsError("the settings are wrong:\n  " + "\n  ".join(faults))


def _from_files() -> dict[str, Any]:
    values: dict[str, Any] = {}
    for field in Settings.model_fields:
        variable = f"{PREFIX}{field}_FILE".upper()
        path = os.environ.get(variable)
        if path:
            try:
                values[field] = Path(path).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise SettingsError(f"{variable}: cannot read {path}: {error.strerror}") from None
    return values
