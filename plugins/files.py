"""Files that go along with a reply: what they are by their first bytes, and which channel carries them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from plugins.channel import Capabilities

#: First bytes of the types that are sent: images, PDF documents such as return labels.
_BEGINNINGS = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingFile:
    """A file that shall be sent."""

    name: str
    content: bytes


def type_of(content: bytes) -> str | None:
    """The MIME type by the first bytes; a name can say anything. None for all that is never sent."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((name for beginning, name in _BEGINNINGS if content.startswith(beginning)), None)


def problems(files: Sequence[OutgoingFile], able: Capabilities) -> tuple[str, ...]:
    """Why a channel does not carry these files, one sentence each; empty if it does.

    `able.max_file_bytes` holds for all files of a reply together.
    """
    if files and not able.file_types:
        return ("this channel carries no files; send a link instead",)
    found = []
    for file in files:
        sniffed = type_of(file.content)
        if sniffed not in able.file_types:
            allowed = ", ".join(one.split("/")[-1] for one in able.file_types)
            found.append(f"{file.name} is {sniffed or 'of no known type'}; this channel carries {allowed}")
    if len(files) > able.max_files:
        found.append(f"{len(files)} files; a reply carries {able.max_files}")
    size = sum(len(file.content) for file in files)
    if size > able.max_file_bytes:
        found.append(f"the files have {size:,} bytes; a reply carries {able.max_file_bytes:,}")
    return tuple(found)
