"""Insights: what was asked, what found no answer, and what the desk was spared."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson
from fastapi import Request
from starlette.responses import Response

from app.insights import charts
from app.insights.asked import PARTS, Part
from app.insights.episodes import ENDINGS
from app.insights.reader import Page, Reader, Told
from app.insights.report import Report, as_object, told
from app.insights.sheets import SHEETS, written
from app.languages import Interface
from app.routes.admin import places
from app.routes.admin.desk import desk, language, render
from app.routes.admin.inbox import category_names
from app.routes.admin.insights_charts import CHARTS, OUTCOMES_SHOWN
from app.routes.admin.insights_chosen import PERIODS, Chosen, chosen
from app.routes.admin.insights_numbers import numbers
from app.routes.admin.insights_words import meanings, names, sources
from app.routes.admin.members import Viewer
from app.routes.admin.refusals import RefusedError
from app.routes.site import CurrentSite, Site

router = desk()

_FIRST: Final = 8
_ON_A_PAGE: Final = 100
_LAST_PAGE: Final = 1_000
# A picture of ours brings its own style sheet, and nothing else.
_PICTURE: Final = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}


@dataclass(frozen=True, slots=True)
class Looked:
    """What an address asks for, in the reader's language."""

    chosen: Chosen
    interface: Interface
    told: Told


@router.get(places.INSIGHTS)
def dashboard(request: Request, site: CurrentSite, member: Viewer) -> Response:
    """The figures at a glance."""
    looked = _look(request, site, Page("unanswered", 0, _FIRST))
    unanswered = looked.told.questions["unanswered"]
    return render(
        request,
        "insights.html",
        member,
        figures=looked.told.figures,
        unanswered=unanswered,
        top=unanswered.questions,
        endings=ENDINGS,
        outcomes=OUTCOMES_SHOWN,
        charts=CHARTS,
        wide=charts.WIDE,
        narrow=charts.NARROW,
        periods=PERIODS,
        languages=_languages(looked),
        categories=category_names(request, site, tuple(sorted(looked.told.categories - {""}))),
        sheets=SHEETS,
        holdout=site.settings.holdout,
        **_shared(site, looked),
    )


@router.get(places.INSIGHTS + "/questions")
def questions(request: Request, site: CurrentSite, member: Viewer) -> Response:
    """The questions behind a figure."""
    part: Part = next((part for part in PARTS if part == request.query_params.get("of")), "unanswered")
    page = _page(request.query_params.get("page", ""))
    start = (page - 1) * _ON_A_PAGE
    looked = _look(request, site, Page(part, start, start + _ON_A_PAGE))
    listed = looked.told.questions[part]
    return render(
        request,
        "questions.html",
        member,
        part=part,
        found=listed,
        shown=listed.questions,
        number_of_page=page,
        more=listed.told > start + _ON_A_PAGE,
        least=site.settings.k_anonymity,
        **_shared(site, looked),
    )


@router.get(places.INSIGHTS + "/charts/{name}.svg")
def chart(request: Request, site: CurrentSite, _: Viewer, name: str) -> Response:
    """A chart as a picture."""
    if name not in CHARTS:
        raise RefusedError("gone")
    looked = _look(request, site)
    narrow = request.query_params.get("size") == "phone"
    drawn = CHARTS[name].draw(looked.told.figures, looked.interface, narrow)
    return Response(drawn, media_type="image/svg+xml", headers=_PICTURE)


@router.get(places.INSIGHTS + "/export.json")
def export(request: Request, site: CurrentSite, _: Viewer) -> Response:
    """Everything as one JSON object."""
    report = _report(request, site)
    body = orjson.dumps(as_object(report), option=orjson.OPT_INDENT_2)
    return Response(body, media_type="application/json", headers=_download(report, "sportello", "json"))


@router.get(places.INSIGHTS + "/{sheet}.csv")
def spreadsheet(request: Request, site: CurrentSite, _: Viewer, sheet: str) -> Response:
    """A sheet of it as CSV."""
    known = next((one for one in SHEETS if one == sheet), None)
    if known is None:
        raise RefusedError("gone")
    report = _report(request, site)
    # Spreadsheets take a file without this mark for one of the old 8-bit encodings.
    body = "\ufeff" + written(report, known)
    return Response(body, media_type="text/csv; charset=utf-8", headers=_download(report, known, "csv"))


def _look(request: Request, site: Site, *pages: Page) -> Looked:
    """Raises StoreError."""
    asked = _chosen(request, site)
    reader: Reader = request.app.state.insights
    told = reader.read(site.ledger.store, asked.wanted, site.settings.k_anonymity, pages)
    return Looked(asked, site.interface(language(request, site)), told)


def _report(request: Request, site: Site) -> Report:
    """Raises StoreError."""
    wanted = _chosen(request, site).wanted
    return told(request.app.state.insights, site.ledger.store, wanted, site.settings.k_anonymity)


def _chosen(request: Request, site: Site) -> Chosen:
    return chosen(request.query_params, datetime.now(UTC), ZoneInfo(site.settings.time_zone))


def _shared(site: Site, looked: Looked) -> dict[str, Any]:
    return {
        "chosen": looked.chosen,
        "wanted": looked.chosen.wanted,
        "as_of": looked.told.as_of,
        "lost": looked.told.lost,
        "zone": ZoneInfo(site.settings.time_zone),
        "number": numbers(looked.interface),
        "names": names(looked.interface),
        "meanings": meanings(looked.interface),
        "sources": sources(looked.interface),
    }


def _languages(looked: Looked) -> list[tuple[str, str]]:
    """Those that anything of these days was in, and the one that is chosen."""
    there = looked.told.langs | ({looked.chosen.wanted.lang} - {""})
    return sorted(((lang, looked.interface.language_name(lang)) for lang in there), key=lambda pair: pair[1])


def _page(written: str) -> int:
    number = int(written) if written.isascii() and written.isdigit() and len(written) <= 4 else 1
    return min(max(number, 1), _LAST_PAGE)


def _download(report: Report, name: str, kind: str) -> dict[str, str]:
    file = f"{name}-{report.wanted.first}-{report.wanted.last}.{kind}"
    return {"Content-Disposition": f'attachment; filename="{file}"'}
