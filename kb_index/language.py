"""Which language a customer writes in, from its commonest words or its script."""

from __future__ import annotations

import re
from collections import Counter

from kb_index.sentences import words

_COMMON = {
    "en": "the is my and to i you for of in it not have can how what when where please order would on with",
    "de": "der die das und ich ist nicht ein eine mein meine wie wo wann kann bitte mit für auf habe",
    "fr": "le la les de et je est pas un une mon mes où quand comment puis vous pour avec commande bonjour",
    "es": "el la los de y que es no un una mi mis dónde cuándo cómo puedo por para con pedido hola está",
    "it": "il lo la di e che è non un una mio mia dove quando come posso per con ordine ciao sono grazie",
    "pt": "o a os de e que é não um uma meu minha onde quando como posso por para com pedido olá está",
    "nl": "de het een en ik is niet mijn waar wanneer hoe kan voor met van bestelling hallo graag wil heb",
    "pl": "i w nie na się jest mój moje gdzie kiedy jak mogę do z zamówienie proszę dzień dobry czy to",
    "sv": "och är inte jag min mitt var när hur kan för med på det en ett beställning hej vill har",
    "da": "og er ikke jeg min mit hvor hvornår hvordan kan for med på det en et ordre hej vil har",
    "tr": "ve bir bu ne nasıl nerede zaman benim sipariş değil mi için lütfen merhaba var ile çok",
}
_WORDS = {language: frozenset(common.split()) for language, common in _COMMON.items()}
_SCRIPTS = (
    ("ja", r"[\u3040-\u30ff]"),
    ("zh", r"[\u4e00-\u9fff]"),
    ("ko", r"[\uac00-\ud7af]"),
    ("ru", r"[\u0400-\u04ff]"),
    ("el", r"[\u0370-\u03ff]"),
    ("ar", r"[\u0600-\u06ff]"),
    ("he", r"[\u0590-\u05ff]"),
    ("hi", r"[\u0900-\u097f]"),
    ("th", r"[\u0e00-\u0e7f]"),
)


def language_of(text: str, *, default: str = "en") -> str:
    """ISO 639-1 code of a text's language; `default` when it is too short or too mixed to tell."""
    letters = len(re.findall(r"[^\W\d_]", text))
    for language, marks in _SCRIPTS:
        if letters and len(re.findall(marks, text)) > letters / 3:
            return language
    seen = words(text)
    votes = Counter({language: sum(word in common for word in seen) for language, common in _WORDS.items()})
    (first, most), (_, second) = votes.most_common(2)
    return first if most >= 2 and most > second else default
