"""The API, to the letter of its description."""

import re
from typing import Any

import httpx
import pytest

SHAPE = {
    "search_id": str,
    "query": str,
    "lang": str,
    "answer": str,
    "confidence": float,
    "did_you_mean": (str, type(None)),
    "results": list,
    "took_ms": float,
    "snapshot": str,
    "degraded": bool,
}
RESULT = {
    "id": str,
    "lang": str,
    "title": str,
    "url": str,
    "category": str,
    "passage": str,
    "passage_html": str,
    "anchor": str,
    "score": float,
    "other_language": bool,
}


def has_shape(found: dict[str, Any], shape: dict[str, Any]) -> bool:
    return found.keys() == shape.keys() and all(isinstance(found[name], kind) for name, kind in shape.items())


def test_search_answers(demo: httpx.Client) -> None:
    answer = demo.get(
        "/api/v1/search", params={"q": " il tracking è\tfermo ", "lang": "it", "limit": 3}
    ).json()
    assert has_shape(answer, SHAPE)
    assert answer["query"] == "il tracking è fermo"
    assert answer["lang"] == "it"
    assert answer["answer"] in {"yes", "maybe"}
    assert 0 <= answer["confidence"] <= 1
    assert len(answer["results"]) == 3
    first = answer["results"][0]
    assert has_shape(first, RESULT)
    assert first["id"] == "consegna/seguire-il-pacco"
    assert first["category"] == "consegna"
    assert httpx.get(first["url"]).status_code == 200
    assert first["url"].startswith(str(demo.base_url))


def test_each_search_has_its_own_name(demo: httpx.Client) -> None:
    names = {demo.get("/api/v1/search?q=reso").json()["search_id"] for _ in range(3)}
    assert len(names) == 3


def test_passages_mark_what_was_asked(demo: httpx.Client) -> None:
    results = demo.get("/api/v1/search", params={"q": "pacco fermo", "lang": "it"}).json()["results"]
    assert any("<mark>pacco</mark>" in r["passage_html"] for r in results)
    for result in results:
        assert set(re.findall(r"<[^>]*>", result["passage_html"])) <= {"<mark>", "</mark>"}


def test_language_defaults_and_falls_back(demo: httpx.Client) -> None:
    def asked(**query: str) -> dict[str, Any]:
        found: dict[str, Any] = demo.get(
            "/api/v1/search", params={"q": "where is my parcel?", **query}
        ).json()
        return found

    assert asked()["lang"] == "it"
    assert asked(lang="en-GB")["lang"] == "en"
    french = asked(lang="fr")
    assert french["lang"] == "fr"
    assert french["results"]
    assert all(r["other_language"] for r in french["results"])
    assert french["answer"] != "yes"


def test_filters(demo: httpx.Client) -> None:
    def asked(**query: str) -> dict[str, Any]:
        found: dict[str, Any] = demo.get(
            "/api/v1/search", params={"q": "quando arriva?", "lang": "it", **query}
        ).json()
        return found

    assert {r["category"] for r in asked(category="consegna")["results"]} == {"consegna"}
    nothing = asked(category="nulla")
    assert (nothing["answer"], nothing["results"]) == ("no", [])
    assert "consegna/tempi-di-consegna" not in {r["id"] for r in asked(phase="after")["results"]}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "q"),
        ("q=", "q"),
        ("q=%20%00", "q"),
        ("q=" + "a" * 10_001, "q"),
        ("q=a&limit=0", "limit"),
        ("q=a&limit=51", "limit"),
        ("q=a&limit=ten", "limit"),
        ("q=a&phase=later", "phase"),
        ("q=a&lang=" + "x" * 50, "lang"),
    ],
)
def test_what_cannot_be_asked_is_a_problem(demo: httpx.Client, query: str, field: str) -> None:
    response = demo.get(f"/api/v1/search?{query}")
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert (problem["status"], problem["field"], problem["type"]) == (422, field, "about:blank")
    assert problem["detail"].startswith(f"The parameter “{field}” cannot be used: ")


def test_the_longest_question_is_taken(demo: httpx.Client) -> None:
    answer = demo.get("/api/v1/search", params={"q": "a" * 10_000, "limit": 50})
    assert answer.status_code == 200
    assert len(answer.json()["query"]) == 2_000


def test_suggest_completes(demo: httpx.Client) -> None:
    answer = demo.get("/api/v1/suggest", params={"q": "il pacco", "lang": "it"}).json()
    assert answer.keys() == {"query", "lang", "completions", "articles"}
    assert answer["completions"][0].startswith("Il pacco non è arrivato")
    assert answer["articles"][0].keys() == {"id", "lang", "title", "url"}
    nothing = demo.get("/api/v1/suggest", params={"q": "", "lang": "xx"}).json()
    assert (nothing["completions"], nothing["articles"]) == ([], [])


def test_an_article_in_full(demo: httpx.Client) -> None:
    found = demo.get("/api/v1/articles/consegna/seguire-il-pacco?lang=en").json()
    assert (found["id"], found["lang"], found["category"]) == ("consegna/seguire-il-pacco", "en", "consegna")
    assert (found["phase"], found["updated"]) == ("after", "2026-10-06")
    assert all(f'<h{h["level"]} id="{h["anchor"]}">{h["text"]}' in found["html"] for h in found["headings"])
    assert [t["lang"] for t in found["translations"]] == ["it"]
    assert httpx.get(found["translations"][0]["url"]).status_code == 200
    assert demo.get("/api/v1/articles/consegna/seguire-il-pacco").json()["lang"] == "it"


def test_an_article_that_is_not_there(odd: httpx.Client) -> None:
    elsewhere = odd.get("/api/v1/articles/ordini/solo qui?lang=fr")
    assert elsewhere.status_code == 404
    assert elsewhere.json()["detail"] == "The article “ordini/solo qui” does not exist in “fr”, but in: it."
    assert odd.get("/api/v1/articles/ordini/bozza").json()["detail"] == "There is no article “ordini/bozza”."


def test_categories(demo: httpx.Client) -> None:
    answer = demo.get("/api/v1/categories?lang=it").json()
    assert [c["id"] for c in answer["categories"]][:3] == ["ordini", "pagamenti", "consegna"]
    assert answer["categories"][2]["articles"] == 4
    assert demo.get("/api/v1/categories?lang=xx").json() == {"lang": "xx", "categories": []}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api", 404),
        ("GET", "/api/v1/nothing", 404),
        ("GET", "/api/search", 404),
        ("POST", "/api/v1/search", 405),
        ("GET", "/api/v1/articles/nothing", 404),
    ],
)
def test_every_refusal_is_a_problem(demo: httpx.Client, method: str, path: str, status: int) -> None:
    response = demo.request(method, path)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem.keys() == {"type", "title", "status", "detail"}
    assert problem["status"] == status
    assert problem["detail"].endswith(".")


def test_the_description_is_whole(demo: httpx.Client) -> None:
    described = demo.get("/api/v1/openapi.json").json()
    assert {
        "/api/v1/search",
        "/api/v1/suggest",
        "/api/v1/articles/{id}",
        "/api/v1/categories",
        "/api/v1/deflections",
        "/api/v1/events",
        "/api/v1/help",
    } <= set(described["paths"])
    for operation in (o for operations in described["paths"].values() for o in operations.values()):
        responses = operation["responses"]
        success = min(responses)
        assert "$ref" in responses[success]["content"]["application/json"]["schema"]
        for status in ("422", "503"):
            assert list(responses[status]["content"]) == ["application/problem+json"]
    assert set(described["components"]["schemas"]["SearchAnswer"]["properties"]) == set(SHAPE)
    assert set(described["components"]["schemas"]["SearchHit"]["properties"]) == set(RESULT)


def test_people_can_read_the_description(demo: httpx.Client) -> None:
    page = demo.get("/api/v1/docs").text
    for said in ("/api/v1/articles/{id}", "passage_html", "integer 1 to 50", "before | during | after"):
        assert said in page
