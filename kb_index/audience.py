"""Whom an article speaks to: guidelines for agents are turned into words for customers, or left out."""

from __future__ import annotations

import re

_BUTTON = re.compile(r"\s*\[[A-Z][^\]\n]{1,40}\](?!\()")
_THIRD = re.compile(
    r"\b(?:the|a|your) (?:customer|user|client|caller|buyer|shopper)s?\b|\bcustomers?\b", re.IGNORECASE
)
_AGENT_WORDS = re.compile(
    r"\b(?:agents?|before taking the action|tool calls?|this flow|subflow)\b", re.IGNORECASE
)

#: "Get the customer's order id", "Ask for …": something that the customer has to tell us.
_ASK = re.compile(
    r"^(?:\w+ (?:by|with) |then,? |first,? |next,? |also,? )*"
    r"(?:all chats in this flow start by )?"
    r"(?:get|getting|ask|asking|request|requesting|collect|collecting|obtain|obtaining)\b"
    r"(?: (?:the|your) (?:customer|user|client|caller)s?(?:['’]s)?)?(?: to (?:provide|give|share|tell)(?: you)?)?"
    r"(?: for)? (?P<what>.+?)(?: (?:using|with|for|to (?:check|verify|confirm|look|pull|be))\b.*|[.:]?\s*)$",
    re.IGNORECASE,
)
#: What agents are told to do, in the imperative or as "you should".
_TOLD = re.compile(
    r"^(?:(?:then|first|next|also|finally|once|if|when|after|in this case|to)\b.*?[,:]\s*)?(?:please )?(?:"
    r"ask|get|tell|let|inform|click|enter|select|record|check|verify|validate|confirm|look|pull|make|provide|"
    r"use|using|explain|share|offer|apologi[sz]e|wrap|thank|fill|read|decide|choose|find|start|end|do not|"
    r"don['’]t|never|always|be (?:sure|polite|courteous)|ensure|remember|remind|note|send|give|escalate|transfer|"
    r"assign|log|refer|search|open|follow|determine|say|write|reply|respond|try|update|add|set|go|proceed|"
    r"continue|as always|repeat|switch|translate|feel free|keep|avoid|deny|refuse|process|issue|collect)\b",
    re.IGNORECASE,
)
_YOU_AGENT = re.compile(
    r"\byou(?:['’]ll| will| should| can| cannot| can['’]t| must| need| have| may| are)?\b", re.IGNORECASE
)

#: Third person → second person; the verb follows.
_VERBS = {"is": "are", "was": "were", "has": "have", "does": "do", "doesn't": "don't", "isn't": "aren't"}
_SUBJECT = re.compile(
    r"\b(?:the (?:customer|user|client|buyer|shopper)|customers|a customer)\b(?P<own>['’]s)?(?: (?P<verb>[a-z']+))?",
    re.IGNORECASE,
)


def is_for_agents(text: str) -> bool:
    """Whether a text speaks about customers to agents, and not to customers."""
    signs = len(_BUTTON.findall(text)) + len(_THIRD.findall(text)) + 2 * len(_AGENT_WORDS.findall(text))
    return signs >= 2


def for_customer(sentence: str) -> tuple[str, bool] | None:
    """A sentence of a guideline in words for the customer, and whether it asks them for something.

    None for an instruction to the agent. "Get the customer's order ID" becomes a request for it; "The user
    will receive an email" becomes "You will receive an email".
    """
    text = " ".join(_BUTTON.sub("", sentence).split()).strip()
    asked = _ASK.match(text)
    if asked:
        what = _second_person(asked.group("what")).rstrip(" .:;,")
        if 1 <= len(what.split()) <= 12 and not re.search(r"\b(?:you|button|form|question)\b", what):
            return _request(what), True
        return None
    if _TOLD.match(text):
        return None
    # What follows ", and you should …" is for the agent.
    text = re.split(r",? (?:and|so|but) you (?:should|must|can|cannot|need|have)\b", text)[0]
    if _YOU_AGENT.search(text) or re.search(r"\bagents?\b", text, re.IGNORECASE):
        return None
    told = _second_person(text)
    return (told if told.endswith((".", "!", ":")) else f"{told}.", False) if told else None


def _request(what: str) -> str:
    what = re.sub(r"^(?:their|his|her|the|a|an)\b", "your", what, flags=re.IGNORECASE)
    what = what if re.match(r"your\b", what, re.IGNORECASE) else f"your {what[0].lower()}{what[1:]}"
    return f"Could you please send us {what}?"


def _second_person(text: str) -> str:
    def address(found: re.Match[str]) -> str:
        you = "your" if found.group("own") else "you"
        if found.start() == 0 or text[: found.start()].rstrip().endswith((".", ":", "!")):
            you = you.capitalize()
        verb = found.group("verb")
        if verb is None:
            return you
        if found.group("own"):
            return f"{you} {verb}"
        plain = _VERBS.get(verb) or (
            verb[:-1] if verb.endswith("s") and not verb.endswith(("ss", "us", "is")) else verb
        )
        return f"{you} {plain}"

    told = _SUBJECT.sub(address, text)
    return re.sub(r"\btheir\b", "your", told) if told != text else told
