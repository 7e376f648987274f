"""Money that a customer mentions: "$150", "150 dollars", "120,50 €", "1.200,00 EUR", "a hundred pounds"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from plugins.model import Money
from rules.folding import fold

# What people write, in folded form → ISO 4217. Words that several currencies share ("kr", "peso") are left
# out: a wrong currency is worse than none.
_CODES = "USD EUR GBP CAD AUD NZD CHF JPY CNY INR SEK NOK DKK PLN CZK HUF BRL MXN ZAR SGD HKD AED TRY ILS"
_CURRENCIES = {code.lower(): code for code in _CODES.split()} | {
    "us$": "USD", "au$": "AUD", "a$": "AUD", "ca$": "CAD", "c$": "CAD", "nz$": "NZD", "hk$": "HKD",
    "r$": "BRL", "$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₺": "TRY", "zł": "PLN",
    "rs": "INR", "rs.": "INR", "dollar": "USD", "dollars": "USD", "bucks": "USD", "euro": "EUR",
    "euros": "EUR", "pound": "GBP", "pounds": "GBP", "quid": "GBP", "rupee": "INR", "rupees": "INR",
    "yen": "JPY", "franken": "CHF", "dolares": "USD", "dollari": "USD", "libras": "GBP", "reais": "BRL",
}  # fmt: skip

_UP_TO_19 = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_SMALL = {word: number for number, word in enumerate(_UP_TO_19.split())} | {"a": 1, "an": 1}
_SMALL |= {word: 10 * number for number, word in enumerate(_TENS.split(), start=2)}
_LARGE = {"hundred": 100, "thousand": 1000}


def _either(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_SIGN = _either(_CURRENCIES)
# Thousands set apart by one comma, point, apostrophe or space; at most three digits after the last mark.
_DIGITS = r"\d{1,3}(?:[.,' ]\d{3})+(?:[.,]\d{1,2})?|\d{1,9}(?:[.,]\d{1,3})?"
_SPELLED = r"(?:{0})(?:(?: and |[ -])(?:{0})){{0,6}}".format(_either({**_SMALL, **_LARGE}))
_AMOUNT = re.compile(
    rf"(?<![\w#.,])(?P<sign1>{_SIGN}) ?(?P<digits1>{_DIGITS})(?P<kilo1>k)?(?![\w%]|[.,]\d)"
    rf"|(?<![\w#.,])(?P<digits2>{_DIGITS})(?P<kilo2>k)?[ -]?(?P<sign2>{_SIGN})(?!\w)"
    rf"|(?<!\w)(?P<spelled>{_SPELLED}) (?P<sign3>{_SIGN})(?!\w)"
)
_REFUND = re.compile(
    r"refund|reimburs|compensat|charge ?back|pay me back"
    r"|(?:give|get|pay|send|want|return|need)\w* (?:me |back |my |all |the )*(?:money|cash|\S+ back)"
    r"|money back|\d\S* (?:\w+ )?back\b"
    r"|rembours|erstatt|geld zuruck|reembols|devolver|devolucion|rimbors|terugbeta|zwrot"
)
# "a refund of 250", "refund me 250": no currency is written, so it is the shop's own. Five digits and more
# in a row are the number of an order.
_BARE = re.compile(
    rf"refund(?:ed|ing)?(?: of| me| my| the| us)?(?: full)? (?!\d{{5}})(?P<digits>{_DIGITS})(?![\w%]|[.,]\d)"
    r"(?! ?(?:days?|weeks?|months?|hours?|times?|items?|orders?|pieces?|x)\b)"
)

#: Characters between an amount and the word "refund" up to which they belong together: about two sentences.
_REACH = 160
#: Characters of a message that are looked at; whoever writes more has said it by then.
_LONGEST = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """An amount in a text, with the place where it stands in the folded text (`rules/folding.py`)."""

    money: Money
    start: int
    end: int


def amounts(text: str) -> Iterator[Mention]:
    """Every amount of money in `text` whose currency is written beside it, in the order of the text."""
    for found in _AMOUNT.finditer(fold(text[:_LONGEST])):
        sign = found["sign1"] or found["sign2"] or found["sign3"]
        number = (
            _spelled(found["spelled"]) if found["spelled"] else _number(found["digits1"] or found["digits2"])
        )
        if found["kilo1"] or found["kilo2"]:
            number *= 1000
        yield Mention(
            money=Money(amount=number, currency=_CURRENCIES[sign]), start=found.start(), end=found.end()
        )


def refund_amount(text: str, *, home_currency: str = "USD") -> Money | None:
    """The largest amount that `text` mentions near a word for refund; None when there is none.

    "I want my $150 back" counts. An amount without a currency counts only as in "refund of 150", and is
    then in `home_currency` (ISO 4217).
    """
    folded = fold(text[:_LONGEST])
    wishes = list(_REFUND.finditer(folded))
    near = [
        mention.money
        for mention in amounts(text)
        if any(
            mention.start - wish.end() <= _REACH and wish.start() - mention.end <= _REACH for wish in wishes
        )
    ]
    bare = [
        Money(amount=_number(found["digits"]), currency=home_currency) for found in _BARE.finditer(folded)
    ]
    return max(near + bare, key=lambda money: money.amount, default=None)


def _number(digits: str) -> Decimal:
    """The number that people mean by "1.200,50", "1,200.50" or "1 200": three last digits are thousands."""
    parts = re.split(r"[.,' ]", digits)
    if len(parts) > 1 and len(parts[-1]) < 3:
        return Decimal("".join(parts[:-1]) + "." + parts[-1])
    return Decimal("".join(parts))


def _spelled(words: str) -> Decimal:
    """The number that "one hundred and fifty" says."""
    total = group = 0
    for word in re.split(r"[ -]", words):
        if word == "hundred":
            group = max(group, 1) * 100
        elif word == "thousand":
            total, group = total + max(group, 1) * 1000, 0
        else:
            group += _SMALL.get(word, 0)
    return Decimal(total + group)
