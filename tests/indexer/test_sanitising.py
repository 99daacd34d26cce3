"""Nothing that a browser could run comes out of Markdown, whatever goes in."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.markdown import MarkdownError, Rendered, render


def rendered(source: str, lang: str = "it") -> Rendered:
    return render(source, lang=lang, article_id="ordini/resi/rimborso")


def attempt(source: str) -> Rendered | MarkdownError:
    try:
        return rendered(source)
    except MarkdownError as error:
        return error


def html_of(source: str) -> str:
    return rendered(source).html


class Executable(HTMLParser):
    """Collects whatever a browser could run, submit, embed or fetch by a scheme of its own."""

    HARMLESS = frozenset(
        [
            "a",
            "abbr",
            "b",
            "blockquote",
            "br",
            "caption",
            "cite",
            "code",
            "dd",
            "del",
            "details",
            "div",
            "dl",
            "dt",
            "em",
            "figcaption",
            "figure",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "hr",
            "i",
            "img",
            "ins",
            "kbd",
            "li",
            "mark",
            "ol",
            "p",
            "pre",
            "q",
            "s",
            "samp",
            "small",
            "strong",
            "sub",
            "summary",
            "sup",
            "table",
            "tbody",
            "td",
            "tfoot",
            "th",
            "thead",
            "tr",
            "u",
            "ul",
            "var",
        ]
    )
    ATTRIBUTES = frozenset(
        "href src alt title class id rel loading align width height colspan rowspan scope start open".split()  # noqa: SIM905
    )

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.HARMLESS:
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            if name not in self.ATTRIBUTES:
                self.found.append(f"{tag} {name}")
            if name == "id":
                self.ids.append(value or "")
            if name in {"href", "src"}:
                # As browsers do: controls and spaces before, tabs and newlines inside, are nothing.
                address = re.sub(r"[\t\n\r]", "", value or "").lstrip("".join(map(chr, range(33))))
                scheme = re.match(r"([a-z][a-z0-9+.-]*):", address, re.IGNORECASE)
                if scheme and scheme[1].lower() not in {"http", "https", "mailto", "tel"}:
                    self.found.append(f"{name}={value}")

    def handle_comment(self, data: str) -> None:
        self.found.append(f"comment {data}")

    def handle_decl(self, decl: str) -> None:
        self.found.append(f"declaration {decl}")

    def unknown_decl(self, data: str) -> None:
        self.found.append(f"declaration {data}")

    def handle_pi(self, data: str) -> None:
        self.found.append(f"instruction {data}")


def executable(html: str) -> list[str]:
    reader = Executable()
    reader.feed(html)
    reader.close()
    return reader.found


VECTORS = (
    "<script>alert(1)</script>", "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>", "<script\n>alert(1)</script\n>",
    "<script/x>alert(1)</script>", "text <script>alert(1)</script> text", "<img src=x onerror=alert(1)>",
    "<img src=x onerror\n=\nalert(1)>", '<img src="x` `<script>alert(1)</script>"` `>',
    "<img/src=x/onerror=alert(1)>", "<IMG SRC=javascript:alert(1)>",
    "<img src=\"jav&#x09;ascript:alert(1)\">", "<img src='data:image/svg+xml;base64,PHN2Zy8+'>",
    "<img srcset='x 1x, javascript:alert(1) 2x'>", "<img style='background:url(javascript:alert(1))' src=x>",
    "<svg onload=alert(1)>", "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><use href='data:image/svg+xml,<svg id=x>'/></svg>", "<math href='javascript:alert(1)'>x</math>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>",
    "<math><mi><mglyph><svg><mtext><textarea><path id='</textarea><img onerror=alert(1) src=1>'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<style>@import 'javascript:alert(1)';</style>",
    "<style><img src='</style><img src=x onerror=alert(1)//'>", "<p style='x:expression(alert(1))'>x</p>",
    "<link rel=stylesheet href=javascript:alert(1)>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>", "<base href='javascript:alert(1)//'>",
    "<iframe src=javascript:alert(1)></iframe>", "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=javascript:alert(1)></object>", "<embed src=javascript:alert(1)>",
    "<applet code=x></applet>", "<form action=javascript:alert(1)><input type=submit></form>",
    "<button formaction=javascript:alert(1)>x</button>", "<input autofocus onfocus=alert(1)>",
    "<select autofocus onfocus=alert(1)><option>x</select>",
    "<textarea autofocus onfocus=alert(1)>x</textarea>", "<video><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)></audio>", "<details open ontoggle=alert(1)>x</details>",
    "<marquee onstart=alert(1)>x</marquee>", "<body onload=alert(1)>",
    "<template><img src=x onerror=alert(1)></template>",
    "<xmp><p title='</xmp><img src=x onerror=alert(1)>'></xmp>", "<plaintext><img src=x onerror=alert(1)>",
    "<title></title><img src=x onerror=alert(1)>", "<!--><img src=x onerror=alert(1)>-->",
    "<!-- --!><script>alert(1)</script> -->", "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version='1.0'?><script>alert(1)</script>",
    "<!DOCTYPE x [<!ENTITY y '<script>alert(1)</script>'>]>&y;", "<a href=javascript:alert(1)>x</a>",
    "<a href='JaVaScRiPt:alert(1)'>x</a>", "<a href=' javascript:alert(1)'>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>", "<a href='java\nscript:alert(1)'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>", "<a href='javascript&colon;alert(1)'>x</a>",
    "<a href='\x01javascript:alert(1)'>x</a>", "<a href='vbscript:msgbox(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>", "<a href='blob:https://x/y'>x</a>",
    "<a href='file:///etc/passwd'>x</a>", "<a href=x onclick=alert(1) ping=//evil target=_blank>x</a>",
    "<a name=x id=cookie class=admin>x</a>", "[x](javascript:alert(1))", "[x](JAVASCRIPT:alert(1))",
    "[x](java&#x0A;script:alert(1))", "[x](<javascript:alert(1)>)", "[x](javascript&colon;alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)", "[x][y]\n\n[y]: javascript:alert(1)",
    "[x](a.md \"\"onmouseover=\"alert(1)\")", "[x](a.md '\"><script>alert(1)</script>')",
    "![x](javascript:alert(1))", "![x](x.png \"onerror=alert(1)\")", "![\"onerror=\"alert(1)](x.png)",
    "![<script>alert(1)</script>](x.png)", "<javascript:alert(1)>", "<javascript:alert(1)@x.example>",
    "`<script>alert(1)</script>`", "```<script>\n<script>alert(1)</script>\n```",
    "```\" onload=\"alert(1)\nx\n```", "``` { .x onload=alert(1) }\nx\n```", "    <script>alert(1)</script>",
    "!!! note \"<script>alert(1)</script>\"\n    <script>alert(1)</script>",
    "!!! \"><script>alert(1)</script>\n    x",
    "> [!NOTE] <script>alert(1)</script>\n> <img src=x onerror=alert(1)>",
    "x[^1]\n\n[^1]: <script>alert(1)</script> <img src=x onerror=alert(1)>",
    "x[^\"><script>alert(1)</script>]\n\n[^\"><script>alert(1)</script>]: y",
    "| a |\n|---|\n| <script>alert(1)</script> <img src=x onerror=alert(1)> |",
    "# <script>alert(1)</script>\n\n## <img src=x onerror=alert(1)>",
    "<h2 id='x\" onmouseover=\"alert(1)'>x</h2>", "term <b onclick=alert(1)>\n: <script>alert(1)</script>",
    "- <script>alert(1)</script>\n  - <img src=x onerror=alert(1)>",
    "\x02wzxhzdk:0\x03 <b onclick=alert(1)>x</b>", "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\\<script>alert(1)\\</script>", "<div><p><a href=x><table><a href=javascript:alert(1)>",
)  # fmt: skip


@pytest.mark.parametrize("vector", VECTORS)
@pytest.mark.parametrize("around", ["{}", "prima {} dopo", "- voce\n\n    {}", "> {}"])
def test_nothing_executable_survives(vector: str, around: str) -> None:
    assert executable(html_of(around.format(vector))) == []


def test_the_detector_sees_what_it_must() -> None:
    for bad in (
        "<script>",
        "<b onclick=x>",
        "<a href=' javascript:x'>",
        "<!-- x -->",
        "<p style='x'>",
        "<img src=data:x>",
    ):
        assert executable(bad), bad


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from([*VECTORS, "[", "](", "*", "`", "\n", "\n\n", "    ", "> ", "- ", "|", "[^1]: "]),
        max_size=12,
    )
)
def test_nothing_executable_survives_in_any_mixture(parts: list[str]) -> None:
    result = attempt("".join(parts))
    assert isinstance(result, MarkdownError) or executable(result.html) == []


MARKS = [
    *(
        "# ",
        "=\n",
        "-\n",
        "- ",
        "1. ",
        "> ",
        "    ",
        "\n",
        "\n\n",
        "`",
        "```",
        "~~~",
        "*",
        "_",
        "[",
        "]",
        "(",
        ")",
    ),
    *(
        "![",
        "<",
        ">",
        "<b>",
        "</p>",
        "<!--",
        "<![",
        "<!x",
        "<?",
        "&#",
        "&amp",
        "|",
        "---|",
        ": ",
        "[^1]",
        "[^1]: ",
    ),
    *("!!! note\n", "\\", "\x02", "\t"),
]


@settings(max_examples=400, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(MARKS), st.text(max_size=8)), max_size=40).map("".join))
def test_any_text_renders_or_says_why_not(source: str) -> None:
    result = attempt(source)
    if isinstance(result, MarkdownError):
        assert str(result).endswith(".")
        assert result.line >= 1
        return
    reader = Executable()
    reader.feed(result.html)
    assert reader.found == []
    assert len(reader.ids) == len(set(reader.ids)), "an id is used twice"
    assert {s.anchor for s in result.sections if s.anchor} <= set(reader.ids)


def test_a_raw_footnote_id_does_not_take_the_real_ones_place_twice() -> None:
    html = html_of('a[^1]\n\n<ul><li id="fn:1">x</li></ul>\n\n[^1]: b')
    assert html.count('id="fn:1"') == 1


def test_a_forbidden_image_is_reported_and_not_shown() -> None:
    result = rendered("testo\n\n<img src='data:image/png;base64,AAAA'>")
    assert "<img" not in result.html
    assert [(i.src, i.alt, i.line) for i in result.images] == [("", "", 3)]


def test_controls_and_lone_surrogates_are_removed() -> None:
    assert html_of("a\x00b\ud800c\x02d\ufeff\r\ne") == "<p>abcd\ne</p>"


@pytest.mark.parametrize(
    "tag", ["script", "style", "svg", "iframe", "textarea", "noscript", "template", "title"]
)
def test_what_is_code_is_not_shown_as_text(tag: str) -> None:
    assert html_of(f"prima\n\n<{tag}>codice</{tag}>\n\ndopo").split() == ["<p>prima</p>", "<p>dopo</p>"]
