"""The knowledge base to browse: by category, by phase, across languages, by old address."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

from search.records import Article, Category, KnowledgeBase, Phase


@dataclass(frozen=True, slots=True)
class Shelf:
    """A category and its articles, in the order to show them."""

    category: Category
    articles: tuple[Article, ...]


@dataclass(frozen=True, slots=True)
class _Old:
    """An article under an old address, whose query had these fields."""

    fields: frozenset[tuple[str, str]]
    article: Article


class Catalogue:
    """One snapshot's articles, by the ways people come to them; `languages` has the largest first."""

    def __init__(self, knowledge: KnowledgeBase, languages: Sequence[str]) -> None:
        self.languages = tuple(languages)
        self._articles = {(a.lang, a.id): a for a in knowledge.articles}
        self._shelves = _shelves(knowledge)
        self._moved = _moved(knowledge, self.languages)

    def article(self, lang: str, article_id: str) -> Article | None:
        """The article at an address."""
        return self._articles.get((lang, article_id))

    def translations(self, article_id: str) -> tuple[Article, ...]:
        """The article in each language that has it."""
        found = (self.article(lang, article_id) for lang in self.languages)
        return tuple(article for article in found if article)

    def shelves(self, lang: str) -> tuple[Shelf, ...]:
        """The categories that have articles, in the editor's order."""
        return tuple(self._shelves.get(lang, {}).values())

    def shelf(self, lang: str, category_id: str) -> Shelf | None:
        """One category; null where it has no article in this language."""
        return self._shelves.get(lang, {}).get(category_id)

    def in_phase(self, lang: str, category_id: str | None, phase: Phase | None) -> tuple[Article, ...]:
        """The articles that both filters leave, category by category."""
        shelves = (s for s in self.shelves(lang) if category_id in (None, s.category.id))
        return tuple(a for shelf in shelves for a in shelf.articles if phase in (None, a.phase))

    def named_by(self, article: Article) -> tuple[Article, ...]:
        """What the editor named as related."""
        named = (self.article(article.lang, article_id) for article_id in article.related)
        return tuple(a for a in named if a and a.id != article.id)

    def beside(self, article: Article) -> tuple[Article, ...]:
        """The others of its category."""
        shelf = self.shelf(article.lang, article.category)
        return tuple(a for a in shelf.articles if a.id != article.id) if shelf else ()

    def boosted(self, lang: str) -> tuple[Article, ...]:
        """The articles that editors push, most first."""
        found = (a for shelf in self.shelves(lang) for a in shelf.articles if a.boost > 1)
        return tuple(sorted(found, key=lambda a: -a.boost))

    def moved(self, path: str, query: str) -> Article | None:
        """The article that took over an old address; what a query has besides the old one's is no matter."""
        asked = set(parse_qsl(query, keep_blank_values=True, errors="replace"))
        found = [old for old in self._moved.get("/" + path.strip("/"), ()) if old.fields <= asked]
        return max(found, key=lambda old: len(old.fields)).article if found else None


def _shelves(knowledge: KnowledgeBase) -> dict[str, dict[str, Shelf]]:
    articles: dict[tuple[str, str], list[Article]] = defaultdict(list)
    for article in knowledge.articles:
        articles[article.lang, article.category].append(article)
    known = {(c.lang, c.id): c for c in knowledge.categories}
    shelves: dict[str, list[Shelf]] = defaultdict(list)
    for (lang, name), found in articles.items():
        shown = sorted(found, key=lambda a: (-a.boost, a.title.casefold()))
        shelves[lang].append(Shelf(known.get((lang, name)) or Category(name, lang, name), tuple(shown)))
    return {
        lang: {s.category.id: s for s in sorted(found, key=lambda s: (s.category.order, s.category.name))}
        for lang, found in shelves.items()
    }


def _moved(knowledge: KnowledgeBase, languages: tuple[str, ...]) -> dict[str, list[_Old]]:
    """Old addresses as the editor wrote them, and as former ids; the larger language comes first.

    By path, without a slash at its end.
    """
    moved: dict[str, list[_Old]] = defaultdict(list)
    for article in sorted(knowledge.articles, key=lambda a: languages.index(a.lang)):
        for written in article.redirect_from:
            path, _, query = written.partition("?")
            path = "/" + unquote(path).strip("/")
            old = _Old(frozenset(parse_qsl(query, keep_blank_values=True, errors="replace")), article)
            moved[path].append(old)
            moved[f"/{article.lang}/a{path}"].append(old)
    return dict(moved)
