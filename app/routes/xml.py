"""XML documents, made of texts that may hold what XML cannot."""

import re
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring  # nothing is parsed here

# Not even as a reference may XML 1.0 hold these (2.2).
_IMPOSSIBLE: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def element(parent: Element, name: str, text: str = "", attributes: dict[str, str] | None = None) -> Element:
    """A new element at the end of `parent`."""
    child = SubElement(parent, name, {n: legal(v) for n, v in (attributes or {}).items()})
    child.text = legal(text) or None
    return child


def legal(text: str) -> str:
    """`text` without the characters that no XML document can hold."""
    return _IMPOSSIBLE.sub("", text)


def document(root: Element) -> bytes:
    """`root` as a whole document in UTF-8."""
    indent(root, "")
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written
