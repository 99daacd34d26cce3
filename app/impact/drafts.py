"""What an editor has typed, as the article it would be. Pure."""

from app.articles.records import ArticleDraft
from indexer.articles import Read, read_text
from indexer.editing import LISTS
from indexer.importing.drafts import compose


def read_draft(draft: ArticleDraft) -> Read:
    """The article, as if it were published; a field that cannot be read yet is left out."""
    fields = {
        name: list(texts) if name in LISTS else texts[0] for name, texts in draft.fields.items() if texts
    }
    shown = {**fields, "title": draft.title or "…", "questions": list(draft.questions), "status": "published"}
    read = read_text(draft.lang, draft.id, compose(shown, draft.body))
    if read.article is None:
        least = {"title": shown["title"], "questions": shown["questions"]}
        read = read_text(draft.lang, draft.id, compose(least, draft.body))
    return read
