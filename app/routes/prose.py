"""An article's HTML as a page shows it: the keyboard can scroll what is wider than the screen."""

import re
from typing import Final

from markupsafe import Markup

# Sanitised: these tags carry no attribute, and no attribute's value holds a `<`.
_WIDE: Final = re.compile(r"<(table|pre)>")
_END: Final = re.compile(r"</(table|pre)>")


def prose(html: str, table: str, code: str) -> Markup:
    """Sanitised `html`, its tables and code blocks in scrollable groups, named `table` and `code`."""
    names = {"table": table, "pre": code}

    def opened(tag: re.Match[str]) -> str:
        group = Markup('<div class="wide" role="group" aria-label="{}" tabindex="0">')
        return group.format(names[tag[1]]) + Markup(tag[0])  # noqa: S704  a tag of ours

    return Markup(_END.sub(r"\g<0></div>", _WIDE.sub(opened, html)))  # noqa: S704  sanitised when it was read
