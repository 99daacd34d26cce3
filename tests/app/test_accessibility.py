"""The accessibility statement: what is declared, by whom, and nothing that nobody has declared."""

import re
from html import unescape
from pathlib import Path

import httpx
import pytest
from pydantic import ValidationError

from app.settings import Settings
from tests.served import Serve

PARTIAL = {
    "organisation": "Ceramiche <Tornigallo> s.r.l.",
    "accessibility_status": "partial",
    "accessibility_date": "2026-09-23",
    "accessibility_issues": "Le foto dei decori non hanno descrizione. | I <PDF> delle garanzie sono immagini. |",
    "accessibility_law": "public",
    "accessibility_declaration": "https://form.agid.gov.it/view/0123",
    "default_language": "it",
}


def read(response: httpx.Response) -> str:
    assert response.status_code == 200
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", response.text)).split())


def test_nothing_is_declared_that_nobody_assessed(demo: httpx.Client) -> None:
    page = demo.get("/it/accessibility")
    shown = read(page)
    assert "Tornigallo non ha ancora valutato questo sito" in shown
    assert "Nessuno stato è stato dichiarato." in shown
    assert "è conforme" not in shown
    assert 'href="mailto:assistenza@tornigallo.example"' in page.text
    assert "Tornigallo has not assessed this site yet" in read(demo.get("/en/accessibility"))
    assert demo.get("/xx/accessibility").status_code == 404


def test_a_declared_status_is_shown_with_its_reasons(serve: Serve, odd_content: Path, tmp_path: Path) -> None:
    with serve(odd_content, tmp_path / "data", **PARTIAL) as client:
        page = client.get("/it/accessibility")
        french = client.get("/fr/accessibility").text
    shown = read(page)
    assert "Ceramiche <Tornigallo> s.r.l. si impegna" in shown
    assert "legge 9 gennaio 2004, n. 4" in shown
    assert "parzialmente conforme" in shown
    assert "Le foto dei decori non hanno descrizione. I <PDF> delle garanzie sono immagini." in shown
    assert "autovalutazione" in shown
    assert '<time datetime="2026-09-23">23 settembre 2026</time>' in page.text
    assert 'href="https://form.agid.gov.it/view/0123"' in page.text
    assert "Difensore civico per il digitale" in shown
    assert "entro 30 giorni" in shown
    assert "numero di telefono o un indirizzo e-mail" in shown  # nobody to tell: said, not hidden
    assert '<ul lang="it" dir="auto">' in french


@pytest.mark.parametrize(
    ("named", "options"),
    [
        ("accessibility_date", {"accessibility_status": "full"}),
        ("accessibility_issues", {"accessibility_status": "partial", "accessibility_date": "2026-09-23"}),
        ("accessibility_issues", PARTIAL | {"accessibility_issues": " | "}),
        ("accessibility_status", {"accessibility_status": "perfect"}),
        ("accessibility_declaration", {"accessibility_declaration": "javascript:alert(1)"}),
    ],
)
def test_a_statement_that_leaves_out_half_is_refused(named: str, options: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match=named):
        Settings.model_validate(options)


@pytest.mark.parametrize("status", ["full", "none"])
def test_each_status_says_its_own(serve: Serve, odd_content: Path, tmp_path: Path, status: str) -> None:
    options = PARTIAL | {"accessibility_status": status, "accessibility_law": "services"}
    with serve(odd_content, tmp_path / "data", **options) as client:
        shown = read(client.get("/it/accessibility"))
    assert ("Questo sito è conforme" in shown) == (status == "full")
    assert ("non è conforme" in shown) == (status == "none")
    assert "decreto legislativo 27 maggio 2022, n. 82" in shown
    assert "Agenzia per l’Italia Digitale" in shown
