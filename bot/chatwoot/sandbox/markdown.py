"""Markdown of agents and bots as HTML that is safe to show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup


def _link_open(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> Any:
    tokens[index].attrSet("rel", "noopener noreferrer nofollow")
    tokens[index].attrSet("target", "_blank")
    return self.renderToken(tokens, index, options, env)


# No raw HTML, no images: both may come from a customer's words in a quotation.
_MARKDOWN = MarkdownIt("commonmark", {"html": False, "breaks": True})
_MARKDOWN.enable(["table", "strikethrough"]).disable(["image", "html_block", "html_inline"])
_MARKDOWN.add_render_rule("link_open", _link_open)


def html_of(text: str) -> Markup:
    """Markdown as HTML; tags in it are shown as text, and links go to web and mail addresses only."""
    return Markup(_MARKDOWN.render(text))  # noqa: S704 - the renderer escapes all that is not Markdown
