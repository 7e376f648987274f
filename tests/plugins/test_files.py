"""Files are known by their bytes, and a channel carries only what it can."""

from __future__ import annotations

import pytest

from plugins.channel import Capabilities
from plugins.files import OutgoingFile, problems, type_of

PDF = b"%PDF-1.7\n..."
PNG = b"\x89PNG\r\n\x1a\n..."
MAIL = Capabilities(file_types=("application/pdf", "image/png"), max_files=2, max_file_bytes=40)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PDF, "application/pdf"),
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", None),
        (b"MZ\x90\x00", None),
        (b"<svg onload=alert(1)>", None),
        (b"", None),
    ],
)
def test_types(content: bytes, kind: str | None) -> None:
    """The type follows from the first bytes, never from the name."""
    assert type_of(content) == kind


def test_good_files() -> None:
    """A return label and a picture go along."""
    files = [OutgoingFile(name="label.pdf", content=PDF), OutgoingFile(name="kettle.png", content=PNG)]
    assert problems(files, MAIL) == ()


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ([("label.pdf", b"MZ")], "label.pdf is of no known type; this channel carries pdf, png"),
        ([("a.gif", b"GIF89a")], "a.gif is image/gif; this channel carries pdf, png"),
        ([("a", PDF)] * 3, "3 files; a reply carries 2"),
        ([("a", PDF * 4)], "the files have 48 bytes; a reply carries 40"),
    ],
)
def test_bad_files(files, problem: str) -> None:
    """A wrong type, too many files and too many bytes are each named."""
    outgoing = [OutgoingFile(name=name, content=content) for name, content in files]
    assert problem in problems(outgoing, MAIL)


def test_a_channel_without_files() -> None:
    """A channel such as SMS asks for a link instead."""
    assert "send a link" in problems([OutgoingFile(name="a.pdf", content=PDF)], Capabilities())[0]
