"""Every statement has a name, a sentence and a user."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from bot.store import queries
from plugins.errors import StoreError

SUBJECTS = sorted(path.stem for path in queries.FOLDER.glob("*.sql"))


@pytest.mark.parametrize("subject", SUBJECTS)
def test_statements_and_code_match(subject: str):
    """Each statement of a file is used by the module of the same name, and no other is asked for."""
    nodes = list(ast.walk(ast.parse((queries.FOLDER.parent / f"{subject}.py").read_text())))
    texts = {node.value for node in nodes if isinstance(node, ast.Constant)}
    asked = {
        node.slice.value
        for node in nodes
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant)
        if isinstance(node.value, ast.Name) and node.value.id == "SQL"
    }
    assert asked <= set(queries.load(subject)) <= texts


@pytest.mark.parametrize(
    "text",
    [
        "select 1;\n",
        "-- name: one\nselect 1;\n",
        "-- name: one\n-- One.\nselect 1;\n\n-- name: one\n-- Again.\nselect 2;\n",
        "-- name: one\n-- One.\n\n-- name: two\n-- Two.\nselect 2;\n",
        "-- name: one\n-- One.\nselect 1;\n\n-- name: two\nselect 2;\n",
    ],
    ids=["no name", "no sentence", "a name twice", "no statement", "second without sentence"],
)
def test_a_careless_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str):
    """A file with a statement that lacks its name or sentence, or has another's name, is refused."""
    (tmp_path / "careless.sql").write_text(text)
    monkeypatch.setattr(queries, "FOLDER", tmp_path)
    queries.load.cache_clear()
    with pytest.raises(StoreError, match=r"careless\.sql"):
        queries.load("careless")
    queries.load.cache_clear()
