"""The editor through its pages: what is saved, refused, put together, published; and who may."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest

from app.routes.admin import places
from tests.articles.conftest import EDIT, PARCEL, Newsroom, fields_of, write
from tests.office import PASSWORD

PREVIEW = places.article("it", "consegna/pacco", "preview")


@pytest.fixture(autouse=True)
def parcel(newsroom: Newsroom) -> None:
    """Each test begins with the same file."""
    write(newsroom.content, "it/consegna/pacco.md", PARCEL)


def text(newsroom: Newsroom, place: str = "it/consegna/pacco.md") -> str:
    return (newsroom.content / place).read_bytes().decode()


def begin(newsroom: Newsroom, title: str, **fields: str) -> str:
    """A new draft's address."""
    answer = newsroom.post(places.NEW_ARTICLE, {"title": title, "lang": "it", "category": "", **fields})
    assert answer.status_code == 303
    return answer.headers["location"].partition("?")[0]


# Saving


def test_saving_what_was_opened_changes_no_byte(newsroom: Newsroom) -> None:
    answer = newsroom.send(EDIT)
    assert answer.headers["location"].endswith("?done=unchanged#content")
    assert text(newsroom) == PARCEL


def test_one_changed_line_is_all_that_changes(newsroom: Newsroom) -> None:
    answer = newsroom.send(EDIT, body="Apri il link nella mail.\r\n\r\nPoi siediti.", summary="In breve")
    assert answer.status_code == 303
    expected = PARCEL.replace("Poi aspetta.", "Poi siediti.")
    assert text(newsroom) == expected.replace("\n---\n\nApri", "\nsummary: In breve\n---\n\nApri")
    page = newsroom.editor.get(answer.headers["location"])
    assert "Saved, and live on the site:" in page.text
    assert f"{newsroom.office.url}/it/a/consegna/pacco" in page.text
    assert "Poi siediti." in newsroom.editor.get("/it/a/consegna/pacco").text


def test_the_day_of_the_update_is_noted_where_something_changed(newsroom: Newsroom) -> None:
    shown = newsroom.form(EDIT)
    newsroom.post(EDIT, {**shown, "do": "save", "touch": "yes"})
    assert text(newsroom) == PARCEL
    newsroom.send(EDIT, title="Dov’è il pacco?", touch="no")
    assert "updated:" not in text(newsroom)
    shown = newsroom.form(EDIT)
    sent = {**shown, "do": "save", "touch": "yes", "title": "Dove è il pacco?"}
    newsroom.post(EDIT, sent)
    today = datetime.now(ZoneInfo("Europe/Rome")).date()
    assert f"\nupdated: {today}\n" in text(newsroom)


def test_a_field_that_the_form_has_not_stays(newsroom: Newsroom) -> None:
    version = newsroom.form(EDIT)["version"]
    answer = newsroom.editor.post(
        EDIT, version=version, do="save", title="Altro", questions="non arriva", body="Breve."
    )
    assert answer.status_code == 303
    assert "review_by: 2030-01-01" in text(newsroom)
    assert "house: ours" in text(newsroom)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("publish_at", "tomorrow"),
        ("review_by", "2026-02-31"),
        ("boost", "nan"),
        ("boost", "1e400"),
        ("status", "secret"),
        ("phase", "<b>"),
        ("title", " \u200b\0 "),
    ],
)
def test_a_field_that_cannot_be_read_is_named_and_nothing_is_lost(
    newsroom: Newsroom, field: str, value: str
) -> None:
    answer = newsroom.send(EDIT, **{"body": "Un’ora di lavoro", field: value})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert "Un’ora di lavoro</textarea>" in answer.text
    assert text(newsroom) == PARCEL


def test_an_empty_answer_is_not_published(newsroom: Newsroom) -> None:
    answer = newsroom.send(EDIT, body=" \r\n ")
    assert answer.status_code == 422
    assert "write the answer before you publish it" in answer.text
    assert text(newsroom) == PARCEL
    there = begin(newsroom, "Come pago con le perle?")
    assert newsroom.form(there)["body"] == ""
    assert newsroom.send(there, do="publish").status_code == 422
    assert newsroom.send(there, do="save", summary="Si vedrà").status_code == 303


def test_what_cannot_be_written_as_markdown_is_refused_with_its_line(newsroom: Newsroom) -> None:
    answer = newsroom.send(EDIT, body="> " * 3_000 + "x")
    assert answer.status_code in {303, 422}
    assert newsroom.send(EDIT, body="x" * 1_000_001).status_code == 422
    assert len(text(newsroom)) < 20_000


def test_hostile_text_is_text(newsroom: Newsroom) -> None:
    odd = "</textarea><script>alert(1)</script>\r\n---\r\ntitle: x\r\n---\r\n\0\ufeff"
    sent = {**newsroom.form(EDIT), "do": "preview"}
    answer = newsroom.post(EDIT, {**sent, "title": odd[:60], "body": odd})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert text(newsroom) == PARCEL


# Conflicts


def test_a_conflict_loses_neither_text(newsroom: Newsroom) -> None:
    mine = newsroom.form(EDIT)
    theirs = PARCEL.replace("Poi aspetta.", "Poi chiama.").replace("house: ours", "house: theirs")
    write(newsroom.content, "it/consegna/pacco.md", theirs)
    sent = {**mine, "do": "save", "body": mine["body"].replace("aspetta", "siediti"), "title": "Mio titolo"}
    answer = newsroom.post(EDIT, sent)
    assert answer.status_code == 409
    assert text(newsroom) == theirs
    assert "Poi chiama." in answer.text
    assert "Poi siediti." in answer.text
    merged = fields_of(answer.text)
    assert merged["title"] == "Mio titolo"
    assert merged["body"] == "Apri il link nella mail.\n\nPoi chiama.\n\nPoi siediti."
    again = {**merged, "do": "save", "body": "Apri il link nella mail.\n\nPoi chiama e siediti."}
    answer = newsroom.post(EDIT, again)
    assert answer.status_code == 303
    assert "house: theirs" in text(newsroom)
    assert "Poi chiama e siediti." in text(newsroom)


def test_a_broken_file_is_mended_as_a_whole(newsroom: Newsroom) -> None:
    there = places.article("it", "account/rotto")
    shown = newsroom.form(there)
    assert shown["text"] == text(newsroom, "it/account/rotto.md")
    answer = newsroom.send(there, text=shown["text"] + "more")
    assert answer.status_code == 422
    assert "Line " in answer.text
    answer = newsroom.send(there, text=shown["text"].replace("[rotto", "Rotto").replace("published", "draft"))
    assert answer.status_code == 303
    assert newsroom.form(there)["title"] == "Rotto"
    write(newsroom.content, "it/account/rotto.md", shown["text"])


# On and off the site


def test_a_draft_is_begun_published_and_taken_off(newsroom: Newsroom) -> None:
    there = begin(newsroom, "Come restituisco una tazza?", category="consegna")
    assert there == places.article("it", "consegna/come-restituisco-una-tazza")
    newsroom.send(there, body="Riportala in negozio entro lunedì.")
    assert newsroom.editor.get("/it/a/consegna/come-restituisco-una-tazza").status_code == 404
    answer = newsroom.send(there, do="publish")
    assert "Saved, and live on the site:" in newsroom.editor.get(answer.headers["location"]).text
    newsroom.send(there, do="archive")
    newsroom.until_live("/it/a/consegna/come-restituisco-una-tazza", "Riportala", gone=True)


def test_what_is_scheduled_appears_by_itself(newsroom: Newsroom) -> None:
    there = begin(newsroom, "Quando torna il vaso blu?", category="consegna")
    at = (datetime.now(UTC) + timedelta(seconds=5)).replace(microsecond=0)
    local = at.astimezone(ZoneInfo("Europe/Rome")).replace(tzinfo=None).isoformat(timespec="seconds")
    answer = newsroom.send(there, do="publish", body="Torna a primavera.", publish_at=local)
    page = newsroom.editor.get(answer.headers["location"])
    if datetime.now(UTC) < at:
        assert "It appears on the site by itself" in page.text
        assert newsroom.editor.get("/it/a/consegna/quando-torna-il-vaso-blu").status_code == 404
    newsroom.until_live("/it/a/consegna/quando-torna-il-vaso-blu", "Torna a primavera.")
    assert datetime.now(UTC) >= at


def test_a_topic_is_chosen_by_meaning_or_begun(newsroom: Newsroom) -> None:
    assert "/consegna/" in begin(newsroom, "Quanto pago per farmi spedire un pacco a casa?")
    assert places.article("it", "giardino/chi-annaffia", "edit") == begin(
        newsroom, "Chi annaffia?", topic="Giardino"
    )
    for odd in ("../../etc", "_x", "con", "a/b\\c\0", "💥" * 90):
        begin(newsroom, "Strano?", topic=odd)
    assert not (newsroom.content.parent / "etc").exists()


def test_a_translation_is_begun_where_its_original_is(newsroom: Newsroom) -> None:
    sent = {"of": "consegna/costi", "from": "it", "lang": "en"}
    answer = newsroom.post(places.NEW_ARTICLE, sent)
    assert answer.headers["location"] == places.article("en", "consegna/costi", beside="it")
    page = newsroom.editor.get(answer.headers["location"])
    assert "Cinque euro." in page.text
    assert text(newsroom, "en/consegna/costi.md").startswith(
        "---\ntitle: Quanto costa la consegna?\nstatus: draft\n"
    )
    before = text(newsroom, "en/consegna/costi.md")
    assert newsroom.post(places.NEW_ARTICLE, sent).status_code == 303
    assert text(newsroom, "en/consegna/costi.md") == before
    for odd in ("../it", "", "xx/..", "EN", "\0"):
        assert newsroom.post(places.NEW_ARTICLE, {**sent, "lang": odd}).status_code == 404
    odd_ids = ("../../secret", "consegna/none", "_category", "")
    assert {
        newsroom.post(places.NEW_ARTICLE, {**sent, "of": odd, "lang": "en"}).status_code
        for odd in odd_ids[:3]
    } == {404}


# Preview


def test_the_preview_is_the_published_page(newsroom: Newsroom) -> None:
    fields = {**newsroom.form(EDIT), "body": "## Nuovo\n\nUna *parola* [su](costi.md)."}
    page = newsroom.post(PREVIEW, fields)
    assert page.status_code == 200
    newsroom.send(EDIT, body=fields["body"])
    newsroom.until_live("/it/a/consegna/pacco", "Nuovo")
    prose = page.text.partition('<div class="prose">')[2].partition("</div>")[0]
    assert prose
    assert prose in newsroom.editor.get("/it/a/consegna/pacco").text
    assert "<script" not in page.text


# Who, and what nobody may


def test_a_viewer_looks_and_writes_nothing(newsroom: Newsroom) -> None:
    member = newsroom.office.member("viewer")
    assert member.get(places.ARTICLES).status_code == 200
    assert member.get(places.article("it", "consegna/pacco", "history")).status_code == 200
    assert member.get(EDIT).status_code == 403
    for path in (EDIT, PREVIEW, places.NEW_ARTICLE, places.article("it", "consegna/pacco", "history")):
        assert member.post(path, title="x", body="y").status_code == 403
    assert text(newsroom) == PARCEL


def test_a_form_of_another_site_is_refused_and_given_back(newsroom: Newsroom) -> None:
    sent = {"title": "x", "body": "Un’ora di lavoro", "do": "save"}
    answer = newsroom.editor.post(EDIT, {"Sec-Fetch-Site": "cross-site"}, **sent)
    assert answer.status_code == 403
    assert "Un’ora di lavoro</textarea>" in answer.text
    assert f'href="{EDIT}"' in answer.text


@pytest.mark.parametrize(
    "name",
    ["../../../etc/passwd", "consegna/%2E%2E/%2E%2E/it/consegna/pacco", "consegna", "consegna/pacco.md", "consegna/%00",
     "_category", "consegna/none", "x" * 5_000, "consegna/pacco/..", "💥"],
)  # fmt: skip
def test_no_id_leads_anywhere_else(newsroom: Newsroom, name: str) -> None:
    for lang in ("it", "..", "xx", "%2e%2e"):
        if (lang, name) == ("it", "consegna/pacco"):
            continue
        for action in ("edit", "history", "live"):
            path = f"{places.ARTICLES}/{lang}/{quote(name, safe='/%')}/{action}"
            assert newsroom.editor.get(path).status_code == 404


def test_the_list_finds_by_words_state_language_and_topic(newsroom: Newsroom) -> None:
    def titles(**chosen: str) -> str:
        return newsroom.editor.get(places.articles(**chosen)).text.partition('class="shelf"')[2]

    assert "Dove si trova il pacco?" in titles(q="PACCÒ trova")
    assert "Quanto costa" not in titles(q="pacco trova")
    assert "Non riesco a entrare" in titles(state="draft")
    assert "Dove si trova" not in titles(state="draft")
    assert "account/rotto" in titles(state="broken")
    assert "Where is my parcel?" in titles(lang="en", category="consegna")
    assert (
        newsroom.editor.get(places.articles(q="\0" * 90, state="<b>", lang="../", page="9" * 99)).status_code
        == 200
    )


def test_the_list_tells_what_readers_said(newsroom: Newsroom) -> None:
    for value in ("yes", "yes", "yes", "no"):
        answer = newsroom.office.visitor().client.post(
            "/it/feedback", data={"article": "consegna/costi", "value": value}
        )
        assert answer.status_code in {200, 303}
    assert "75" in newsroom.editor.get(places.articles(q="quanto costa")).text


def test_nobody_who_is_signed_out_sees_it(newsroom: Newsroom) -> None:
    stranger = newsroom.office.visitor()
    assert stranger.get(EDIT).headers["location"].startswith("/admin/login?next=")
    assert stranger.get(places.ARTICLES).status_code == 303
    assert stranger.post(EDIT, body="x").status_code in {401, 403}
    assert PASSWORD not in stranger.get("/admin/login").text
