"""Text that tries to give orders to a language model; a warning, never the only defence."""

from __future__ import annotations

import re
import unicodedata

_SIGNS = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}\b(?:previous|prior|above|earlier|all|"
    r"your|any|the)\b"
    r".{0,30}\b(?:instruction|prompt|rule|guideline|direction|command|polic|training|context)"
    r"|\b(?:system|developer|hidden|initial|secret) (?:prompt|instructions?|message)\b"
    r"|\b(?:reveal|print|repeat|output|show|leak|display)\b.{0,40}\b(?:your|the) (?:\w+ )?(?:prompt|"
    r"instructions)\b"
    r"|\byou are (?:now|no longer)\b.{0,60}\b(?:ai|assistant|model|bot|dan|unrestricted|character|"
    r"persona|act)\b"
    r"|\b(?:act|behave|respond|pretend)\b.{0,20}\bas (?:if|though|an?|"
    r"the)?\b.{0,40}\b(?:unrestricted|unfiltered|jailb|dan"
    r"|evil|hacker|no (?:rules|restrictions|filter))"
    r"|\b(?:do anything now|jailbroken|developer[ _\\]*mode|god mode|dan mode|"
    r"stays? in character)\b|[/\[]\W{0,3}jailbreak"
    r"|\b(?:chatgpt|openai|language model|amoral)\b"
    r"|\bfrom now(?: on)?\b.{0,30}\b(?:you|we|i want you)\b|\byou will (?:act|respond|answer) (?:as|like)\b"
    r"|^\s*(?:run|execute|bypass|eval)\s*:\s*`|\b(?:admin|administrator|root|system) override\b"
    r"|^\s*(?:system|assistant|developer|user)\s*:\s*\S"
    r"|<\|?(?:im_start|im_end|system|endoftext)\|?>|\[/?INST\]|###\s*(?:instruction|system)"
    r"|\bwithout (?:any )?(?:restrictions?|filters?|ethical|moral)\b"
    r"|\b(?:new|updated|following) (?:instructions?|rules?) (?:from|are|apply|override|supersede)",
    re.IGNORECASE | re.MULTILINE,
)


def is_instruction(text: str) -> bool:
    """Whether a text looks like an order to a language model, in plain or disguised letters."""
    return _SIGNS.search(visible(text)[:20_000]) is not None


def visible(text: str) -> str:
    """A text without characters that do not show, in compatible letters: what a person would read."""
    shown = "".join(
        mark for mark in text if unicodedata.category(mark) not in {"Cf", "Cc", "Co", "Cn"} or mark in "\n\t"
    )
    return unicodedata.normalize("NFKC", shown)
