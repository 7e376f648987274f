"""How customers put things, and how articles put the same things: synonyms and slips of the pen."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from rapidfuzz import process
from rapidfuzz.distance import OSA

from kb_index.sentences import telling_words, words

_HARM = r"(?:brok|damag|crack|smash|dent|chip|shatter|scratch)"
#: What customers write (a pattern) → words that articles use for it. Of help desks in general, of no shop.
_SYNONYMS: tuple[tuple[str, str], ...] = (
    (r"money back|reimburs\w*|get my money|pay me back", "refund"),
    (r"refund\w*", "refund"),
    (r"send (?:it|this|them|\w+) back|give (?:it|this|them) back|bring back", "return"),
    (r"swap\w*|different (?:size|colou?r)|another (?:size|colou?r)|replac\w+", "exchange replacement"),
    (
        rf"(?:arriv|came|come|receiv|deliver|got)\w* .{{0,24}}{_HARM}|"
        rf"{_HARM}\w* (?:when|on) .{{0,12}}(?:arriv|deliver|receiv)",
        "item arrived damaged faulty",
    ),
    (r"broke\w*|smashed|shattered|cracked|dent\w*|scratch\w*|chipped|faulty|defect\w*", "damaged defective"),
    (
        r"where(?:'s| is| are)? (?:my|the|our) (?!refund|money|account|invoice|label)\w+|track\w*|"
        r"not (?:yet )?(?:arrived|received|come)",
        "tracking",
    ),
    (r"when (?:will|do|can|is) .*(?:arriv|get|receiv|come|deliver)\w*|eta\b", "delivery time shipping"),
    (r"how long .*(?:deliver|ship|arriv)\w*|deliver\w*|postage|courier|dispatch\w*", "shipping delivery"),
    (r"order (?:status|update)|status of (?:my|the|an) order", "shipping status tracking"),
    (r"(?:personal|user|account|my) (?:data|details|info\w*|profile)", "account change address name phone"),
    (r"log ?in|sign ?in|locked out|access my account", "login account password"),
    (r"edit\w*|modif\w*|updat\w*|correct\w*|amend\w*", "change"),
    (r"call off|revoke|undo|stop (?:my|the) order|don'?t want (?:it|my order) any ?more", "cancel"),
    (r"discount\w*|coupon\w*|voucher code|promo\w*", "discount promo code"),
    (r"charged twice|double charge\w*|charged (?:again|two times)", "charge payment twice"),
    (r"declin\w*|card (?:not|isn'?t) (?:accepted|working)|payment fail\w*", "payment declined failed"),
    (r"guarantee", "warranty"),
    (
        r"opening (?:hours|times)|business hours|when are you open|your (?:phone|telephone) number|call you",
        "contact hours",
    ),
)
_PATTERNS = tuple((re.compile(rf"\b(?:{pattern})", re.IGNORECASE), added) for pattern, added in _SYNONYMS)


def article_words(question: str) -> str:
    """The words that articles use for what the question says in others; may be empty."""
    return " ".join(extra for pattern, extra in _PATTERNS if pattern.search(question))


def search_words(question: str) -> tuple[str, ...]:
    """The question's telling words, then the words that articles use for the same; each once."""
    return tuple(dict.fromkeys([*telling_words(question), *words(article_words(question))]))


def spelt(question: str, vocabulary: Collection[str], knows: Callable[[str], bool]) -> str:
    """The question with misspelt words put right where an article has a word that is nearly the same.

    A word is taken for misspelt when neither the articles nor the embedding model know it.
    """

    def right(found: re.Match[str]) -> str:
        word = found.group().casefold()
        if word in vocabulary or knows(word) or len(word) < 5:
            return found.group()
        slips = 1 if len(word) < 8 else 2
        best = process.extractOne(word, vocabulary, scorer=OSA.distance, score_cutoff=slips)
        return best[0] if best and best[0][0] == word[0] else found.group()

    return re.sub(r"[^\W\d_]+", right, question)


def stem(word: str) -> str:
    """A word without its usual English endings; good enough to count words that are the same."""
    for ending in ("ations", "ation", "ingly", "ments", "ment", "ings", "ing", "ies", "ied", "ers", "ed"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)].rstrip("ey") if ending[0] != "i" else word[: -len(ending)]
    for ending in ("es", "s", "ly", "e", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            return word[: -len(ending)]
    return word
