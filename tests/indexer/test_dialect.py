"""The Markdown editors know from elsewhere, and text that is too much for any parser."""

import pytest

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


PATHOLOGICAL = {
    "brackets": "[" * 19_000,
    "brackets by lines": "[[[[[[[[[[\n" * 18_000,
    "links": "[a](" * 4_900,
    "images": "![" * 9_000,
    "quotes": ">" * 10_000,
    "lists": "- " * 9_000,
    "lists to the limit": "\n".join("- " * 29 + "a" for _ in range(900)),
    "quotes to the limit": "\n".join("> " * 29 + "a" for _ in range(900)),
    "ladder": "\n".join("  " * n + "- a" for n in range(400)),
    "emphasis": ("*a **b _c " * 1_800 + "\n\n") * 11,
    "backticks": ("`" * 99 + " ") * 190,
    "tags apart": "<a\n\n" * 40_000,
    "quoted tags": "<a title='\n\n" * 15_000,
    "open tags": "<div>" * 39_000,
    "formatting": "".join(f"<b x{n}>" for n in range(9_000)) + "<p>" * 30_000,
    "formatting to the limit": "".join(f"<b x{n}>" for n in range(50)) + "<p>" * 60_000,
    "tags to the limit": "<a\n\n" * 499 + "parola " * 28_000,
    "autolinks": "<http://\n\n" * 19_000,
    "fences": "~~~" * 6_000 + ("\n\n" + "~~~" * 6_000) * 10,
    "open fences": "```a\n\n~~~b\n\n" * 15_000,
    "setext": "a\n=\n" * 900 + "\n",
    "comments": "<!--" * 4_000,
    "cdata": "<![CDATA[\n\n" * 18_000,
    "definitions": ": " * 9_000,
    "long line": "a" * 30_000,
    "long body": "parola " * 40_000,
    "a megabyte": "[" * 1_000_000,
}


@pytest.mark.timeout(20)  # a second or two on a quiet core: the limits are what keeps it from minutes
@pytest.mark.parametrize("name", PATHOLOGICAL)
def test_pathological_text_ends(name: str) -> None:
    result = attempt(PATHOLOGICAL[name])
    assert not isinstance(result, MarkdownError) or len(str(result)) < 300


def test_a_failed_text_leaves_the_next_one_alone() -> None:
    before = html_of("- uno\n- due\n\n[^1]\n\n[^1]: nota")
    for source in ("1. " * 2_000, "[" * 500, "- a\n" * 3_000):
        with pytest.raises(MarkdownError):
            rendered(source)
    assert html_of("- uno\n- due\n\n[^1]\n\n[^1]: nota") == before


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[" * 60, "more than 50 “[” are open at once"),
        ("[a](" * 60, "more than 50 “](” are open at once"),
        ("<i\n\n" * 600, "more than 500 “<” are open at once"),
        ("<b>" * 60, "close each with </b>"),
        ("a\n" * 1_001, "1,001 lines without a blank one"),
        ("a" * 20_001, "20,001 characters long"),
        ("> " * 31 + "a", "nested deeper than 30 levels"),
    ],
)
def test_limits_say_what_to_mend_and_where(text: str, words: str) -> None:
    with pytest.raises(MarkdownError) as caught:
        rendered("primo\n\nsecondo\n\n" + text)
    assert words in str(caught.value)
    assert caught.value.line == (5 + 2 * 500 if "500" in words else 5)


def test_code_may_hold_any_brackets() -> None:
    code = "[[[{{{<<<" * 30
    assert code.replace("<", "&lt;") in html_of(f"```\n{code}\n```").replace("&gt;", ">")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("testo:\n- uno\n- due", "<ul>"),
        ("testo:\n1. uno\n2. due", "<ol>"),
        ("- uno\n  - due\n    - tre", "<li>uno<ul>\n<li>due<ul>\n<li>tre"),
        ("1. uno\n   - due\n2. tre", "<li>uno<ul>\n<li>due</li>\n</ul>\n</li>\n<li>tre"),
        ("1. uno\n\n   ```\n   x = 1\n   ```\n\n2. due", "<pre><code>x = 1\n</code></pre>\n</li>"),
        ("1) uno\n2) due", "<ol>\n<li>uno</li>\n<li>due</li>"),
        ("testo\n```python\nx\n```\ntesto", '<code class="language-python">x'),
        ("``` js title=a\nx\n```", '<code class="language-js">x'),
        ("> [!WARNING]\n> Attenti\n> - a", '<p class="admonition-title">Attenzione</p>'),
        ("- a\n\n  > [!tip] Bene", '<div class="admonition tip">'),
        ('!!! danger "Fermi"\n    No.', '<p class="admonition-title">Fermi</p>'),
        ("!!! admin-panel\n    No.", '<div class="admonition">'),
        ("* * *", "<hr>"),
        ("nel 2024. Poi\n\n    codice", "<pre><code>codice"),
        ("| a |\n|:-:|\n| b |", '<td align="center">b</td>'),
        ("testo <mark>vivo</mark> <u>x</u>", "<mark>vivo</mark> <u>x</u>"),
        ("> [!NOTE]\n> ```\n> x  y\n> ```\n> fine", "<pre><code>x  y\n</code></pre>\n<p>fine"),
        ("> - a\n>   - b", "<li>a<ul>\n<li>b"),
        ("> ```\n> c  d\n> ```", "<blockquote>\n<pre><code>c  d\n</code></pre>"),
        ("!!! tip\n    a\n\n    ```\n    c  d\n    ```\n    z", "<pre><code>c  d\n</code></pre>\n<p>z"),
        ("> a\nb", "<blockquote>\n<p>a\nb</p>"),
        ("> a\n>\n> > b", "<p>a</p>\n<blockquote>\n<p>b"),
        ("```\naperto", "<pre><code>aperto"),
    ],
)  # fmt: skip
def test_markdown_as_editors_know_it(source: str, expected: str) -> None:
    assert expected in html_of(source)


def test_running_text_that_looks_like_a_list_stays_text() -> None:
    assert html_of("Consegna nel\n2024. Poi basta.").count("<li>") == 0
    assert html_of("a\n* * *\nb").count("<li>") == 0
