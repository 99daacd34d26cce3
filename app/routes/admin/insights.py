"""Insights: what was asked, what found no answer, and what the desk was spared."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson
from fastapi import Request
from starlette.responses import Response

from app.insights import charts
from app.insights.asked import PARTS, Part, asked
from app.insights.episodes import ENDINGS
from app.insights.figures import figures
from app.insights.material import Material, of
from app.insights.reader import Reader
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
    """What an address asks for, in the reader's language.

    `everything` is what happened in these days, `material` what the filters leave of it.
    """

    chosen: Chosen
    interface: Interface
    everything: Material
    material: Material
    lost: int


@router.get(places.INSIGHTS)
def dashboard(request: Request, site: CurrentSite, member: Viewer) -> Response:
    """The figures at a glance."""
    looked = _look(request, site)
    unanswered = asked(looked.material, "unanswered", site.settings.k_anonymity)
    return render(
        request,
        "insights.html",
        member,
        figures=figures(looked.material, looked.chosen.wanted),
        unanswered=unanswered,
        top=unanswered.questions[:_FIRST],
        endings=ENDINGS,
        outcomes=OUTCOMES_SHOWN,
        charts=CHARTS,
        wide=charts.WIDE,
        narrow=charts.NARROW,
        periods=PERIODS,
        languages=_languages(looked),
        categories=_categories(request, site, looked.everything),
        sheets=SHEETS,
        holdout=site.settings.holdout,
        **_shared(site, looked),
    )


@router.get(places.INSIGHTS + "/questions")
def questions(request: Request, site: CurrentSite, member: Viewer) -> Response:
    """The questions behind a figure."""
    looked = _look(request, site)
    part: Part = next((part for part in PARTS if part == request.query_params.get("of")), "unanswered")
    listed = asked(looked.material, part, site.settings.k_anonymity)
    page = _page(request.query_params.get("page", ""))
    start = (page - 1) * _ON_A_PAGE
    return render(
        request,
        "questions.html",
        member,
        part=part,
        found=listed,
        shown=listed.questions[start : start + _ON_A_PAGE],
        number_of_page=page,
        more=len(listed.questions) > start + _ON_A_PAGE,
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
    drawn = CHARTS[name].draw(figures(looked.material, looked.chosen.wanted), looked.interface, narrow)
    return Response(drawn, media_type="image/svg+xml", headers=_PICTURE)


@router.get(places.INSIGHTS + "/export.json")
def export(request: Request, site: CurrentSite, _: Viewer) -> Response:
    """Everything as one JSON object."""
    looked = _look(request, site)
    body = orjson.dumps(as_object(_report(site, looked)), option=orjson.OPT_INDENT_2)
    return Response(body, media_type="application/json", headers=_download(looked, "sportello", "json"))


@router.get(places.INSIGHTS + "/{sheet}.csv")
def spreadsheet(request: Request, site: CurrentSite, _: Viewer, sheet: str) -> Response:
    """A sheet of it as CSV."""
    known = next((one for one in SHEETS if one == sheet), None)
    if known is None:
        raise RefusedError("gone")
    looked = _look(request, site)
    # Spreadsheets take a file without this mark for one of the old 8-bit encodings.
    body = "\ufeff" + written(_report(site, looked), known)
    return Response(body, media_type="text/csv; charset=utf-8", headers=_download(looked, known, "csv"))


def _look(request: Request, site: Site) -> Looked:
    """Raises StoreError."""
    zone = ZoneInfo(site.settings.time_zone)
    wanted = chosen(request.query_params, datetime.now(UTC), zone)
    reader: Reader = request.app.state.insights
    everything, lost = reader.read(site.ledger.store, wanted.wanted)
    interface = site.interface(language(request, site))
    return Looked(wanted, interface, everything, of(everything, wanted.wanted), lost)


def _report(site: Site, looked: Looked) -> Report:
    return told(looked.material, looked.chosen.wanted, site.settings.k_anonymity, looked.lost)


def _shared(site: Site, looked: Looked) -> dict[str, Any]:
    return {
        "chosen": looked.chosen,
        "wanted": looked.chosen.wanted,
        "as_of": looked.material.now,
        "lost": looked.lost,
        "zone": ZoneInfo(site.settings.time_zone),
        "number": numbers(looked.interface),
        "names": names(looked.interface),
        "meanings": meanings(looked.interface),
        "sources": sources(looked.interface),
    }


def _languages(looked: Looked) -> list[tuple[str, str]]:
    """Those that anything of these days was in, and the one that is chosen."""
    there = {episode.lang for episode in looked.everything.episodes}
    there |= {visit.lang for visit in looked.everything.visits} | ({looked.chosen.wanted.lang} - {""})
    return sorted(((lang, looked.interface.language_name(lang)) for lang in there), key=lambda pair: pair[1])


def _categories(request: Request, site: Site, material: Material) -> dict[str, str]:
    there = {episode.category for episode in material.episodes}
    there |= {visit.category for visit in material.visits}
    return category_names(request, site, tuple(sorted(there - {""})))


def _page(written: str) -> int:
    number = int(written) if written.isascii() and written.isdigit() and len(written) <= 4 else 1
    return min(max(number, 1), _LAST_PAGE)


def _download(looked: Looked, name: str, kind: str) -> dict[str, str]:
    wanted = looked.chosen.wanted
    file = f"{name}-{wanted.first}-{wanted.last}.{kind}"
    return {"Content-Disposition": f'attachment; filename="{file}"'}
