"""An article's file, as an editor opens it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from app.articles.records import ArticleDraft
from indexer.articles import digest_of
from indexer.editing import EditError, Written, read_file_of, written

# What the form shows of the front matter, beside title and questions.
FIELDS: Final = (
    "status", "publish_at", "review_by", "updated", "owner", "summary", "tags", "phase", "type", "visibility",
    "related", "redirect_from", "boost",
)  # fmt: skip
# What a field that is not written means.
USUAL: Final = {"status": "published", "type": "article", "visibility": "public", "boost": "1"}


@dataclass(frozen=True, slots=True)
class Opened:
    """A file as it is now: `version` is the digest of its content.

    `draft` is null for one whose front matter has a mistake: only the text as a whole can be edited then.
    """

    lang: str
    id: str
    version: str
    text: str
    draft: ArticleDraft | None


def open_article(content: Path, lang: str, article_id: str) -> Opened:
    """The file of an article. Raises EditError; `broken` for one that is not UTF-8."""
    data = read_file_of(content, lang, article_id)
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise EditError("broken") from None
    return Opened(lang, article_id, digest_of(data), text, draft_of(lang, article_id, text))


def draft_of(lang: str, article_id: str, text: str) -> ArticleDraft | None:
    """What a file's text says; null where its front matter has a mistake."""
    try:
        said = written(text)
    except EditError:
        return None
    return _draft(lang, article_id, said)


def alike(name: str, one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether a field's texts mean the same, however they are written."""
    return _meant(name, one) == _meant(name, other)


def with_changes_only(draft: ArticleDraft, file: ArticleDraft) -> ArticleDraft:
    """`draft` without the fields that mean what the file says already."""
    changed = {n: v for n, v in draft.fields.items() if not alike(n, v, file.fields.get(n, ()))}
    return replace(draft, fields=changed)


def _draft(lang: str, article_id: str, said: Written) -> ArticleDraft:
    fields = {name: said.fields[name] for name in FIELDS if said.fields.get(name)}
    title = " ".join(said.fields["title"])
    return ArticleDraft(lang, article_id, title, said.fields.get("questions", ()), said.body, fields)


def _meant(name: str, texts: tuple[str, ...]) -> object:
    usual = USUAL.get(name)
    if not texts and usual is None:
        return ()
    read: dict[str, Callable[[str], object]] = {
        "updated": _day,
        "review_by": _day,
        "publish_at": _moment,
        "boost": float,
    }
    one = texts[0].strip() if texts else usual or ""
    try:
        return read[name](one) if name in read else one.lower() if usual else texts
    except ValueError:
        return texts


def _day(text: str) -> date:
    return datetime.fromisoformat(text).date()


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
