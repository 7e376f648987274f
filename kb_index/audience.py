"""Whom an article speaks to: guidelines for agents are turned into words for customers, or left out."""

from __future__ import annotations

import re

_BUTTON = re.compile(r"\s*\[[A-Z][^\]\n]{1,40}\](?!\()")
_THIRD = re.compile(
    r"\b(?:the|a|your) (?:customer|user|client|caller|buyer|shopper)s?\b|\bcustomers?\b", re.IGNORECASE
)
_ONE_CUSTOMER = re.compile(r"\bthe (?:customer|user|caller)\b(?!['’]s (?:guide|manual))", re.IGNORECASE)
_AGENT_WORDS = re.compile(
    r"\b(?:agents?|before taking the action|tool calls?|this flow|subflow)\b", re.IGNORECASE
)

#: "Get the customer's order id", "Ask for …": something that the customer has to tell us.
_ASK = re.compile(
    r"^(?:\w+ (?:by|with) |then,? |first,? |next,? |also,? )*"
    r"(?:all chats in this flow start by )?"
    r"(?:get|getting|ask|asking|request|requesting|collect|collecting|obtain|obtaining)\b"
    r"(?: (?:the|your) (?:customer|user|client|caller)s?(?:['’]s)?)?(?: to (?:provide|give|share|"
    r"tell)(?: you)?)?"
    r"(?: for)? (?P<what>.+?)(?: (?:using|with|for|to (?:check|verify|confirm|look|pull|be))\b.*|[.:]?\s*)$",
    re.IGNORECASE,
)
_NO_REQUEST = re.compile(
    r"^(?:what|how|why|oracle)\b|\b(?:you|button|form|box|question|new|started|customer|click|"
    r"membership level|if|"
    r"whether|status|them|card|expir\w*|password|cvv|pin|security|dollar amount)\b|:$",
    re.IGNORECASE,
)

#: "Tell the customer that …": what follows may be said. "Instruct the customer to …": they are asked to.
_SAY = re.compile(
    r"^(?:please )?(?:tell|inform|let|explain to|remind|advise|notify) "
    r"(?:them|him|her|(?:the|your) (?:customer|user|client|caller|buyer|shopper)s?)"
    r"(?: know)?(?: that|,)? (?!to\b)(?P<what>.+)$",
    re.IGNORECASE,
)
_INSTRUCT = re.compile(
    r"^(?:please )?(?:ask|tell|instruct|advise|remind|have) "
    r"(?:them|him|her|(?:the|your) (?:customer|user|client|caller|buyer|"
    r"shopper)s?) to (?P<what>(?!provide|give|share)"
    r"[a-z]+ .+)$",
    re.IGNORECASE,
)
#: A guideline speaks of the agent's work with these; none of it is for a customer.
_WORK = re.compile(
    r"\b(?:click|button|enter|form|box|flow|select|record|system|tool|action|field|dropdown|toggle|verify|validate|"
    r"identity|transfer|escalate|ticket|agent|survey|chat|conversation|correct flow|options? (?:are|"
    r"include|\d)|"
    r"asks?|wants?|may have|meant to|oracle|database|user id|call|status is|the status|simulat|pretend|"
    r"decision|menu|wrap)\w*\b|>|→",
    re.IGNORECASE,
)
#: A statement of policy: what holds, in the present or future, with something that can be relied on.
_POLICY = re.compile(
    r"\b(?:can(?:not)?|can['’]t|may|must|will|won['’]t|needs? to|(?:is|are)(?: not)? (?:only |also |always )?"
    r"(?:allowed|possible|available|free|required|covered|eligible|non-?refundable|refund\w+|charged|valid|made|"
    r"machine|waterproof|sent|processed|accepted)|costs?|takes?|receives?|gets?|expires?|starts?|begins?|lasts|"
    r"only|within|up to|after|before)\b",
    re.IGNORECASE,
)
_YOU = re.compile(r"\byou(?:r|rs|rself)?\b|\byou['’]", re.IGNORECASE)
_START = re.compile(
    r"^(?:(?:if|when|once|then|otherwise|alternatively|first|next|also|finally|in this case|to|this|"
    r"these|do|don['’]t|"
    r"as always|make|note|check|look|start|ask|get|tell|let|offer|find|give|provide|use|be|ensure|"
    r"explain|decide|"
    r"apologi[sz]e|thank|read|share|send|help|confirm|determine|for example|whether|especially|"
    r"typically|how|what|update|add|remove|try|go|see|it)\b)",
    re.IGNORECASE,
)

#: Third person → second person; the verb follows.
_VERBS = {"is": "are", "was": "were", "has": "have", "does": "do", "doesn't": "don't", "isn't": "aren't"}
_SUBJECT = re.compile(
    r"\b(?:the (?:customer|user|client|buyer|shopper)|a customer|customers?)\b(?P<own>['’]s)?"
    r"(?: (?P<verb>[a-z']+))?",
    re.IGNORECASE,
)
_RIGHT = re.compile(
    r"^(?:(?:the|a) )?\w+ (?:will|can|cannot|may|must|needs? to|has to|have to|should|receives?|gets?)\b"
)


def is_for_agents(text: str) -> bool:
    """Whether a text speaks about customers to agents, and not to customers."""
    signs = len(_BUTTON.findall(text)) + len(_THIRD.findall(text)) + 2 * len(_AGENT_WORDS.findall(text))
    return signs >= 2 or _ONE_CUSTOMER.search(text) is not None


def for_customer(sentence: str) -> tuple[str, bool] | None:
    """A sentence of a guideline in words for the customer, and whether it asks them for something.

    None for an instruction to the agent. "Get the customer's order ID" becomes a request for it; "The user
    will receive an email" becomes "You will receive an email".
    """
    text = " ".join(_BUTTON.sub("", sentence).split()).strip()
    asked = _ASK.match(text)
    if asked:
        what = _second_person(asked.group("what")).rstrip(" .:;,")
        if 1 <= len(what.split()) <= 12 and not _NO_REQUEST.search(what):
            return _request(what), True
        return None
    if said := _SAY.match(text):
        return _told(said.group("what"))
    if (done := _INSTRUCT.match(text)) and not _WORK.search(done.group("what").replace("click", "")):
        return f"Please {_owned(done.group('what')).rstrip(' .')}.", False
    # What follows ", and you should …" is for the agent.
    text = re.split(r",? (?:and|so|but) you (?:should|must|can|cannot|need|have)\b", text)[0]
    return None if _START.match(text) else _told(text)


def _told(text: str) -> tuple[str, bool] | None:
    """A statement of policy as it may be said to the customer; None for anything else."""
    if _YOU.search(text) or _WORK.search(text) or not _POLICY.search(text):
        return None
    if len(text.split()) < 5 or not text[0].isalpha() or "?" in text:
        return None
    subject = _SUBJECT.match(text)
    if (
        subject
        and not subject.group("own")
        and not _RIGHT.match(text.removeprefix("The ").removeprefix("the "))
    ):
        return None
    told = _second_person(text).rstrip(" .;,")
    return f"{told[0].upper()}{told[1:]}.", False


def _request(what: str) -> str:
    what = re.sub(r"^(?:their|his|her|the|a|an)\b", "your", what, flags=re.IGNORECASE)
    what = (
        f"your{what[4:]}" if re.match(r"your\b", what, re.IGNORECASE) else f"your {what[0].lower()}{what[1:]}"
    )
    what = re.sub(r"\b(?:Name|Full|Email|Address|Number|Account|Order|Username)\b", _lower, what)
    return f"Could you please send us {what}?"


def _lower(found: re.Match[str]) -> str:
    return found.group().lower()


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
    return _owned(told) if told != text else told


def _owned(text: str) -> str:
    return re.sub(r"\b(?:their|his|her)\b", "your", re.sub(r"\bthem\b", "you", text))
