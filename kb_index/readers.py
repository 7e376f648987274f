"""Reads a file of any accepted type as Markdown: its headings, lists and paragraphs, nothing of its looks."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

import pypdf
from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag
from docx import Document
from docx.opc.exceptions import PackageNotFoundError
from pypdf.errors import PyPdfError

_BLOCKS = frozenset({"p", "div", "section", "article", "main", "header", "footer", "blockquote", "pre"})
_BLOCKS |= {"table", "tr", "ul", "ol", "dl", "dd", "dt"}
_NOT_TEXT = "script, style, nav, noscript, template, svg, form, iframe"
_PAGES = 2_000  #: Of one PDF; more is an archive, not an article.


class Unreadable(Exception):
    """A file's contents cannot be read as an article; the text says why and what to do."""


def markdown(data: bytes) -> str:
    """Markdown and plain text: as they are; bytes that are not UTF-8 are taken as Windows-1252."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        if b"\x00" in data:
            raise Unreadable("is not text; save it as UTF-8") from None
        text = data.decode("cp1252", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")


def html(data: bytes) -> str:
    """HTML with its headings as #, list items as - and links as their words."""
    soup = BeautifulSoup(data, "html.parser")
    for tag in soup.select(_NOT_TEXT):
        tag.decompose()
    lines = _blocks(soup.body or soup)
    title = soup.title.get_text(" ", strip=True) if soup.title else ""
    if title and not re.search(r"^#", lines, re.MULTILINE):
        lines = f"# {title}\n\n{lines}"
    return re.sub(r"\n{3,}", "\n\n", lines).strip()


def _blocks(tag: Tag) -> str:
    parts: list[str] = []
    for child in tag.children:
        if type(child) is NavigableString:
            parts.append(re.sub(r"\s+", " ", child))
        elif isinstance(child, Tag):
            parts.append(_block(child))
    return "".join(parts)


def _block(tag: Tag) -> str:
    name = tag.name
    if re.fullmatch(r"h[1-6]", name):
        return f"\n\n{'#' * int(name[1])} {tag.get_text(' ', strip=True)}\n\n"
    if name == "li":
        return f"\n- {_blocks(tag).strip()}\n"
    if name == "br":
        return "\n"
    if name in {"td", "th"}:
        return f"{_blocks(tag).strip()} | "
    if name in _BLOCKS:
        return f"\n\n{_blocks(tag).strip()}\n\n"
    return _blocks(tag)


def pdf(data: bytes) -> str:
    """The text of a PDF, page by page, with words that were broken at a line's end put together."""
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("is protected by a password; save it without one")
        if len(reader.pages) > _PAGES:
            raise Unreadable(f"has more than {_PAGES} pages; split it")
        pages = [page.extract_text() for page in reader.pages]
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        # pypdf meets broken files with any of these, not only with its own errors.
        raise Unreadable(f"is not a PDF that can be read ({error}); save it again") from error
    text = re.sub(r"(\w)-\n(\w)", r"\1\2", "\n\n".join(pages))
    # A line that goes on in lower case was broken by the page, not by the writer.
    return re.sub(r"(?<![.!?:\n])\n(?=[a-z(])", " ", text)


def docx(data: bytes) -> str:
    """The paragraphs of a Word document; heading styles become #, list styles become -, rows one line."""
    try:
        document = Document(io.BytesIO(data))
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise Unreadable(f"is not a Word document that can be read ({error}); save it as .docx") from error
    lines: list[str] = []
    for paragraph in document.paragraphs:
        style = (paragraph.style.name or "") if paragraph.style else ""
        level = re.search(r"Heading (\d)", style)
        if style == "Title" or level:
            lines.append(f"{'#' * (int(level.group(1)) + 1 if level else 1)} {paragraph.text.strip()}\n")
        elif style.startswith("List"):
            lines.append(f"- {paragraph.text.strip()}")
        elif paragraph.text.strip():
            lines.append(f"\n{paragraph.text.strip()}\n")
    lines += [" | ".join(cell.text.strip() for cell in row.cells) for t in document.tables for row in t.rows]
    return "\n".join(lines).strip()


#: File suffix → reader.
READERS: dict[str, Callable[[bytes], str]] = {
    ".md": markdown,
    ".markdown": markdown,
    ".txt": markdown,
    ".html": html,
    ".htm": html,
    ".pdf": pdf,
    ".docx": docx,
}
