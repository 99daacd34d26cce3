"""Tables and code of an article, reachable by keyboard; and nothing that was text becomes markup."""

import httpx

from app.routes.prose import prose


def test_what_may_be_wide_is_put_in_a_named_group() -> None:
    shown = prose("<p>&lt;table&gt;</p><table><tbody></tbody></table><pre><code>x</code></pre>", 'T"', "<C>")
    assert shown == (
        '<p>&lt;table&gt;</p><div class="wide" role="group" aria-label="T&#34;" tabindex="0"><table><tbody></tbody>'
        '</table></div><div class="wide" role="group" aria-label="&lt;C&gt;" tabindex="0"><pre><code>x</code></pre></div>'
    )


def test_every_table_of_the_demo_is_in_one(demo: httpx.Client) -> None:
    page = demo.get("/it/a/consegna/tempi-di-consegna").text
    assert page.count("<table>") == page.count('aria-label="Tabella" tabindex="0"><table>') > 0
