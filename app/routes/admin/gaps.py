"""What customers ask and do not find: the list of gaps, to look through and to take away."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, get_args
from zoneinfo import ZoneInfo

import orjson
from fastapi import Request
from starlette.responses import Response

from app.gaps import sheets
from app.gaps.review import DAYS, SPAN_DAYS
from app.gaps.told import told
from app.live import NotReadyError
from app.routes.admin import places
from app.routes.admin.desk import desk, language, render
from app.routes.admin.insights_numbers import numbers
from app.routes.admin.members import Viewer
from app.routes.site import CurrentSite, Library, Site
from app.store.gaps_records import Gap, GapState
from search.analysis import normalise
from search.records import Article

router = desk()

STATES: Final[tuple[GapState, ...]] = get_args(GapState)
_ON_A_PAGE: Final = 20
_LAST_PAGE: Final = 1_000
_LONGEST_TAG: Final = 20


@dataclass(frozen=True, slots=True)
class Chosen:
    """What of the gaps is shown; an empty language shows all."""

    state: GapState
    lang: str
    page: int

    def link(self, **other: object) -> str:
        """The address of the same list, otherwise; of its first page, unless one is named."""
        there = replace(self, **{"page": 1, **other})  # type: ignore[arg-type]
        fields = {
            "state": there.state if there.state != "open" else "",
            "lang": there.lang,
            "page": str(there.page) if there.page > 1 else "",
        }
        return places.chosen(places.GAPS, **fields)


@router.get(places.GAPS)
def gaps(request: Request, site: CurrentSite, member: Viewer) -> Response:
    """The gaps of a state, the heaviest first."""
    chosen = _chosen(request.query_params)
    store = site.ledger.store
    found, total = store.gaps.listed(
        chosen.state, chosen.lang, offset=(chosen.page - 1) * _ON_A_PAGE, limit=_ON_A_PAGE
    )
    library = library_of(site)
    return render(
        request,
        "gaps.html",
        member,
        chosen=chosen,
        states=STATES,
        counts=store.gaps.counts(),
        rows=told(store, found, site.settings.k_anonymity),
        more=total > chosen.page * _ON_A_PAGE,
        review=store.gaps.review(),
        languages=_languages(request, site, library, found, chosen),
        **shown_of(request, site, library, found),
    )


@router.get(places.GAPS + "/export.csv")
def spreadsheet(site: CurrentSite, _: Viewer) -> Response:
    """Every gap as a row."""
    # Spreadsheets take a file without this mark for one of the old 8-bit encodings.
    body = "\ufeff" + sheets.written(sheets.every(site.ledger.store, site.settings.k_anonymity))
    return Response(body, media_type="text/csv; charset=utf-8", headers=download("gaps.csv"))


@router.get(places.GAPS + "/export.json")
def export(site: CurrentSite, _: Viewer) -> Response:
    """Every gap with its wordings, as one JSON object."""
    told_all = sheets.as_object(sheets.every(site.ledger.store, site.settings.k_anonymity))
    body = orjson.dumps(told_all, option=orjson.OPT_INDENT_2)
    return Response(body, media_type="application/json", headers=download("gaps.json"))


def download(name: str) -> dict[str, str]:
    """To be saved under `name`, which is ASCII."""
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def library_of(site: Site) -> Library | None:
    """The articles; null before the first index."""
    try:
        return site.library()
    except NotReadyError:
        return None


def article_of(library: Library | None, name: str, langs: Sequence[str]) -> Article | None:
    """The article in the first of `langs` that has it, else in any."""
    if library is None:
        return None
    here = (library.catalogue.article(library.language(lang), name) for lang in langs)
    found = next(filter(None, here), None)
    return found or next(iter(library.catalogue.translations(name)), None)


def shown_of(request: Request, site: Site, library: Library | None, gaps: Iterable[Gap]) -> dict[str, Any]:
    """What every page about gaps needs to show them."""
    names = {
        (name, gap.languages)
        for gap in gaps
        for name in (
            gap.article, gap.nearest, *(one.article for one in gap.evidence),
            *(question.answered_by for question in gap.questions),
        )
        if name
    }  # fmt: skip
    found = ((name, article_of(library, name, langs)) for name, langs in names)
    return {
        "articles": {name: article for name, article in found if article},
        "zone": ZoneInfo(site.settings.time_zone),
        "number": numbers(site.interface(language(request, site))),
        "least": site.settings.k_anonymity,
        "look_back": DAYS,
        "span": SPAN_DAYS,
    }


def _languages(
    request: Request, site: Site, library: Library | None, shown: Sequence[Gap], chosen: Chosen
) -> list[tuple[str, str]]:
    """Those there are articles in, those of the gaps shown, and the one that is chosen, by name."""
    tags = {lang for gap in shown for lang in gap.languages} | ({chosen.lang} - {""})
    tags |= set(library.languages if library else ())
    interface = site.interface(language(request, site))
    return sorted(((tag, interface.language_name(tag)) for tag in tags), key=lambda pair: pair[1])


def _chosen(asked: Mapping[str, str]) -> Chosen:
    page = asked.get("page", "1")
    number = int(page) if page.isascii() and page.isdigit() and len(page) <= 4 else 1
    return Chosen(
        next((state for state in STATES if state == asked.get("state")), "open"),
        normalise(asked.get("lang", ""), _LONGEST_TAG),
        min(max(number, 1), _LAST_PAGE),
    )
