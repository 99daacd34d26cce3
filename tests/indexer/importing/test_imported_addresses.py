"""An old address of another system, asked of the running site after an import."""

import json
from pathlib import Path

from indexer.importing import import_source
from tests.served import Serve


def test_the_old_address_of_an_imported_article_leads_to_it(tmp_path: Path, serve: Serve) -> None:
    address = "/hc/it/articles/360000000001-Come-rendo-un-articolo"
    article = {
        "id": 360000000001,
        "title": "Come rendo un articolo?",
        "locale": "it",
        "section_id": 1,
        "draft": False,
    }
    body = {"body": "<p>Premi Rendi.</p>", "html_url": f"https://shop.zendesk.com{address}"}
    (tmp_path / "export.json").write_text(json.dumps({"articles": [article | body]}), "utf-8")
    import_source(tmp_path / "export.json", tmp_path / "content")
    with serve(tmp_path / "content", tmp_path / "data") as client:
        answer = client.get(f"{address}?from=mail")
        assert (answer.status_code, answer.headers["location"]) == (301, "/it/a/faq/come-rendo-un-articolo")
        assert client.get(f"{address}-altro").status_code == 404
