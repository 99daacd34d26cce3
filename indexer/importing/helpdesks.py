"""Articles of help desks as their APIs and exports give them: Zendesk, Freshdesk, Intercom, Help Scout.

Field names are those of the vendors' API references:
https://developer.zendesk.com/api-reference/help_center/help-center-api/articles/
https://developers.freshdesk.com/api/#solution_article_attributes
https://developers.intercom.com/docs/references/rest-api/api.intercom.io/articles
https://developer.helpscout.com/docs-api/objects/article/
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final, Literal, TypeAlias

from indexer.importing.drafts import one_line
from indexer.importing.exported import Exported, UnreadableError, address_of, host_of
from indexer.importing.webpages import plain

Vendor: TypeAlias = Literal["zendesk", "freshdesk", "intercom", "helpscout"]
Thing: TypeAlias = Mapping[str, Any]
# What an article of each has and no other thing of it: this is also how a file is recognised.
_MARKS: Final[Mapping[Vendor, frozenset[str]]] = {
    "zendesk": frozenset({"section_id", "title", "body"}),
    "freshdesk": frozenset({"folder_id", "title", "description"}),
    "helpscout": frozenset({"collectionId", "name", "text"}),
    "intercom": frozenset({"title", "body", "state", "author_id"}),
}
# A folder holds a folder at most so many times in any of them.
_DEEPEST: Final = 8


def read_helpdesk(documents: Mapping[str, bytes], wanted: Vendor | None = None) -> list[Exported] | None:
    """The articles of JSON files, by name; None where none of them is a help desk's.

    Responses may be pages of a list, whole lists, one object a line, and split over files: what matters is
    what each object has. Raises UnreadableError for what is not JSON.
    """
    things = [(name, thing) for name, data in documents.items() for thing in _things(_parsed(name, data))]
    for vendor, marks in _MARKS.items():
        articles = [(name, t) for name, t in things if marks <= t.keys()]
        if articles and wanted in {None, vendor}:
            shelves = _Shelves([t for _, t in things if not marks <= t.keys()])
            read = _READERS[vendor]
            return [found for name, article in articles for found in read(name, article, shelves)]
    return None


def _parsed(name: str, data: bytes) -> Any:
    try:
        text = data.decode("utf-8-sig")
        try:
            return json.loads(text)
        except json.JSONDecodeError as error:
            if error.msg != "Extra data":
                raise
            return [json.loads(line) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError) as error:
        reason = "it is nested too deep" if isinstance(error, RecursionError) else one_line(str(error))
        raise UnreadableError(f"{name} cannot be read as JSON ({reason}).") from None


def _things(document: Any) -> Iterator[Thing]:
    """Every object, outer ones first; in the order they stand."""
    waiting = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            yield value
            waiting += reversed(list(value.values()))
        elif isinstance(value, list):
            waiting += reversed(value)


class _Shelves:
    """Categories, sections, folders and collections by their id."""

    def __init__(self, things: Sequence[Thing]) -> None:
        self._known: dict[str, list[Thing]] = {}
        # Freshdesk numbers categories and folders apart: of one number, what lies in another comes first.
        for thing in sorted(things, key=lambda t: "category_id" not in t and "visibility" not in t):
            if isinstance(thing.get("name"), str) and (found := _id(thing.get("id"))):
                self._known.setdefault(found, []).append(thing)

    def get(self, key: object, but: Sequence[Thing] = ()) -> Thing:
        """Empty for one that the export does not have, or only among those of `but`."""
        found = self._known.get(_id(key), [])
        return next((thing for thing in found if not any(thing is other for other in but)), {})

    def names(self, key: object, *above: str) -> tuple[str, ...]:
        """The names from the top down to the shelf; `above` are the fields that say what one lies in."""
        passed: list[Thing] = []
        shelf = self.get(key)
        while shelf and len(passed) < _DEEPEST:
            passed.append(shelf)
            upper = (self.get(shelf.get(field), passed) for field in above)
            shelf = next((found for found in upper if found), {})
        names = (one_line(thing["name"]) for thing in reversed(passed))
        return tuple(dict.fromkeys(name for name in names if name))


def _zendesk(name: str, article: Thing, shelves: _Shelves) -> Iterator[Exported]:
    restricted = article.get("user_segment_id") is not None
    yield Exported(
        source=_place(name, article),
        title=_text(article["title"]),
        html=_raw(article["body"]),
        lang=_text(article.get("locale")),
        id=_id(article.get("id")),
        folders=shelves.names(article["section_id"], "parent_section_id", "category_id"),
        fields={
            "tags": _texts(article.get("label_names")),
            "status": "draft" if article.get("draft") is True else None,
            "updated": _day(article.get("edited_at") or article.get("updated_at")),
            "visibility": "internal" if restricted else None,
        },
        addresses=address_of(article.get("html_url")),
        host=host_of(article.get("html_url")),
    )


def _freshdesk(name: str, article: Thing, shelves: _Shelves) -> Iterator[Exported]:
    levels = [level for level in _list(article.get("hierarchy")) if isinstance(level, dict)]
    data = [level["data"] for level in levels if isinstance(level.get("data"), dict)]
    folder = shelves.get(article["folder_id"])
    seo = article.get("seo_data")
    seo = seo if isinstance(seo, dict) else {}
    named = tuple(_text(d.get("name")) for d in data if _text(d.get("name")))
    visible = article.get("folder_visibility", folder.get("visibility", 1))
    number = _id(article.get("id"))
    known = [number, *([_text(article["path"])] if _text(article.get("path")) else [])]
    yield Exported(
        source=_place(name, article),
        title=_text(article["title"]),
        html=_raw(article["description"]),
        lang=next((_text(d.get("language")) for d in data if _text(d.get("language"))), ""),
        id=number,
        folders=named or shelves.names(article["folder_id"], "parent_folder_id", "category_id"),
        fields={
            "summary": _text(seo.get("meta_description")),
            "tags": _texts(article.get("tags")),
            "status": "draft" if article.get("status") == 1 else None,
            "updated": _day(article.get("updated_at")),
            "visibility": None if visible == 1 else "internal",
        },
        addresses=tuple(f"/support/solutions/articles/{end}" for end in known if end),
    )


def _intercom(name: str, article: Thing, shelves: _Shelves) -> Iterator[Exported]:
    parents = [article.get("parent_id"), *_list(article.get("parent_ids"))]
    folders = next((names for parent in parents if (names := shelves.names(parent, "parent_id"))), ())
    main = _text(article.get("default_locale")) or _language_in(_text(article.get("url")))
    first = Exported(
        source=_place(name, article), title="", html="", id=_id(article.get("id")), folders=folders
    )
    translated = article.get("translated_content")
    contents = {main: article} | {
        lang: content
        for lang, content in (translated.items() if isinstance(translated, dict) else ())
        if isinstance(content, dict) and _text(content.get("title")) and lang != main
    }
    for lang, content in contents.items():
        if main or content is article or content.get("url") != article.get("url"):
            yield replace(
                first,
                title=_text(content.get("title")),
                html=_raw(content.get("body")),
                lang=lang,
                fields={
                    "summary": _text(content.get("description")),
                    "status": "draft" if content.get("state") == "draft" else None,
                    "updated": _day(content.get("updated_at")),
                },
                addresses=address_of(content.get("url")),
                host=host_of(content.get("url")),
            )


def _helpscout(name: str, article: Thing, shelves: _Shelves) -> Iterator[Exported]:
    collection = shelves.get(article["collectionId"])
    categories = (shelves.names(key) for key in _list(article.get("categories")))
    names = (*shelves.names(article["collectionId"]), *next((n for n in categories if n), ()))
    yield Exported(
        source=_place(name, article),
        title=_text(article["name"]),
        html=_raw(article["text"]),
        id=_id(article.get("id")),
        folders=names,
        fields={
            "tags": _texts(article.get("keywords")),
            "status": "draft" if article.get("status") == "notpublished" else None,
            "updated": _day(article.get("updatedAt")),
            "visibility": "internal" if collection.get("visibility") == "private" else None,
        },
        addresses=address_of(article.get("publicUrl")),
        host=host_of(article.get("publicUrl")),
    )


_READERS: Final = {
    "zendesk": _zendesk,
    "freshdesk": _freshdesk,
    "intercom": _intercom,
    "helpscout": _helpscout,
}


def _place(name: str, article: Thing) -> str:
    return f"{name} “{_id(article.get('id'))}”"


def _id(value: object) -> str:
    return one_line(str(value)) if isinstance(value, (int, str)) and not isinstance(value, bool) else ""


def _raw(value: object) -> str:
    return value if isinstance(value, str) else ""


def _text(value: object) -> str:
    return plain(value) if isinstance(value, str) else ""


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _texts(value: object) -> list[str]:
    return list(dict.fromkeys(text for item in _list(value) if (text := _text(item))))


def _day(value: object) -> str | None:
    """ISO 8601, or seconds since 1970 as Intercom writes them."""
    if isinstance(value, str):
        return value.strip()[:10] or None
    if isinstance(value, int) and 0 < value < 10**11:
        return datetime.fromtimestamp(value, UTC).date().isoformat()
    return None


def _language_in(url: str) -> str:
    """Of `https://intercom.help/acme/en/articles/3-title`, `en`."""
    before, found, _ = url.partition("/articles/")
    return before.rpartition("/")[2] if found else ""
