"""What a page is about, in schema.org's words, as a data block for its head."""

from collections.abc import Mapping, Sequence
from typing import Any

from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from app.routes import addresses, preview
from app.routes.catalogue import Shelf
from search.records import Article


def question(article: Article, shelf: Shelf, origin: str, home: str) -> Markup:
    """An article or a whole guide: a question, its answer, and the way to it; `home` names the first page."""
    url = origin + addresses.whole(article)
    answer = {"@type": "Answer", "text": preview.text(article), "url": url, "inLanguage": article.lang}
    page = {
        "@type": "FAQPage",
        "url": url,
        "name": article.title,
        "inLanguage": article.lang,
        "mainEntity": [{"@type": "Question", "name": article.title, "acceptedAnswer": answer}],
    }
    if article.updated:
        page["dateModified"] = article.updated.isoformat()
    return _block(page, _way([*_above(shelf, article.lang, origin, home), (article.title, url)]))


def guide(article: Article, shelf: Shelf, origin: str, home: str) -> Markup:
    """A guide: the way to it. Of its text the page shows one step, so it is no FAQPage."""
    url = origin + addresses.article(article)
    return _block(_way([*_above(shelf, article.lang, origin, home), (article.title, url)]))


def category(shelf: Shelf, lang: str, origin: str, home: str) -> Markup:
    """A category: the way to it. Its questions' answers are elsewhere, so it is no FAQPage."""
    return _block(_way(_above(shelf, lang, origin, home)))


def site(name: str, lang: str, origin: str) -> Markup:
    """The first page: the site, and where it can be asked."""
    target = {
        "@type": "EntryPoint",
        "urlTemplate": f"{origin}{addresses.search(lang)}?q={{search_term_string}}",
    }
    action = {"@type": "SearchAction", "target": target, "query-input": "required name=search_term_string"}
    url = origin + addresses.home(lang)
    return _block(
        {"@type": "WebSite", "name": name, "url": url, "inLanguage": lang, "potentialAction": action}
    )


def _above(shelf: Shelf, lang: str, origin: str, home: str) -> list[tuple[str, str]]:
    at_home = (home, origin + addresses.home(lang))
    return [at_home, (shelf.category.name, origin + addresses.category(lang, shelf.category.id))]


def _way(steps: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """A breadcrumb trail of names and whole addresses."""
    items = [
        {"@type": "ListItem", "position": at, "name": str(name), "item": url}
        for at, (name, url) in enumerate(steps, 1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": items}


def _block(*things: Mapping[str, Any]) -> Markup:
    # Every `<`, `>` and `&` is escaped, and so is all beyond ASCII: no text can end the block.
    data = htmlsafe_json_dumps({"@context": "https://schema.org", "@graph": things})
    return Markup('<script type="application/ld+json">{}</script>').format(data)
