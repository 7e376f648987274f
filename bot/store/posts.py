"""What was or will be posted to Chatwoot, written down before it is posted."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from bot.store import queries
from bot.store.database import Database, Transaction

SQL = queries.load("posts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One post to one conversation."""

    id: int
    marker: UUID  #: Goes along in `content_attributes`, so that the post can be recognised.
    content: str
    attempts: int  #: How often it was sent; with one or more it may be in Chatwoot.
    chatwoot_message_id: int | None  #: Once it is known to be there.


class Posts:
    """The table posts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def intend(self, cause: str, conversation: int, content: str, *, private: bool) -> Post:
        """Write down a post; for a cause that has one already, that one is given."""
        parameters = {"cause": cause, "conversation": conversation, "content": content, "private": private}
        post = await self._database.one(SQL["intend"], parameters, of=Post)
        # Two workers that write the same cause at once: the second sees the first's row a moment later.
        return post or await self.intend(cause, conversation, content, private=private)

    async def attempt(self, post: Post) -> None:
        """Note that the post is about to be sent."""
        await self._database.run(SQL["attempt"], {"id": post.id})

    async def arrived(self, marker: str, number: int, *, on: Transaction | None = None) -> None:
        """Note that a post is in Chatwoot as the message of that number."""
        await self._database.run(SQL["arrived"], {"marker": marker, "number": number}, on=on)

    async def cause(self, marker: str, *, on: Transaction | None = None) -> str | None:
        """Why a post was made; None if it is not one of ours: a marker may come from anybody."""
        try:
            parameters = {"marker": UUID(marker)}
        except ValueError:
            return None
        found: str | None = await self._database.value(SQL["cause"], parameters, on=on)
        return found

    async def taken_back(self, number: int) -> None:
        """Note that a post was deleted in Chatwoot."""
        await self._database.run(SQL["taken_back"], {"number": number})

    async def echoed(self, post: Post, conversation: int) -> bool:
        """Whether Chatwoot told us of this post."""
        parameters = {"conversation": conversation, "marker": str(post.marker)}
        return bool(await self._database.value(SQL["echoed"], parameters))
