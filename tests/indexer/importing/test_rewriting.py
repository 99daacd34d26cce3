"""The words of others as our Markdown: nothing lost, nothing slow, names that fit."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.importing.drafts import escaped, one_line, slugify
from indexer.importing.languages import language, language_in_name
from indexer.importing.rewriting import Rewriting, mark_anchors, rewrite, take_out_embedded
from indexer.markdown import render


def shown(markdown: str) -> str:
    """The text of a rendered body, on one line."""
    sections = render(markdown, lang="it", article_id="a/b").sections
    return one_line(" ".join(paragraph for section in sections for paragraph in section.paragraphs))


SIGNS = """
- a
1. b
1) b
+ c
> d
# e
#f
!!! note
: g
~~~
```
***
---
___
=
a_b_ _c_
&amp; &lt;
![x](y)
[^1]: z
<script>
`x`
\\*
\\<
a | b
[!NOTE]
<https://a.b>
{.x}
2024. Anno
*a*: **b**
+39 055 1
""".strip().splitlines()


@pytest.mark.parametrize("text", SIGNS)
def test_each_markdown_sign_survives(text: str) -> None:
    assert shown(escaped(text)) == one_line(text)
    assert shown(f"{escaped('Prima')}\n\n{escaped(text)}") == f"Prima {one_line(text)}"


@given(st.text(st.sampled_from("ab 1.)-+*_#>!~`[](){}<>&;:|=\\\"'^\n\té") | st.characters(), min_size=1))
def test_plain_text_survives_markdown(text: str) -> None:
    assert shown(escaped(text)) == one_line(text)


def test_slugs_fit_a_file_system() -> None:
    assert slugify("Però, l’È così?") == "pero-l-e-cosi"
    assert slugify("हिन्दी में") == "हिन्दी-में"
    assert len(slugify("parola " * 100).encode()) <= 100
    assert len(slugify("漢" * 300).encode()) <= 100
    assert slugify("../..") == ""


def test_language_tags() -> None:
    tags = {
        "it-IT": "it",
        "en_us": "en",
        "pt-br": "pt-BR",
        "en-GB": "en-GB",
        "es-419": "es-419",
        "../x": None,
        "english": None,
    }
    assert {tag: language(tag) for tag in tags} == tags
    assert [language_in_name(Path(name)) for name in ("a_it", "a-fr", "a", "qa")] == ["it", "fr", None, None]


SLOW = [
    "`a``b```c",
    "[a",
    '<a "',
    "<!--",
    "](  ",
    "[x]( ",
    "![a](b ",
    "[![a](b",
    "<a>",
    "((((",
    "[x](",
    "\\",
    "[a]: ",
]
SLOW += [
    "{#",
    "\t {#a} x",
    "<script>",
    "data:image/png;base64,",
    "<a name=x></a>",
    "{.",
    "<!-- -->",
    "[a](b)",
]


@pytest.mark.parametrize("piece", SLOW)
def test_no_text_takes_long_to_rewrite(piece: str) -> None:
    text = (piece * 200_000)[:200_000]
    started = time.monotonic()
    body = take_out_embedded(text)
    mark_anchors(body)
    rewrite(body.marked, Rewriting(lambda href: href, lambda src: src))
    assert time.monotonic() - started < 20


def test_a_link_without_text_goes_and_one_around_an_image_stays() -> None:
    rewriting = Rewriting(lambda href: href.upper(), lambda src: src.upper())
    text = rewrite("a [](b.md) [![c](d.png)](e.md) [](f.md)", rewriting)
    assert text == "a  [![c](D.PNG)](E.MD) "
