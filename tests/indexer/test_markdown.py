"""Markdown in; HTML, plain sections, links and images out."""

import re

import pytest

from indexer.markdown import Rendered, render


def rendered(source: str, lang: str = "it") -> Rendered:
    return render(source, lang=lang, article_id="ordini/resi/rimborso")


def html_of(source: str) -> str:
    return rendered(source).html


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("tempi.md", "/it/a/ordini/resi/tempi"),
        ("../tempi.md#quanto", "/it/a/ordini/tempi#quanto"),
        ("./tempi.md", "/it/a/ordini/resi/tempi"),
        ("../../consegna/tempi.md", "/it/a/consegna/tempi"),
        ("../../../en/orders/times.md", "/en/a/orders/times"),
        ("..\\tempi.md", "/it/a/ordini/tempi"),
        ("<due parole.md>", "/it/a/ordini/resi/due%20parole"),
        ("perch%C3%A9.md", "/it/a/ordini/resi/perch%C3%A9"),
        ("modulo.pdf", "/media/it/ordini/resi/modulo.pdf"),
        ("../../../../fuori.md", "../../../../fuori.md"),
        ("#qui", "#qui"),
        ("/it/contact", "/it/contact"),
        ("https://example.org/a.md", "https://example.org/a.md"),
        ("mailto:aiuto@example.org", "mailto:aiuto@example.org"),
        ("tel:+39021234", "tel:+39021234"),
    ],
)
def test_links_lead_where_the_site_has_them(written: str, address: str) -> None:
    assert f'href="{address}"' in html_of(f"[x]({written})")


def test_links_in_raw_html_are_rewritten_too() -> None:
    assert 'href="/it/a/ordini/resi/tempi"' in html_of('<p><a href="tempi.md">x</a></p>')


def test_only_links_to_other_sites_are_marked_external() -> None:
    html = html_of("[a](https://example.org) [b](tempi.md) [c](//example.org/x)")
    assert html.count('rel="noopener noreferrer"') == 2
    assert re.search(r'href="https://example.org" rel="noopener noreferrer"', html)


def test_images_are_lazy_and_come_from_the_media_folder() -> None:
    result = rendered('testo\n\n![Il tasto](../img/tasto.png "Qui")\n\n<img src="b.png">')
    assert 'src="/media/it/ordini/img/tasto.png"' in result.html
    assert result.html.count('loading="lazy"') == 2
    assert [(i.src, i.alt, i.line) for i in result.images] == [
        ("../img/tasto.png", "Il tasto", 3),
        ("b.png", "", 5),
    ]


def test_links_are_reported_as_written_with_their_lines() -> None:
    result = rendered(
        "[a](altri-tempi.md)\n\n[b](tempi.md)\n[c](tempi.md) [d][r]\n\n[r]: https://example.org/?a=1&b=2"
    )
    assert [(link.href, link.line) for link in result.links] == [
        ("altri-tempi.md", 1),
        ("tempi.md", 3),
        ("tempi.md", 4),
        ("https://example.org/?a=1&b=2", 6),
    ]


def test_headings_leave_h1_to_the_title_and_have_unique_readable_anchors() -> None:
    result = rendered("# Perché l'é?\n\n## Perché l'é?\n\n###### ???\n\n<h3>Perché <b>l'é</b>?</h3>")
    found = re.findall(r'<h(\d) id="([^"]*)">', result.html)
    assert found == [("2", "perche-l-e"), ("3", "perche-l-e-2"), ("6", "section"), ("4", "perche-l-e-3")]
    assert [(s.level, s.anchor) for s in result.sections] == [(int(level), anchor) for level, anchor in found]


def test_headings_without_h1_keep_their_level() -> None:
    assert '<h2 id="a">' in html_of("## A\n\n### B")


def test_anchors_keep_the_letters_of_other_scripts() -> None:
    sections = rendered("## Какой мой заказ\n\n## हिन्दी में\n\n## 返品\n\n## Straße").sections
    assert [s.anchor for s in sections] == ["какой-мой-заказ", "हिन्दी-में", "返品", "strasse"]


def test_an_anchor_is_never_taken_twice() -> None:
    sections = rendered("## a\n\n## a-2\n\n## a\n\n<h2 id='a'>z</h2>").sections
    assert len({s.anchor for s in sections}) == 4


def test_sections_are_the_text_in_reading_order() -> None:
    source = """Prima *frase*<br>a capo.

## Uno [^n]

- voce
  - sotto **voce**
- altra

| Paese | Giorni |
|-------|-------:|
| Italia | 2 |

Termine
: definizione

```bash
riga  uno
  riga due
```

## Vuota

## Due ![alt non è testo](x.png)

Fine &amp; basta.

[^n]: La nota.
"""
    sections = rendered(source).sections
    assert [(s.heading, s.level) for s in sections] == [("", 0), ("Uno", 2), ("Vuota", 2), ("Due", 2)]
    assert sections[0].paragraphs == ("Prima frase a capo.",)
    assert sections[1].paragraphs == (
        *("voce", "sotto voce", "altra", "Paese · Giorni", "Italia · 2", "Termine", "definizione"),
        "riga  uno\n  riga due",
    )
    assert sections[2].paragraphs == ()
    assert sections[3].paragraphs == ("Fine & basta.", "La nota.")


def test_footnotes_link_back_in_the_readers_language() -> None:
    assert "Torna al testo della nota 1" in html_of("a[^1]\n\n[^1]: b")
    assert "Back to the text of note 1" in rendered("a[^1]\n\n[^1]: b", lang="en-GB").html
