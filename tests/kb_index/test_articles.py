"""Articles from files of every kind, and what is said of files that cannot be read."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import docx
import pytest

from kb_index.articles import Folder, article
from kb_index.passages import cut
from kb_index.readers import Unreadable, html, pdf
from plugins.errors import KnowledgeBaseError


async def test_every_kind_of_file_is_read(tmp_path: Path) -> None:
    """Markdown, HTML, Word, PDF and text become articles with a title."""
    (tmp_path / "a.md").write_text("---\ntitle: From the front\n---\n# Heading\n\nText of a.")
    (tmp_path / "b.html").write_text(
        "<html><head><title>B</title></head><body><p>Text <b>of</b> b.</p></body>"
    )
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "c_and-d.txt").write_text("Text of c.")
    document = docx.Document()
    document.add_heading("Word title", level=1)
    document.add_paragraph("Text of d.")
    document.add_paragraph("An item", style="List Bullet")
    document.save(str(tmp_path / "d.docx"))
    (tmp_path / "e.pdf").write_bytes(pdf_of("Text of e."))
    (tmp_path / "ignored.png").write_bytes(b"\x89PNG")
    library = await Folder(tmp_path).library()
    assert library.problems == ()
    titles = {entry.id: entry.title for entry in library.articles}
    assert titles == {
        "a.md": "From the front",
        "b.html": "B",
        "d.docx": "Word title",
        "e.pdf": "E",
        "sub/c_and-d.txt": "C and d",
    }
    assert all(f"Text of {entry.id.split('/')[-1][0]}." in entry.text for entry in library.articles)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("broken.pdf", b"%PDF-1.7 nothing", "not a PDF that can be read"),
        ("broken.docx", b"PK not a zip", "not a Word document"),
        ("empty.md", b"  \n", "has no text"),
        ("binary.txt", b"\xff\xfe\x00\x00\x81", "is not text"),
    ],
)
async def test_a_broken_file_is_named_and_the_others_are_read(
    tmp_path: Path, name: str, data: bytes, said: str
) -> None:
    """A file that cannot be read is a problem in plain words; the others are articles."""
    (tmp_path / name).write_bytes(data)
    (tmp_path / "good.md").write_text("# Good\n\nText.")
    library = await Folder(tmp_path).library()
    assert [entry.id for entry in library.articles] == ["good.md"]
    (problem,) = library.problems
    assert problem.startswith(f"{name}: ")
    assert said in problem


async def test_a_missing_folder_says_what_to_do(tmp_path: Path) -> None:
    """A folder that does not exist is an error that names the setting."""
    with pytest.raises(KnowledgeBaseError, match="HOTDASH_KB_FOLDER"):
        await Folder(tmp_path / "nowhere").library()


def test_html_keeps_its_structure() -> None:
    """Headings and lists of a page become Markdown; scripts and navigation are left out."""
    text = html(b"<nav>Home</nav><h2>How to</h2><ul><li>One</li><li>Two</li></ul><script>x()</script>")
    assert text == "## How to\n\n- One\n\n- Two"


def test_a_passage_keeps_its_id_while_its_text_stays() -> None:
    """Changing one section changes the ids of that section's passages only."""
    before = cut(article("a.md", "# A\n\n## One\n\nFirst text.\n\n## Two\n\nSecond text."))
    after = cut(article("a.md", "# A\n\n## One\n\nFirst text.\n\n## Two\n\nAnother text."))
    assert before[0].id == after[0].id
    assert before[1].id != after[1].id
    assert [piece.heading for piece in before] == ["A › One", "A › Two"]


def test_a_heading_that_says_nothing_joins_what_is_above() -> None:
    """Sections called Steps or Notes are no subjects of their own."""
    pieces = cut(article("a.md", "# Refund\n\nIntro.\n\n## Steps\n\nDo it.\n\n## Notes\n\nDone."))
    assert [piece.heading for piece in pieces] == ["Refund"]


def test_an_article_without_words_is_refused() -> None:
    """Front matter alone is not an article."""
    with pytest.raises(Unreadable):
        article("a.md", "---\ntitle: Nothing\n---\n")


def pdf_of(text: str) -> bytes:
    """The smallest PDF that shows a line of text."""
    stream = f"BT /F1 12 Tf 50 700 Td ({text}) Tj ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, places = BytesIO(b""), []
    out.write(b"%PDF-1.4\n")
    for number, content in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(b"%d 0 obj%s endobj\n" % (number, content))
    start = out.tell()
    out.write(b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % start)
    return out.getvalue()


def test_a_pdf_is_read_as_running_text() -> None:
    """The text of a PDF comes out without its layout."""
    assert pdf(pdf_of("Hello there.")) == "Hello there."
