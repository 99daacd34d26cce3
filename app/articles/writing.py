"""What an editor writes, into the content folder, with its history."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from app.articles.history import Author, commit, keep_before
from app.articles.reading import Opened, open_article, with_changes_only
from app.articles.records import ArticleDraft
from indexer.articles import read_text
from indexer.editing import (
    EditError,
    begin,
    create,
    draft,
    path_of,
    replace_file_of,
    rewritten,
)
from indexer.lines import relined
from indexer.problems import Finding


class ConflictError(Exception):
    """Somebody saved the article since it was opened: nothing was written, and this is what is there."""

    def __init__(self, now: Opened) -> None:
        super().__init__(now.version)
        self.now = now


class UnfitError(Exception):
    """It would be no article that can be shown: what is wrong, line by line."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__(str(findings[:1]))
        self.findings = findings


@dataclass(frozen=True, slots=True)
class Desk:
    """Where is written, and who writes."""

    content: Path
    data: Path
    author: Author


def save(desk: Desk, version: str, said: ArticleDraft, updated: date | None = None) -> Opened:
    """Write what an editor says of the article they opened as `version`; what is there now.

    Every line that is not changed stays byte for byte; `updated` is noted only where something changed.
    Raises ConflictError, UnfitError and EditError: then nothing was written.
    """
    opened = _unchanged(desk, version, said.lang, said.id)
    if opened.draft is None:
        raise EditError("broken")
    changed = with_changes_only(said, opened.draft)
    text = rewritten(opened.text, _fields(changed), said.body)
    if text == opened.text:
        return opened
    if updated:
        changed = with_changes_only(
            replace(said, fields={**said.fields, "updated": (updated.isoformat(),)}), opened.draft
        )
        text = rewritten(opened.text, _fields(changed), said.body)
    return _write(desk, opened, text, f"{_verb(opened.draft, said)}: {said.title}")


def save_text(desk: Desk, lang: str, article_id: str, version: str, text: str, what: str) -> Opened:
    """The same for a file as a whole, front matter and all; `what` is said of it in the history."""
    opened = _unchanged(desk, version, lang, article_id)
    return _write(desk, opened, relined(opened.text, text), what)


def restore(desk: Desk, lang: str, article_id: str, version: str, text: str, what: str) -> Opened:
    """Have a file as it was, byte for byte."""
    return _write(desk, _unchanged(desk, version, lang, article_id), text, what)


def begin_article(desk: Desk, lang: str, category: str, title: str, body: str) -> str:
    """Write the draft of a new article; its id. Raises EditError."""
    path = begin(desk.content, lang, category, title, draft(title, (), body))
    commit(desk.content, desk.data, desk.content / path, desk.author, f"New: {title}")
    return path.removesuffix(".md").partition("/")[2]


def begin_translation(desk: Desk, source: Opened, lang: str, body: str) -> None:
    """Write the draft of an article in another language. Raises EditError."""
    title = source.draft.title if source.draft else source.id
    create(desk.content, lang, source.id, draft(title, (), body))
    path = path_of(desk.content, lang, source.id)
    commit(desk.content, desk.data, path, desk.author, f"New translation ({lang}): {title}")


def _unchanged(desk: Desk, version: str, lang: str, article_id: str) -> Opened:
    opened = open_article(desk.content, lang, article_id)
    if opened.version != version:
        raise ConflictError(opened)
    return opened


def _write(desk: Desk, opened: Opened, text: str, what: str) -> Opened:
    read = read_text(opened.lang, opened.id, text)
    if read.article is None:
        raise UnfitError(tuple(finding for finding in read.findings if finding.severity == "error"))
    path = path_of(desk.content, opened.lang, opened.id)
    keep_before(desk.content, desk.data, path)
    try:
        replace_file_of(desk.content, desk.data, opened.lang, opened.id, opened.version, text)
    except EditError as error:
        if error.problem != "changed":
            raise
        raise ConflictError(open_article(desk.content, opened.lang, opened.id)) from None
    commit(desk.content, desk.data, path, desk.author, what)
    return open_article(desk.content, opened.lang, opened.id)


def _fields(said: ArticleDraft) -> Mapping[str, tuple[str, ...]]:
    return {"title": (said.title,), "questions": said.questions, **said.fields}


def _verb(before: ArticleDraft, after: ArticleDraft) -> str:
    was, now = before.text("status") or "published", after.text("status")
    if now in {"", was}:
        return "Edit"
    return {"published": "Publish", "archived": "Take off the site"}.get(now, "Back to a draft")
