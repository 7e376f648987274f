"""Makes replies that people approved into answers of the knowledge base, without the customer in them."""

from __future__ import annotations

import re
from datetime import timedelta

from bot.store.answers import Answer, Answers, GoodText
from kb_index.articles import Article, Library
from kb_index.redaction import without_identity
from kb_index.topics import topic_of
from kb_index.voice import BrandVoice
from plugins.errors import KnowledgeBaseError, StoreError

SOURCE = "answers"  #: Name of the source in the index.
QUESTION = 300  #: Characters of a question that are kept: it is the answer's title.
SHORTEST = 40  #: Characters below which a reply answers nothing.
MASKED = 0.2  #: Share of a question's words that may be masked; above, it is about one customer.

_MASK = re.compile(r"\[(?:card number|IBAN|security code|expiry date|[a-z-]+(?: [a-z]+)?)\]")
_CLOSING = re.compile(
    r"(?:(?:kind|best|warm|with kind) regards|best wishes|regards|sincerely|yours|cheers|"
    r"mit freundlichen grüßen|viele grüße|cordialement|saludos)\b.{0,20}",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"(?:hi|hello|hey|dear|good (?:morning|afternoon|evening)|"
    r"hallo|liebe[rs]?|guten tag|bonjour|hola)\b.{0,40}",
    re.IGNORECASE,
)


class LearnedAnswers:
    """Approved replies as articles of kind "answer"; a `Source` of the knowledge base."""

    name = SOURCE

    def __init__(self, answers: Answers, voice: BrandVoice, lasting: timedelta) -> None:
        self._answers = answers
        self._voice = voice
        self._lasting = lasting

    async def library(self) -> Library:
        """The answers in use, after taking in what was approved since. Raises KnowledgeBaseError."""
        try:
            await self.learn()
            return Library(articles=tuple(article(one) for one in await self._answers.live()))
        except StoreError as error:
            raise KnowledgeBaseError(f"approved answers: {error}") from error

    async def learn(self) -> None:
        """Remove answers that should not be there any more, and make those that are missing."""
        await self._answers.sweep()
        known = {one.answer: one.id for one in await self._answers.live()}
        for text in await self._answers.new():
            name = f"{greeted(text.draft, self._voice)} {(text.email or '').partition('@')[0]}"
            question = " ".join(without_identity(text.question, name=name).split())[:QUESTION]
            answer = body(text, self._voice)
            because = unfit(question, answer, name)
            if because is None and answer in known:
                because = f"says what answer {known[answer]} says"
            if because is not None:
                await self._answers.refuse(text, because)
            else:
                number = await self._answers.keep(
                    text, question=question, answer=answer, lasting=self._lasting
                )
                known[answer] = number


def article(answer: Answer) -> Article:
    """An answer as it is indexed; notes and pages show its id as the source."""
    return Article(
        id=f"answer {answer.id} of {answer.created_at:%d %b %Y}, approved by a person",
        title=answer.question,
        text=answer.answer,
        topic=topic_of(answer.question),
        kind="answer",
    )


def greeted(draft: str, voice: BrandVoice) -> str:
    """The contact's name in a draft's first line: what the brand voice's greeting has not."""
    usual = set(re.findall(r"\w+", f"{voice.greeting} {voice.greeting_without_name}"))
    return " ".join(word for word in re.findall(r"[\w'’-]+", draft.partition("\n")[0]) if word not in usual)


def body(text: GoodText, voice: BrandVoice) -> str:
    """What a reply says, without greeting, sympathy, offer, closing and whoever signed it."""
    lines = text.text.strip().splitlines()
    if lines and (_GREETING.fullmatch(lines[0].strip()) or lines[0] == text.draft.partition("\n")[0]):
        lines = lines[1:]
    closings = {line.strip() for line in voice.closing.splitlines()[:1]}
    for place, line in enumerate(lines):
        if line.strip() in closings or _CLOSING.fullmatch(line.strip()):
            lines = lines[:place]
            break
    said = "\n".join(lines)
    for courtesy in (voice.sympathy, voice.offer):
        said = said.replace(courtesy, "") if courtesy else said
    return re.sub(r"\n{3,}", "\n\n", said).strip()


def unfit(question: str, answer: str, name: str) -> str | None:
    """Why an answer is not learnt, if so; `name` has all names of the contact.

    In an answer nothing may have to be masked: a mask has no place in a reply, and what holds a customer's
    data is about that customer.
    """
    if len(answer) < SHORTEST:
        return "too short"
    if without_identity(answer, name=name) != answer:
        return "personal data in the reply"
    left = len(_MASK.sub("", question).split())
    if left < 2 or len(_MASK.findall(question)) > MASKED * left:
        return "too much personal data in the question"
    return None
