"""Keeps Chatwoot from running what customers write.

Chatwoot renders the content of every outgoing message, private notes included, as a Liquid template
(app/models/concerns/liquidable.rb): `{{ contact.email }}` copied from a customer would be filled in.
"""

from __future__ import annotations

import re

_OPENING = re.compile(r"\{(?=[{%])")


def neutral(text: str) -> str:
    """`text` with a space inside each `{{` and `{%`, so that no template is left. Idempotent."""
    return _OPENING.sub("{ ", text)
