"""The brand voice: how every reply greets, sounds and closes, set in one file for every drafter."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from plugins.errors import SettingsError

Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]


class BrandVoice(BaseModel):
    """The settings of the voice file, one field each; every one has a default."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    company: Line = Field(default="", description="Name of the company, as customers know it.")
    tone: Line = Field(default="friendly", description="One word or a few: friendly, formal, playful…")
    greeting: Line = Field(
        default="Hi {name},", description="First line; {name} is the customer's first name."
    )
    greeting_without_name: Line = Field(
        default="Hello,", description="First line when the name is not known."
    )
    sympathy: Line = Field(
        default="I'm sorry for the trouble this has caused.",
        description="Said first when something went wrong for the customer. Empty: nothing is said.",
    )
    offer: Line = Field(
        default="If anything is still unclear, just reply to this message.",
        description="Last sentence of every reply. Empty: none.",
    )
    closing: str = Field(
        default="Kind regards", max_length=300, description="Below the reply; may have lines."
    )
    use: tuple[Line, ...] = Field(default=(), description="Words and phrases that replies should prefer.")
    avoid: tuple[Line, ...] = Field(default=(), description="Words and phrases that no reply may contain.")
    examples: tuple[str, ...] = Field(
        default=(), description="Replies that sound right; a model imitates them."
    )
    links: tuple[Line, ...] = Field(
        default=(), description="Hosts that replies may link to besides the articles'."
    )

    def greet(self, name: str | None) -> str:
        """The first line of a reply, with the first name if it looks like one."""
        first = first_name(name)
        return self.greeting.replace("{name}", first) if first else self.greeting_without_name

    def avoided(self, text: str) -> tuple[str, ...]:
        """The phrases of `avoid` that a text contains."""
        return tuple(
            phrase for phrase in self.avoid if re.search(rf"\b{re.escape(phrase)}\b", text, re.IGNORECASE)
        )


def load_voice(path: Path) -> BrandVoice:
    """The brand voice in a YAML file. Raises SettingsError that names every wrong field."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        return BrandVoice.model_validate(content)
    except OSError as error:
        raise SettingsError(f"{path}: the brand voice cannot be read ({error.strerror})") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: not YAML: {' '.join(str(error).split())}") from error
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, problem['loc'])) or 'file'}: {problem['msg']}" for problem in error.errors()
        )
        raise SettingsError(
            f"{path}: {wrong}; the fields are {', '.join(BrandVoice.model_fields)}"
        ) from error


def first_name(name: str | None) -> str | None:
    """The first name in a contact's name, or None for what is no name: an address, a number, a sentence."""
    parts = (name or "").split()
    if not 1 <= len(parts) <= 4 or "@" in (name or ""):
        return None
    first = parts[0].strip(",.")
    letters = all(unicodedata.category(mark)[0] in "LM" or mark in "-'’" for mark in first)
    return first if 1 < len(first) <= 24 and letters else None
