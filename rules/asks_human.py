"""Whether a customer asks to be helped by a person rather than by a machine."""

from __future__ import annotations

import re2

from rules.folding import fold

# Left open at the front ("tospeak", "ichat"): people in a hurry forget the space.
_TALK = (
    r"(?:talk|spea?k|chat|chtt|contact|\breach|connect|conect|\bcall\b|\bcalling\b|get (?:a )?hold|get in"
    r" touch|\bput me|transfer|switch me|pass me|forward me|escalate|hand me|redirect)"
)
_SOMEONE = (
    r"\b(?:some(?:one|body)|any(?:one|body)|a person|people|humans?|persons?|agents?|representatives?|reps?"
    r"|operators?|advis[eo]rs?|assistants?|executives?|consultants?|specialists?|managers?|supervisors?|staff"
    r"|employees?|(?:customer|coustmer|costumer|client) (?:service|care|support|executive|rep)\w*"
    r"|support (?:team|agent|person|staff)|your team|call cent(?:er|re)|live chat|hotline)\b"
)
_PERSON = (
    r"\b(?:human|(?:live|real|actual|human|physical|living) (?:\w+ )?(?:being|person|people|human"
    r"|agent|support|representative|operator|assistant|chat|help|someone|one)|representative|operator|agent"
    r"|supervisor|customer (?:service |care |support )?(?:agent|rep|representative|executive))\b"
)
_WISH = (
    r"\b(?:want|wanna|need|give me|get me|can i (?:have|get)|could i (?:have|get)|may i have|i'?d like|prefer"
    r"|looking for|bring me|send me to|let me have|request|requesting|is there|are there)\b"
)

_ASKS = re2.compile(
    "|".join(
        (
            rf"{_TALK}\w*\b.{{0,30}}?{_SOMEONE}",
            rf"{_WISH}(?: to| for)?(?: an?| the| your| my| some| any)?(?: \w+)?(?: {_PERSON})",
            r"\b(?:live|real|actual|human) (?:human|person|people|agent|being|representative|operator)\b",
            r"\b(?:chat|customer|support|service) agent\b|\bagent (?:to )?(?:chat|talk|speak)",
            r"\bhuman (?:help|please)|\b(?:not|no|stop|hate|without|instead of|than) "
            r"(?:to |with |an? |the |your |this |any |more |stupid )*(?:chat ?)?(?:bots?|robots?|machines?"
            r"|a\.?i\.?)\b",
            r"\b(?:are|r) (?:you|u) (?:even )?(?:an? )?(?:real|human|bot|robot|machine|person|chatbot|ai)\b",
            r"\b(?:anyone|anybody|someone|somebody)(?: is)? (?:available|there|here|online|free)\b",
            r"\b(?:need|want|get|have) (?:\w+ )?(?:customer (?:support|service|care)|human assistance)\b",
            r"\b(?:can|could) (?:i|we) (?:please )?(?:talk|speak) (?:to|with) (?:you|u)\b",
            r"\b(?:call|phone|ring) me(?: back)?\b",
            r"\b(?:put|transfer|connect|patch) me (?:through|over|to|with)\b",
            r"\bis this (?:an? )?(?:bot|chatbot|robot|machine|human|real|ai)\b",
            r"\b(?:call cent(?:er|re)|customer (?:care|service|support)|hotline|helpline)\b.{0,25}"
            r"(?:\bnot\b|n't\b|\bno one\b|\bnobody\b|\bun(?:available|reachable)\b|\bbusy\b|\bnever\b)",
            r"^\W*(?:(?:an?|the|your) )?(?:agent|human|operator|representative|supervisor|manager|live chat"
            r"|live agent|customer (?:service|care|support))(?: please| pls)?\W*$",
            # Spanish, French, German, Italian, Portuguese, Dutch.
            r"hablar con (?:un|una|algun|alguien|el|la)\b|agente humano|persona real|atencion al cliente",
            r"parler (?:a|avec) (?:un|une|quelqu'un|le|la)\b|un (?:vrai )?conseiller|service client",
            r"mit (?:einem|einer|jemand\w*)\b.{0,30}(?:sprechen|reden|chatten)|echte[nrm]? (?:mensch|person)",
            r"parlare con (?:un|una|qualcuno)|operatore umano|falar com (?:um|uma|alguem)|atendente",
            r"spreken met (?:een|iemand)|medewerker spreken",
        )
    )
)
#: Sentences in which those words mean somebody else: "send money to someone", "my travel agent".
_SOMEBODY_ELSE = re2.compile(
    r"\b(?:travel|estate|letting|insurance|shipping|delivery|booking|cleaning|washing) agents?\b"
    r"|\b(?:money|funds|payment|balance|transfer\w*|cash|gift|card)\b.{0,25}\b(?:to|from) (?:someone|somebody"
    r"|anyone|people|another person|a person)\b|\b(?:contacted|called|reached) by\b"
)
#: Characters of a message that are looked at.
_LONGEST = 5_000


def asks_human(text: str) -> bool:
    """True when `text` asks for a person: "let me talk to somebody", "live agent", "not a bot please"."""
    folded = _SOMEBODY_ELSE.sub(" ", fold(text[:_LONGEST]))
    return _ASKS.search(folded) is not None
