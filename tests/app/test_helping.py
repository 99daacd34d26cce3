"""What helps on a page of a shop, and an article as a tree."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.deflection.contexts import helpful
from app.deflection.pages import matches
from app.routes.nodes import nodes_of
from indexer.markdown import ALIGNED, ATTRIBUTES, TAGS, render
from search.records import Article, Context
from tests.served import Serve

URL = "https://help.example/it/a/resi/recesso"


def article(name: str, **more: Any) -> Article:
    return Article(
        id=name, lang="it", title=name, category=name.partition("/")[0], html="", sections=(), **more
    )


ARTICLES = (
    article("resi/recesso", tags=("Reso", "recesso"), phase="after"),
    article("resi/rimborso", tags=("rimborso",), phase="after", boost=2.0),
    article("consegna/tempi", tags=("consegna", "costo"), phase="before"),
    article("consegna/costi", tags=("costo", "consegna", "isole"), phase="before"),
    article("pagamenti/carta", tags=("carta",), phase="during"),
    *(article(f"altro/{n}", tags=("tanti",)) for n in range(9)),
)
CONTEXTS = (
    Context("cart", match=("/cart*", "*/carrello"), articles=("pagamenti/carta", "nulla/nulla", "consegna/tempi")),
    Context("delivery", match=("*/consegna/?[1]",), phase="before", tags=("isole", "Costo")),
    Context("after", articles=("resi/recesso",), phase="after"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("context", "page", "found"),
    [
        ("cart", "", ["pagamenti/carta", "consegna/tempi"]),
        ("Cart ", "", ["pagamenti/carta", "consegna/tempi"]),
        ("delivery", "", ["consegna/costi", "consegna/tempi"]),
        # The editor's word comes before ours.
        ("after", "", ["resi/recesso", "resi/rimborso"]),
        ("during", "", ["pagamenti/carta"]),
        ("resi", "", ["resi/recesso", "resi/rimborso"]),
        ("RIMBORSO", "", ["resi/rimborso"]),
        ("nothing of ours", "https://x.example/cart", []),
        ("", "https://x.example/cart/2?x=/other", ["pagamenti/carta", "consegna/tempi"]),
        ("", "/it/CARRELLO", ["pagamenti/carta", "consegna/tempi"]),
        ("", "https://x.example/cart%2F2", ["pagamenti/carta", "consegna/tempi"]),
        ("", "https://x.example/other?page=/cart", []),
        ("", "https://x.example", []),
        ("", "javascript:/cart", []),
        ("", "https://[", []),
        (" ", "", []),
        ("tanti", "", [f"altro/{n}" for n in range(5)]),
        ("a\x00\ud800", "\x00\ud800", []),
    ],
)
def test_what_helps(context: str, page: str, found: list[str]) -> None:
    assert [a.id for a in helpful(CONTEXTS, ARTICLES, context, page)] == found


@pytest.mark.parametrize(
    ("path", "pattern", "fits"),
    [
        ("/cart", "/cart*", True),
        ("/cart/2", "/cart*", True),
        ("/it/cart", "/cart*", False),
        ("/it/cart", "*/cart", True),
        ("/cart", "/car?", False),
        ("/car?", "/car?", True),
        ("/[ab]", "/[ab]", True),
        ("/a", "/[ab]", False),
        ("/a\nb", "/a*", True),
        ("/" + "a" * 2_000, "/" + "*a" * 50 + "b", False),
    ],
)
def test_a_pattern_knows_the_star_alone(path: str, pattern: str, fits: bool) -> None:
    assert matches(path, pattern) == fits


def test_help_on_the_demo_shop(demo: httpx.Client) -> None:
    answer = demo.get(
        "/api/v1/help", params={"page": "https://shop.example/it/carrello", "lang": "it"}
    ).json()
    assert answer.keys() == {"lang", "articles"}
    assert answer["articles"][0]["id"] == "consegna/tempi-di-consegna"
    for found in answer["articles"]:
        assert found.keys() == {"id", "lang", "title", "url", "summary"}
        assert demo.get(found["url"]).status_code == 200
    for context in (
        "product",
        "cart",
        "checkout",
        "order",
        "before",
        "during",
        "after",
        "consegna",
        "PayPal",
    ):
        for lang in ("it", "en"):
            found = demo.get("/api/v1/help", params={"context": context, "lang": lang}).json()
            assert 1 <= len(found["articles"]) <= 5 or (context, lang) == ("consegna", "xx")
            assert {a["lang"] for a in found["articles"]} == {lang} == {found["lang"]}


def test_help_in_a_language_we_do_not_have(demo: httpx.Client) -> None:
    answer = demo.get("/api/v1/help?context=cart&lang=xx").json()
    assert answer["lang"] == "it"
    assert {a["lang"] for a in answer["articles"]} == {"it"}


@pytest.mark.parametrize("query", ["context=" + "a" * 501, "page=" + "a" * 10_001, "lang=" + "x" * 40])
def test_help_that_cannot_be_asked_is_a_problem(demo: httpx.Client, query: str) -> None:
    answer = demo.get(f"/api/v1/help?{query}")
    assert (answer.status_code, answer.json()["field"]) == (422, query.partition("=")[0])


def test_a_change_of_the_contexts_is_live(serve: Serve, content: Path, tmp_path: Path) -> None:
    from tests.asking import until

    with serve(content, tmp_path / "data") as client:

        def found() -> list[str]:
            return [a["id"] for a in client.get("/api/v1/help?page=/garage&lang=it").json()["articles"]]

        assert found() == []
        (content / "contexts.yaml").write_text("- name: garage\n  match: /garage\n  articles: bici/gomme\n")
        until(lambda: found() == ["bici/gomme"], 30)


# An article as a tree


def html_of(nodes: list[Any]) -> str:
    """The tree as HTML again, for reading."""
    return "".join(_html(node) for node in nodes)


def _html(node: Any) -> str:
    if isinstance(node, str):
        return node
    tag, attributes, *inner = node
    written = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f"<{tag}{written}>{html_of(inner)}" + ("" if tag in {"br", "hr", "img"} else f"</{tag}>")


def test_a_tree_is_what_the_html_is() -> None:
    html = "<p>A &lt;b&gt; <em>e <strong>f</strong></em><br>g</p><ul><li>h</li><li>i &amp; j</li></ul>"
    assert nodes_of(html, URL) == [
        ["p", {}, "A <b> ", ["em", {}, "e ", ["strong", {}, "f"]], ["br", {}], "g"],
        ["ul", {}, ["li", {}, "h"], ["li", {}, "i & j"]],
    ]


@pytest.mark.parametrize(
    ("written", "whole"),
    [
        ("/it/a/x?y#z", "https://help.example/it/a/x?y#z"),
        ("#passo", URL + "#passo"),
        ("altro", "https://help.example/it/a/resi/altro"),
        ("//cdn.example/x", "https://cdn.example/x"),
        ("http://x.example/", "http://x.example/"),
        ("mailto:a@b.it", "mailto:a@b.it"),
        ("tel:+39", "tel:+39"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("https://[x", None),
    ],
)
def test_addresses_are_whole(written: str, whole: str | None) -> None:
    ((tag, attributes, text),) = nodes_of(f'<a href="{written}" rel="noopener">x</a>', URL)
    assert (tag, text) == ("a", "x")
    assert attributes == ({"href": whole} if whole else {})


def test_what_is_not_allowed_leaves_its_text() -> None:
    html = '<script>a</script><p onclick="x" style="y" class="admonition-title">b</p><svg><g>c</g></svg>'
    assert nodes_of(html, URL) == ["a", ["p", {"class": "admonition-title"}, "b"], "c"]


def test_deep_nesting_is_flattened_and_no_word_is_lost() -> None:
    nodes = nodes_of("<div>" * 5_000 + "deep" + "</div>" * 5_000 + "<p>after</p>", URL)
    assert json.dumps(nodes).count("[") < 60
    assert "deep" in html_of(nodes)
    assert nodes[1] == ["p", {}, "after"]


def test_tags_left_open_or_never_opened_harm_nothing() -> None:
    assert nodes_of("</p><p>a<em>b</p>c</em>", URL) == [["p", {}, "a", ["em", {}, "b"]], "c"]


def test_every_article_of_the_demo_as_a_tree(demo: httpx.Client) -> None:
    for lang in ("it", "en"):
        for name in ("consegna/seguire-il-pacco", "resi-e-rimborsi/guida-reso", "consegna/tempi-di-consegna"):
            answer = demo.get(f"/api/v1/articles/{name}?lang={lang}&nodes=1").json()
            plain = demo.get(f"/api/v1/articles/{name}?lang={lang}").json()
            assert plain | {"nodes": answer["nodes"]} == answer
            assert plain["nodes"] is None
            assert answer["nodes"] == nodes_of(plain["html"], plain["url"])
            for node in walked(answer["nodes"]):
                assert node[0] in TAGS
                assert set(node[1]) <= ATTRIBUTES.get(node[0], set()) | ALIGNED.get(node[0], {}).keys()
                for address in (node[1].get("href"), node[1].get("src")):
                    assert address is None or address.startswith(("http", "mailto:", "tel:"))


def test_what_markdown_makes_comes_through_whole() -> None:
    source = "| a | b |\n|---|:-:|\n| 1 | 2 |\n\n1. x\n2. y[^1]\n\n```\ncode\n```\n\n![alt](foto.png 't')\n\n[^1]: nota\n"
    html = render(source, lang="it", article_id="resi/recesso").html
    nodes = nodes_of(html, URL)
    assert {node[0] for node in walked(nodes)} >= {"table", "td", "ol", "li", "sup", "pre", "code", "img"}
    assert next(n[1] for n in walked(nodes) if n[0] == "img") == {
        "src": "https://help.example/media/it/resi/foto.png",
        "alt": "alt",
        "title": "t",
    }


def walked(nodes: list[Any]) -> Iterator[list[Any]]:
    for node in nodes:
        if not isinstance(node, str):
            yield node
            yield from walked(node[2:])


def test_nodes_must_be_asked_for_plainly(demo: httpx.Client) -> None:
    answer = demo.get("/api/v1/articles/consegna/seguire-il-pacco?nodes=maybe")
    assert (answer.status_code, answer.json()["field"]) == (422, "nodes")
