"""Approved replies answer like articles, without the customer in them, until they should not any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from service_at_work import Service

from bot.cli.learn import learn
from bot.learned_answers import LearnedAnswers, article, body, unfit
from bot.review.desk import Desk
from bot.review.people import Person
from bot.store.answers import Answer, Answers, GoodText
from kb_index.articles import Article, Library
from kb_index.drafter import Drafter
from kb_index.embedding import load_embedder
from kb_index.knowledge_base import KnowledgeBase
from kb_index.voice import BrandVoice
from plugins.model import Contact, Conversation, Draft, Message

HALF_A_YEAR = timedelta(days=180)
REPLY = (
    "Hi Ada,\n\nGift wrapping costs 3 EUR a parcel and can be chosen at the checkout.\n\nKind regards\nInes"
)
SAID = "Gift wrapping costs 3 EUR a parcel and can be chosen at the checkout."


@dataclass(frozen=True)
class _Fixed:
    """A source of answers that a test names."""

    articles: tuple[Article, ...]
    name: str = "answers"

    async def library(self) -> Library:
        return Library(articles=self.articles)


def _message(content: str) -> Message:
    return Message(
        id=1,
        conversation=Conversation(id=1, account_id=1),
        contact=Contact(id=7, name="Sam Lee"),
        channel="email",
        content=content,
        raw_content=content,
        received_at=datetime(2026, 11, 24, 15, 0, tzinfo=UTC),
    )


def source(service: Service) -> LearnedAnswers:
    """The source of the running service's database."""
    return LearnedAnswers(Answers(service.database), BrandVoice(), HALF_A_YEAR)


async def decided(service: Service, desk: Desk, by: Person, text: str | None = None) -> int:
    """A question by mail whose draft is approved, or edited to `text`, and sent; gives the verdict."""
    await service.asks(channel="email", contact="ada@example.com")
    (card,) = await desk.reviews.queue()
    verdict = await desk.approve(card.id, card.version, by, "page", text=text)
    await service.settled()
    return verdict.id


async def test_approved_as_drafted(service: Service, desk: Desk, ines: Person) -> None:
    """A draft that is sent as it was answers from then on; the same verdict makes one answer only."""
    await decided(service, desk, ines)
    (one,) = (await source(service).library()).articles
    (again,) = (await source(service).library()).articles
    assert one == again
    assert one.kind == "answer" and one.id.startswith("answer 1 of ") and "approved by a person" in one.id
    assert one.title == "How long does standard shipping take?"
    assert not one.text.startswith(("Hi", "Hello")) and "regards" not in one.text


async def test_the_same_is_learnt_once(service: Service, desk: Desk, ines: Person) -> None:
    """A hundred customers who get the same reply make one answer."""
    await decided(service, desk, ines)
    await service.asks(channel="email", contact="bob@example.com")
    (card,) = await desk.reviews.queue()
    await desk.approve(card.id, card.version, ines, "page")
    await service.settled()
    assert len((await source(service).library()).articles) == 1
    assert "says what answer 1 says" in [
        one.removed_because for one in await Answers(service.database).newest()
    ]


async def test_an_edit_needs_good_grades(service: Service, desk: Desk, ines: Person) -> None:
    """An edited reply answers only once it is graded 4 on average and nowhere below 3."""
    verdict = await decided(service, desk, ines, REPLY)
    assert not (await source(service).library()).articles
    await desk.grade(verdict, (5, 4, 4), ines, None)
    (one,) = (await source(service).library()).articles
    assert one.text == SAID


@pytest.mark.parametrize("grades", [(5, 5, 2), (4, 4, 3)])
async def test_low_grades_take_it_out(
    service: Service, desk: Desk, ines: Person, grades: tuple[int, int, int]
) -> None:
    """What was learnt ungraded goes when it is graded low, and leaves no text behind."""
    verdict = await decided(service, desk, ines)
    await source(service).library()
    await desk.grade(verdict, grades, ines, None)
    assert not (await source(service).library()).articles
    (gone,) = await Answers(service.database).newest()
    assert (gone.question, gone.answer) == ("", "") and gone.removed_because


async def test_deletion_takes_it_out(service: Service, desk: Desk, ines: Person) -> None:
    """A question that was deleted in Chatwoot, and a conversation that was erased, take the answer along."""
    await decided(service, desk, ines)
    await source(service).library()
    await service.database.run("update chatwoot_messages set content = '' where message_type = 'incoming'")
    assert not (await source(service).library()).articles
    await service.database.run("delete from chatwoot_conversations")
    assert await service.count("answers") == 0


async def test_a_bad_draft_takes_it_out(service: Service, desk: Desk, ines: Person) -> None:
    """An answer goes when a draft that cites it is rejected, and such a draft is never learnt itself."""
    await decided(service, desk, ines)
    (one,) = (await source(service).library()).articles
    await service.asks(channel="email", contact="bob@example.com")
    (card,) = await desk.reviews.queue()
    await service.database.run(
        "update drafts set draft = jsonb_set(draft, '{citations,0,source}', to_jsonb(%(name)s::text))"
        " where id = %(id)s",
        {"name": one.id, "id": card.id},
    )
    await desk.reject(card.id, card.version, ines, "page", reason="wrong")
    assert not (await source(service).library()).articles


async def test_it_expires(service: Service, desk: Desk, ines: Person) -> None:
    """After its days an answer is gone; with 0 days none is made."""
    await decided(service, desk, ines)
    none = LearnedAnswers(Answers(service.database), BrandVoice(), timedelta())
    assert not (await none.library()).articles
    await none.learn()
    (gone,) = await Answers(service.database).newest()
    assert gone.removed_because == "expired"


async def test_forget_and_restore(service: Service, desk: Desk, ines: Person) -> None:
    """A person takes an answer out, and lets it be learnt again."""
    await decided(service, desk, ines)
    await source(service).library()
    answers = Answers(service.database)
    assert await answers.forget([1], "ines") == 1
    assert await answers.forget(None, "ines") == 0
    assert not (await source(service).library()).articles
    assert await answers.restore(None) == 1
    (again,) = (await source(service).library()).articles
    assert again.id.startswith("answer 2 of ")


def test_the_commands(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`forget` and `restore` want numbers or --all, and say with exit code 1 that there was nothing."""
    monkeypatch.setenv("HOTDASH_DATABASE_URL", database_url)
    for verb in ("forget", "restore"):
        assert CliRunner().invoke(learn, [verb]).exit_code == 2
        assert CliRunner().invoke(learn, [verb, "1", "--all"]).exit_code == 2
        assert CliRunner().invoke(learn, [verb, "1"]).exit_code == 1


async def test_answers_do_not_crowd_out_articles(tmp_path: Path) -> None:
    """However many answers fit a question, two of them at most are found beside the articles."""
    (tmp_path / "kb").mkdir()
    (tmp_path / "kb/gifts.md").write_text("# Gift wrapping\n\nGift wrapping is free of charge.\n")
    many = tuple(
        Article(
            id=f"answer {one} of 24 Nov 2026", title="How much is gift wrapping?", text=SAID, kind="answer"
        )
        for one in range(5)
    )
    knowledge = await KnowledgeBase.open(
        tmp_path / "kb", tmp_path / "state", embedder=load_embedder(), sources=(_Fixed(many),)
    )
    found = [passage.article_id for passage in (await knowledge.match("Is gift wrapping free?")).passages]
    assert "gifts.md" in found and len(found) == 3


async def test_a_draft_cites_it(tmp_path: Path) -> None:
    """A draft that rests on an answer names it, its day, and that a person approved it, as its source."""
    (tmp_path / "kb").mkdir()
    (tmp_path / "kb/returns.md").write_text("# Returns\n\nReturns are free of charge within 30 days.\n")
    learnt = article(
        Answer(
            id=12,
            verdict_id=1,
            question="How much is gift wrapping?",
            answer=SAID,
            by_name="Ines",
            created_at=datetime(2026, 11, 24, tzinfo=UTC),
            expires_at=datetime(2027, 5, 23, tzinfo=UTC),
            removed_at=None,
            removed_because=None,
        )
    )
    knowledge = await KnowledgeBase.open(
        tmp_path / "kb", tmp_path / "state", embedder=load_embedder(), sources=(_Fixed((learnt,)),)
    )
    question = "What does gift wrapping cost?"
    match = await knowledge.match(question)
    assert match.passages[0].article_id == "answer 12 of 24 Nov 2026, approved by a person"
    draft = await Drafter(kb=knowledge).draft(_message(question), question=question, match=match)
    assert isinstance(draft, Draft)
    assert draft.citations[0].source == "answer 12 of 24 Nov 2026, approved by a person"
    kept = await KnowledgeBase.open(
        tmp_path / "kb", tmp_path / "state", embedder=load_embedder(), left_alone=("answers",)
    )
    assert not await kept.refresh()
    dropped = await KnowledgeBase.open(tmp_path / "kb", tmp_path / "state", embedder=load_embedder())
    assert await dropped.refresh()


def _text(text: str) -> GoodText:
    at = datetime(2026, 11, 24, tzinfo=UTC)
    return GoodText(verdict_id=1, at=at, question="?", text=text, draft="Hi Ada,\n\nX", email=None)


@pytest.mark.parametrize(
    "reply",
    [
        REPLY,
        f"{SAID}\nBest regards,\nInes from support",
        f"Dear Ms Reed,\n\nI'm sorry for the trouble this has caused.\n\n{SAID}\n\nSincerely\nI.",
        f"{SAID}\n\nIf anything is still unclear, just reply to this message.\n\nKind regards",
    ],
)
def test_only_what_is_said_is_kept(reply: str) -> None:
    """Greeting, courtesies, closing and signature are left out."""
    assert body(_text(reply), BrandVoice()) == SAID


@pytest.mark.parametrize(
    ("question", "answer", "because"),
    [
        ("Do you wrap gifts?", SAID, None),
        ("Do you wrap gifts?", "Yes, we do.", "too short"),
        ("Do you wrap gifts?", f"{SAID} We sent it to 12 High Street, Leeds.", "personal data in the reply"),
        ("Do you wrap gifts?", f"{SAID} Order #1042 is wrapped.", "personal data in the reply"),
        ("Do you wrap gifts?", f"{SAID} Ask Ada for it.", "personal data in the reply"),
        ("Do you wrap gifts?", f"{SAID} Call +44 20 7946 0958.", "personal data in the reply"),
        ("[name] [e-mail address] gifts please", SAID, "too much personal data in the question"),
    ],
)
def test_what_is_about_one_customer_is_not_learnt(question: str, answer: str, because: str | None) -> None:
    """A reply that holds anything to be masked is not learnt, nor is a question that is mostly masks."""
    assert unfit(question, answer, "Ada Reed") == because
