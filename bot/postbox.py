"""Posts to Chatwoot once, whatever crashes or gets lost on the way.

Chatwoot has no idempotency key, so the intent is written down first and goes along as a marker. Whoever
finds an intent that was sent but not confirmed looks whether it arrived before sending it again.
"""

from __future__ import annotations

import structlog

from bot.chatwoot.client import Chatwoot, Speaker
from bot.store.posts import Post, Posts
from plugins.errors import ChatwootForbidden, ChatwootRefused

log = structlog.get_logger()


class Postbox:
    """Sends private notes, and takes them back."""

    def __init__(self, posts: Posts, chatwoot: Chatwoot) -> None:
        self._posts = posts
        self._chatwoot = chatwoot

    async def note(self, cause: str, conversation: int, content: str, *, after: int) -> None:
        """Post a private note for a cause, once for all time.

        `after` is a message id of the conversation that is older than the note: where to look for it.
        Raises the errors of `Chatwoot.post`; the next call with the same cause goes on from there.
        """
        await self._once(cause, conversation, content, private=True, after=after)

    async def say(self, cause: str, conversation: int, content: str, *, after: int) -> None:
        """Post what the customer sees, like `note`."""
        await self._once(cause, conversation, content, private=False, after=after)

    async def reply(self, cause: str, conversation: int, content: str, *, after: int) -> int:
        """Post what a person approved, as the user, like `note`; gives the message's id.

        Chatwoot counts it as a person's answer, which it does not for what a bot says.
        """
        return await self._once(cause, conversation, content, private=False, after=after, by="user")

    async def take_back(self, conversation: int, number: int) -> None:
        """Delete a note of ours; without a user's token it stays, and the newer note says that it is old."""
        if not self._chatwoot.reads_back:
            return
        try:
            await self._chatwoot.delete_message(conversation, number)
        except (ChatwootForbidden, ChatwootRefused) as error:
            # The newer note says so too; a note that cannot be deleted must not hold up the answer.
            log.warning("note.not_taken_back", conversation=conversation, message=number, fault=str(error))
        await self._posts.taken_back(number)

    async def _once(
        self,
        cause: str,
        conversation: int,
        content: str,
        *,
        private: bool,
        after: int,
        by: Speaker = "bot",
    ) -> int:
        post = await self._posts.intend(cause, conversation, content, private=private)
        if post.chatwoot_message_id is not None:
            return post.chatwoot_message_id
        if post.attempts and (found := await self._arrived(post, conversation, after)) is not None:
            return found
        await self._posts.attempt(post)
        marker = str(post.marker)
        number = await self._chatwoot.post(conversation, post.content, private=private, marker=marker, by=by)
        await self._posts.arrived(marker, number)
        return number

    async def _arrived(self, post: Post, conversation: int, after: int) -> int | None:
        """The id of a post that was sent without a confirmation, if it is in Chatwoot all the same.

        0 if it is there under an id that a bot cannot ask for.
        """
        marker = str(post.marker)
        if not self._chatwoot.reads_back:
            # A bot's token cannot list messages, but Chatwoot tells us of our own notes too.
            return 0 if await self._posts.echoed(post, conversation) else None
        number = await self._chatwoot.find_post(conversation, marker, after=after)
        if number is not None:
            await self._posts.arrived(marker, number)
        return number
