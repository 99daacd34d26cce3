"""WordPress's export file (WXR): its FAQ posts, or where it has none its posts and pages."""

import re
from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from indexer.importing.drafts import one_line
from indexer.importing.exported import Exported, UnreadableError, address_of, host_of
from indexer.importing.webpages import cut_out, plain

_CONTENT: Final = "{http://purl.org/rss/1.0/modules/content/}encoded"
# `wp:` and `excerpt:` have a version in their namespace, 1.0 to 1.2.
_WP: Final = "{http://wordpress.org/export/"
_FAQ = re.compile(r"faq|question|kb|knowledge|^docs?$|help|doc(?:umentation)?s?$")
_STATUSES: Final = {"publish": None, "private": None, "draft": "draft", "pending": "draft", "future": "draft"}
_NOT_TOPICS: Final = frozenset({"post_tag", "post_format", "nav_menu"})
_SHORTCODE = re.compile(
    r"\[/?[a-z][\w-]*(?:\s+[\w-]+=(?:\"[^\"]*\"|'[^']*'|[^\s\]]+))*\s*/?\](?!\()", re.IGNORECASE
)
_IS_BLOCK = re.compile(
    r"\s*</?(?:p|div|ul|ol|li|h[1-6]|table|figure|blockquote|pre|section|hr|dl)\b", re.IGNORECASE
)


def read_wordpress(name: str, data: bytes) -> list[Exported] | None:
    """None for XML that is no such export; raises UnreadableError for what is not XML, or has entities."""
    try:
        root = fromstring(data, forbid_dtd=True)
    except DefusedXmlException:
        raise UnreadableError(f"{name} declares entities or a DTD, which are not read here.") from None
    except (ParseError, ValueError, LookupError) as error:
        raise UnreadableError(f"{name} cannot be read as XML ({one_line(str(error))}).") from None
    channel = root.find("channel")
    if channel is None or not any(child.tag.startswith(_WP) for child in channel.iter()):
        return None
    lang = one_line(channel.findtext("language") or "")
    items = [item for item in channel.findall("item") if _wp(item, "status") in _STATUSES]
    kinds = {_wp(item, "post_type") for item in items} - {"attachment", "nav_menu_item", "revision"}
    wanted = {kind for kind in kinds if _FAQ.search(kind)} or kinds & {"post", "page"}
    return [_exported(name, item, lang) for item in items if _wp(item, "post_type") in wanted]


def _exported(name: str, item: Element, lang: str) -> Exported:
    number, status = _wp(item, "post_id"), _wp(item, "status")
    terms = list(_terms(item))
    topics = [text for domain, text in terms if domain not in _NOT_TOPICS]
    day = (_wp(item, "post_modified") or _wp(item, "post_date"))[:10]
    excerpt = next(
        (e.text for e in item if e.tag.startswith(_WP) and e.tag.endswith("/excerpt/}encoded")), ""
    )
    return Exported(
        source=f"{name} “{number}”",
        title=plain(item.findtext("title") or ""),
        html=_html(item.findtext(_CONTENT) or ""),
        lang=lang,
        folders=tuple(topics[:1]),
        fields={
            "summary": plain(excerpt or ""),
            "tags": [text for domain, text in terms if domain == "post_tag"],
            "status": _STATUSES[status],
            "updated": day if not day.startswith("0000") else None,
            "visibility": "internal" if status == "private" or _wp(item, "post_password") else None,
        },
        addresses=address_of(item.findtext("link")),
        host=host_of(item.findtext("link")),
    )


def _terms(item: Element) -> Iterator[tuple[str, str]]:
    for category in item.findall("category"):
        if text := plain(category.text or ""):
            yield category.get("domain", "category"), text


def _wp(item: Element, field: str) -> str:
    found = (child.text for child in item if child.tag.startswith(_WP) and child.tag.endswith(f"}}{field}"))
    return one_line(next(found, None) or "")


def _html(text: str) -> str:
    """As WordPress shows it: blank lines part paragraphs where no block does, shortcodes are commands."""
    text = _SHORTCODE.sub("", cut_out(text, "<!--", "-->")).strip()
    if re.search(r"<p\b", text, re.IGNORECASE):
        return text
    blocks = (block.strip() for block in re.split(r"\n[ \t\r]*\n", text))
    return "\n".join(
        block if _IS_BLOCK.match(block) else "<p>" + re.sub(r"\r?\n", "<br>", block) + "</p>"
        for block in blocks
        if block
    )
