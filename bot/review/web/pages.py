"""The pages on which people review: the queue, one draft, grades, search, and what was decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from markupsafe import Markup

from bot.review.desk import REASONS, Desk
from bot.review.likeness import compare
from bot.review.people import Role
from bot.review.web.difference import difference
from bot.review.web.gate import Entry, Gate, Visit
from bot.review.web.live import Live
from bot.store.record import Record
from bot.store.reviews import Card, Reviews
from bot.store.sessions import Sessions
from plugins.errors import BadRequest
from plugins.model import Priority

_TURNS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """The pages for people who are signed in."""

    gate: Gate
    desk: Desk
    reviews: Reviews
    record: Record
    sessions: Sessions
    live: Live

    def entries(self) -> list[Entry]:
        """Their routes, each with the role that it asks for."""
        pages = (
            ("GET", "/review", Role.OPERATOR, self.queue),
            ("GET", "/review/embed", Role.OPERATOR, self.queue),
            ("GET", "/review/cards", Role.OPERATOR, self.cards),
            ("GET", "/review/events", Role.OPERATOR, self.live.events),
            ("GET", "/review/search", Role.OPERATOR, self.search),
            ("GET", "/review/ungraded", Role.OPERATOR, self.ungraded),
            ("GET", r"/review/conversations/{number:\d{1,9}}", Role.OPERATOR, self.conversation),
            ("GET", r"/review/drafts/{draft:\d{1,15}}", Role.OPERATOR, self.draft),
            ("GET", r"/review/drafts/{draft:\d{1,15}}/state", Role.OPERATOR, self.state),
            ("POST", r"/review/drafts/{draft:\d{1,15}}/preview", Role.OPERATOR, self.preview),
            ("POST", r"/review/drafts/{draft:\d{1,15}}/approve", Role.OPERATOR, self.approve),
            ("POST", r"/review/drafts/{draft:\d{1,15}}/reject", Role.OPERATOR, self.reject),
            ("POST", r"/review/drafts/{draft:\d{1,15}}/escalate", Role.OPERATOR, self.escalate),
            ("POST", r"/review/verdicts/{verdict:\d{1,15}}/undo", Role.OPERATOR, self.undo),
            ("POST", r"/review/verdicts/{verdict:\d{1,15}}/grade", Role.OPERATOR, self.grade),
            ("GET", "/review/log", Role.MANAGER, self.log),
            ("GET", "/review/people", Role.ADMIN, self.people),
            ("POST", r"/review/people/{person:\d{1,9}}/sign-out", Role.ADMIN, self.sign_out),
        )
        return [Entry(method=method, path=path, role=role, page=page) for method, path, role, page in pages]

    async def queue(self, visit: Visit) -> web.StreamResponse:
        """The drafts that wait, the next due first."""
        mark = await self.reviews.mark()
        return self._show("queue.html", visit, cards=await self.reviews.queue(), mark=mark)

    async def cards(self, visit: Visit) -> web.StreamResponse:
        """The list of the queue alone, for a page that is open."""
        return self._show("cards.html", visit, cards=await self.reviews.queue())

    async def search(self, visit: Visit) -> web.StreamResponse:
        """Drafts with words in them, in the customer's message or address."""
        words = visit.request.query.get("q", "").strip()[:200]
        found = await self.reviews.search(words) if words else []
        return self._show("search.html", visit, cards=found, words=words)

    async def ungraded(self, visit: Visit) -> web.StreamResponse:
        """What the person sent and nobody graded yet."""
        return self._show("ungraded.html", visit, verdicts=await self.reviews.ungraded(visit.who.id))

    async def conversation(self, visit: Visit) -> web.StreamResponse:
        """The newest draft of a conversation, as the dashboard app asks for it."""
        card = await self.reviews.latest(int(visit.request.match_info["number"]))
        if card is None:
            raise BadRequest("there is no draft for this conversation", status=404)
        raise web.HTTPSeeOther(f"/review/drafts/{card.id}")

    async def draft(self, visit: Visit) -> web.StreamResponse:
        """One draft with all that speaks for and against it."""
        mark = await self.reviews.mark()
        card = await self.desk.card(_number(visit, "draft"))
        turns = await self.record.turns(card.conversation_id, before=2**31 - 1, most=_TURNS)
        history = await self.reviews.history(card.id)
        # What was sent; an edit that was undone is still there to go on with.
        text = (history[-1].final_content if history else None) or card.text
        following = [one for one in await self.reviews.queue() if one.id != card.id]
        return self._show(
            "draft.html",
            visit,
            card=card,
            mark=mark,
            turns=turns,
            reasons=REASONS,
            priorities=list(Priority),
            following=following[0] if following else None,
            history=history,
            text=text,
            verdict=await self.reviews.standing(card.id),
            **await self._preview(card, text),
        )

    async def state(self, visit: Visit) -> web.StreamResponse:
        """How a draft stands, for a page that is open: its text stays as it was typed."""
        card = await self.desk.card(_number(visit, "draft"))
        return self._show("state.html", visit, card=card, verdict=await self.reviews.standing(card.id))

    async def preview(self, visit: Visit) -> web.StreamResponse:
        """What the customer would see of the text, and what changed."""
        card = await self.desk.card(_number(visit, "draft"))
        shown = await self._preview(card, visit.form.get("text", ""))
        return self._show("preview.html", visit, card=card, **shown)

    async def approve(self, visit: Visit) -> web.StreamResponse:
        """Approve the text as it stands in the form."""
        draft, text = _number(visit, "draft"), visit.form.get("text")
        text = text.replace("\r\n", "\n") if text is not None else None
        await self.desk.approve(draft, visit.form.get("version", ""), visit.who, "page", text=text)
        raise web.HTTPSeeOther(f"/review/drafts/{draft}")

    async def reject(self, visit: Visit) -> web.StreamResponse:
        """Reject for a reason."""
        draft = _number(visit, "draft")
        await self.desk.reject(
            draft,
            visit.form.get("version", ""),
            visit.who,
            "page",
            reason=visit.form.get("reason", ""),
            note=visit.form.get("note") or None,
        )
        raise web.HTTPSeeOther(f"/review/drafts/{draft}")

    async def escalate(self, visit: Visit) -> web.StreamResponse:
        """Give the conversation to a team."""
        draft, priority = _number(visit, "draft"), visit.form.get("priority", "")
        if priority and priority not in list(Priority):
            raise BadRequest("priorities are P0, P1, P2 and P3")
        await self.desk.escalate(
            draft,
            visit.form.get("version", ""),
            visit.who,
            "page",
            team=visit.form.get("team") or None,
            priority=Priority(priority) if priority else None,
            note=visit.form.get("note") or None,
        )
        raise web.HTTPSeeOther(f"/review/drafts/{draft}")

    async def undo(self, visit: Visit) -> web.StreamResponse:
        """Take a verdict back."""
        verdict = await self.reviews.verdict(_number(visit, "verdict"))
        if verdict is None:
            raise BadRequest("there is no such verdict", status=404)
        await self.desk.undo(verdict.id, visit.who)
        raise web.HTTPSeeOther(f"/review/drafts/{verdict.draft_id}")

    async def grade(self, visit: Visit) -> web.StreamResponse:
        """Grade what was sent: one's own, or anybody's for a manager."""
        verdict = await self.reviews.verdict(_number(visit, "verdict"))
        if verdict is None:
            raise BadRequest("there is no such verdict", status=404)
        if verdict.by_id != visit.who.id and visit.who.role < Role.MANAGER:
            raise BadRequest("only a manager grades what somebody else sent", status=403)
        try:
            tone, accuracy, policy = (
                int(visit.form.get(name, "")) for name in ("tone", "accuracy", "policy")
            )
        except ValueError:
            raise BadRequest("choose a grade for tone, accuracy and policy") from None
        comment = visit.form.get("comment") or None
        await self.desk.grade(verdict.id, (tone, accuracy, policy), visit.who, comment)
        raise web.HTTPSeeOther(f"/review/drafts/{verdict.draft_id}")

    async def log(self, visit: Visit) -> web.StreamResponse:
        """Who decided what, newest first."""
        return self._show("log.html", visit, verdicts=await self.reviews.recent())

    async def people(self, visit: Visit) -> web.StreamResponse:
        """Who is signed in."""
        present = await self.sessions.signed_in()
        return self._show("people.html", visit, present=present, roles={one.value: one.name for one in Role})

    async def sign_out(self, visit: Visit) -> web.StreamResponse:
        """Sign somebody out everywhere."""
        await self.sessions.end_all_of(_number(visit, "person"))
        raise web.HTTPSeeOther("/review/people")

    async def _preview(self, card: Card, text: str) -> dict[str, Any]:
        reply = card.reply if text.strip() == card.text.strip() else await self.desk.fit(card, text)
        final = "\n\n".join(reply.parts)
        return {
            "reply": reply,
            "shown": Markup(await self.desk.channels.preview(reply)),  # noqa: S704 - the channel makes it safe
            "changes": difference(card.text, final),
            "likeness": compare(card.text, final),
        }

    def _show(self, template: str, visit: Visit, **shown: Any) -> web.Response:
        now = datetime.now(UTC)
        return self.gate.render(
            template, visit.request, {"person": visit.who, "csrf": visit.csrf, "now": now, **shown}
        )


def _number(visit: Visit, name: str) -> int:
    return int(visit.request.match_info[name])
