"""The fields of Chatwoot's JSON that we read, with what Chatwoot may leave out or send otherwise."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

#: Chatwoot's ids are Rails bigints, but the specification's tables (§8) keep them as Integer.
MAX_ID = 2**31 - 1


def clean(value: Any) -> Any:
    """JSON without what Postgres keeps in no text: NUL and half surrogates. The raw body still has them."""
    match value:
        case str():
            return value.replace("\x00", "").encode("utf-8", "replace").decode()
        case dict():
            return {clean(key): clean(item) for key, item in value.items()}
        case list():
            return [clean(item) for item in value]
        case _:
            return value


def _moment(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return datetime.fromtimestamp(value, UTC) if 0 < value < 32_503_680_000 else None
    return value


def _mapping(value: object) -> object:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> object:
    return value if isinstance(value, list) else []


_Id = Annotated[int, Field(gt=0, le=MAX_ID)]
_Moment = Annotated[datetime | None, BeforeValidator(_moment)]
_Mapping = Annotated[dict[str, Any], BeforeValidator(_mapping)]


class Shape(BaseModel):
    """Fields that we use; Chatwoot sends many more."""

    model_config = ConfigDict(extra="ignore")


class PersonIn(Shape):
    """A contact, agent or bot, as `sender` and in `meta`."""

    id: int | None = None
    name: str | None = None
    email: str | None = None
    phone_number: str | None = None
    type: str | None = None
    custom_attributes: _Mapping = {}


class NumberedIn(Shape):
    """Something of which only the number matters."""

    id: int | None = None


class MetaIn(Shape):
    """Who takes part in a conversation."""

    sender: PersonIn | None = None
    assignee: NumberedIn | None = None
    assignee_type: str | None = None
    team: NumberedIn | None = None
    hmac_verified: Annotated[bool, BeforeValidator(lambda value: value is True)] = False


class ConversationIn(Shape):
    """`Conversations::EventDataPresenter#webhook_data`, also nested in messages."""

    id: _Id
    account: NumberedIn | None = None
    inbox_id: int | None = None
    channel: str | None = None
    status: str | None = None
    priority: str | None = None
    labels: Annotated[list[str], BeforeValidator(_list)] = []
    custom_attributes: _Mapping = {}
    additional_attributes: _Mapping = {}
    meta: MetaIn = MetaIn()
    updated_at: _Moment = None


class AttachmentIn(Shape):
    """`Attachment#push_event_data`."""

    file_type: str | None = None
    data_url: str | None = None
    extension: str | None = None
    file_size: int | None = None


class MessageIn(Shape):
    """`Message#webhook_data`; the API's messages have the same fields."""

    id: _Id
    account: NumberedIn | None = None
    content: str | None = None
    message_type: str | int = "incoming"
    private: bool = False
    content_attributes: _Mapping = {}
    created_at: _Moment = None
    sender: PersonIn | None = None
    conversation: ConversationIn
    attachments: Annotated[list[AttachmentIn], BeforeValidator(_list)] = []
