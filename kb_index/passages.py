"""Cuts an article into passages: one thought each, with the headings above it, under a lasting id."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from llama_index.core.node_parser import MarkdownNodeParser, SentenceSplitter
from llama_index.core.schema import Document, MetadataMode

from kb_index.articles import Article
from kb_index.sentences import sentence_spans

#: Words of a passage: what the embedding model reads (256 tokens) less room for title and headings.
WORDS = 160
#: Headings that say nothing of the subject: such a section belongs to the one above it.
_EMPTY_HEADING = re.compile(
    r"(?:steps?|notes?|overview|introduction|details|summary|general|information|faqs?|q ?& ?a|article|"
    r"procedure|instructions|description|background|more|other|section \d+)\W*",
    re.IGNORECASE,
)
_HEADING = re.compile(r"\A#{1,6}\s+(.+?)\s*#*\s*(?:\n|\Z)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A passage before it is indexed."""

    id: str  #: article#hash of the text: the same text keeps its id over any re-indexing.
    heading: str  #: The title and the headings that say something, joined by " › ".
    text: str  #: Markdown as the article has it, without its heading line.


def cut(article: Article) -> tuple[Cut, ...]:
    """The passages of an article, in reading order."""
    document = Document(text=article.text, doc_id=article.id, metadata={})
    splitter = SentenceSplitter(
        chunk_size=WORDS,
        chunk_overlap=0,
        tokenizer=str.split,
        # llama-index would load nltk for this, which refuses its own data in some installations.
        chunking_tokenizer_fn=lambda text: [text[start:end] for start, end in sentence_spans(text)],
        paragraph_separator="\n\n",
    )
    cuts: dict[str, Cut] = {}
    for heading, text in _sections(document, article.title):
        for part in splitter.split_text(text):
            digest = hashlib.sha256("\n".join((heading, part)).encode("utf-8", "replace")).hexdigest()
            key = f"{article.id}#{digest[:10]}"
            cuts.setdefault(key, Cut(id=key, heading=heading, text=part))
    return tuple(cuts.values())


def _sections(document: Document, title: str) -> Iterator[tuple[str, str]]:
    """Each section's heading path and its text; a section without a heading of its own joins the last."""
    path, texts = title, list[str]()
    for node in MarkdownNodeParser().get_nodes_from_documents([document]):
        content = node.get_content(metadata_mode=MetadataMode.NONE)
        found = _HEADING.match(content)
        own = re.sub(r"[*_`]", "", found.group(1)).strip() if found else ""
        body = content[found.end() :].strip() if found else content.strip()
        above = [part for part in str(node.metadata.get("header_path", "")).split("/") if part]
        names = [
            name for name in (*above, own) if name and name != title and not _EMPTY_HEADING.fullmatch(name)
        ]
        heading = " › ".join((title, *names))
        if heading != path:
            if texts:
                yield path, "\n\n".join(texts)
            path, texts = heading, []
        if body:
            texts.append(body)
    if texts:
        yield path, "\n\n".join(texts)
