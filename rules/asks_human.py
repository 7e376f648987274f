"""Whether a customer asks to be helped by a person rather than by a machine."""

from __future__ import annotations

import re2

from rules.expressions import expand
from rules.folding import fold

_WORDS = {
    "someone": (
        "someone", "somebody", "anyone", "anybody", "person", "people", "human", "humans", "persons",
        "agent", "agents", "representative*", "rep", "reps", "operator*", "advisor*", "adviser*",
        "assistant*", "executive*", "consultant*", "specialist*", "manager*", "management", "supervisor*",
        "boss", "staff", "employee*", "customer service", "customer care", "customer support", "coustmer",
        "costumer service", "client service", "support", "tech support", "your team", "call center",
        "call centre", "live chat", "hotline",
    ),
    "wish": (
        "want", "wanna", "need", "give me", "get me", "can i have", "can i get", "could i have",
        "may i have", "i'd like", "id like", "prefer", "looking for", "bring me", "let me have", "request*",
        "is there", "are there",
    ),
    "person": (
        "human", "human being", "living being", "agent", "representative", "operator", "supervisor",
        "customer rep", "customer executive", "customer care executive", "customer service rep",
        "customer service agent",
    ),
    "live": ("live", "real", "actual", "human", "physical", "living"),
    "bot": ("bot", "bots", "chatbot*", "robot", "robots", "machine", "machines", "ai"),
    "no": ("not", "no", "stop", "hate", "without", "instead of", "than", "don't", "dont", "never"),
    "unreachable": (
        "not", "isn't", "doesn't", "can't", "no one", "nobody", "unavailable", "unreachable", "busy",
        "never",
    ),
}  # fmt: skip

# Left open at the front ("tospeak", "ichat"): people in a hurry forget the space.
_TALK = (
    r"(?:talk|spea?k|chat|chtt|contact|\breach|connect|conect|{call|calling}|get (?:a )?hold|get in touch"
    r"|\bput me\b|transfer|switch me|pass me|forward me|escalate|hand me|redirect)\w*\b"
)
_EXPRESSIONS = (
    _TALK + r".{0,30}?(?:{someone}|{your|the} (?:\w+ )?{team|department})",
    r"{wish}(?: to| for)?(?: an?| the| your| my| some| any)?(?: \w+)? (?:{person}|{live}"
    r" (?:\w+ )?{person|support|chat})",
    r"{live} {human|person|people|agent|being|representative|operator|support}|{human help|human please}",
    r"{chat|customer|support|service} agent\b|{agent to chat|agent to talk|agent chat|agent talk}",
    r"{give|get|find} (?:me )?an? {person|manager|supervisor}|{someone|somebody} {on the line|on the phone}",
    r"{have someone|have somebody} {call|contact|write|email}|{escalate this|escalate it|escalate my}",
    r"{no} (?:to |with |want |like |talk\w* |speak\w* |chat\w* |an? |the |your |this |any |more "
    r"|stupid )*{bot}",
    r"{are|r} {you|u} (?:even )?(?:an? )?(?:{real|human|person}|{bot})|\bis this (?:an? )?(?:{real"
    r"|human}|{bot})",
    r"{anyone|anybody|someone|somebody}(?: is)? {available|there|here|online|free}",
    r"{need|want|get|have} (?:\w+ )?{customer support|customer service|customer care|human assistance}",
    r"{can|could} {i|we} (?:please )?{talk|speak} {to|with} {you|u}|{number i can call"
    r"|number that i can call}",
    r"{how|who} {can|could|do|should} {i|we} {talk|speak|contact|reach|call|get in touch}"
    r" (?:\w+ )?{you|u|with|to}",
    r"\bwho {can|could|do|should} {i|we} {contact|call}|{call me|phone me|ring me}",
    r"{put me|transfer me|connect me|patch me} {through|over|to|with}",
    r"{call center|call centre|customer care|customer service|hotline|helpline}.{0,25}{unreachable}",
    r"^\W*(?:{an|a|the|your} )?{agent|human|operator|representative|supervisor|manager|live chat"
    r"|live agent|customer"
    r" service|customer care|customer support|customer service rep}(?: please| pls)?\W*$",
    # Spanish, French, German, Italian, Portuguese, Dutch.
    r"hablar con {un|una|algun|alguien|el|la}|{agente humano|persona real|atencion al cliente}",
    r"parler {a|avec} {un|une|quelqu'un|le|la}|{un conseiller|un vrai conseiller|service client}",
    r"mit {einem|einer|jemand*}.{0,30}{sprechen|reden|chatten}|{echten mensch*|echte person}",
    r"parlare con {un|una|qualcuno}|\boperatore umano\b|falar com {um|uma|alguem}|{atendente"
    r"|medewerker spreken}",
    r"spreken met {een|iemand}",
)  # fmt: skip
#: Phrases in which those words mean somebody else: "send money to someone", "my travel agent".
_SOMEBODY_ELSE = (
    r"{travel|estate|letting|insurance|shipping|delivery|booking|cleaning|washing} {agent|agents}"
    r"|{money|funds|payment|balance|transfer*|cash|gift|card}.{0,25}{to|from} {someone|somebody"
    r"|anyone|people|a person|another person}"
    r"|{contacted by|called by|reached by|contact person|contact people}"
)

_ASKS = re2.compile("|".join(expand(expression, _WORDS) for expression in _EXPRESSIONS))
_OTHERS = re2.compile(expand(_SOMEBODY_ELSE, _WORDS))
#: Characters of a message that are looked at.
_LONGEST = 5_000


def asks_human(text: str) -> bool:
    """True when `text` asks for a person: "let me talk to somebody", "live agent", "not a bot please"."""
    folded = _OTHERS.sub(" ", fold(text[:_LONGEST]))
    return _ASKS.search(folded) is not None
