"""What was learned: which confirmed questions lift which article, and the editors' veto."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hmac import digest
from typing import Final
from zoneinfo import ZoneInfo

import orjson
from fastapi import Request
from starlette.datastructures import ImmutableMultiDict, QueryParams
from starlette.responses import RedirectResponse, Response

from app.learning.learner import Learner
from app.learning.listing import STATES, Listed, listed, matching
from app.learning.pairs import Pair
from app.learning.reading import Reading
from app.learning.sheets import as_csv, as_objects
from app.live import NotReadyError
from app.routes.admin import places
from app.routes.admin.desk import desk, language, render
from app.routes.admin.forms import Form
from app.routes.admin.insights_numbers import numbers
from app.routes.admin.members import Editor, Viewer
from app.routes.admin.refusals import RefusedError
from app.routes.site import CurrentSite, Site
from app.secret import Secret
from search.analysis import normalise
from search.records import Article

router = desk()

_ON_A_PAGE: Final = 25
_LONGEST_SEARCH: Final = 200
_LAST_PAGE: Final = 1_000
_NAME: Final = 16


@dataclass(frozen=True, slots=True)
class Chosen:
    """What of the pairs is shown; an empty state shows all."""

    text: str
    state: str
    page: int

    def link(self, **more: str | int) -> str:
        """The address of the same with something changed."""
        fields = {"q": self.text, "state": self.state, "page": self.page if self.page > 1 else ""} | more
        return places.chosen(places.LEARNING, **{name: str(value) for name, value in fields.items()})


@router.get(places.LEARNING)
def learning(request: Request, site: CurrentSite, member: Viewer) -> Response:
    """The pairs, the strongest first."""
    chosen = _chosen(request.query_params)
    everything = _listed(request, site, _pairs(request, site))
    found = matching(everything, chosen.text, chosen.state)
    start = (chosen.page - 1) * _ON_A_PAGE
    rows = _told(site, found[start : start + _ON_A_PAGE])
    decided = request.query_params.get("decided", "")
    return render(
        request,
        "learning.html",
        member,
        chosen=chosen,
        states=STATES,
        counts={state: sum(one.state == state for one in everything) for state in STATES},
        rows=rows,
        found=len(found),
        everything=len(everything),
        more=len(found) > start + _ON_A_PAGE,
        decided=next((one for one in everything if one.name == decided), None) if decided else None,
        least=site.settings.k_anonymity,
        learns=site.settings.learning,
        zone=ZoneInfo(site.settings.time_zone),
        number=numbers(site.interface(language(request, site))),
    )


@router.post(places.LEARNING + "/decide")
def decide(request: Request, site: CurrentSite, member: Editor, form: Form) -> Response:
    """Veto a pair, or end its veto."""
    name, stands = form.get("pair", ""), form.get("do") == "veto"
    names = _namer(request)
    pair = next((pair for pair in _pairs(request, site) if names(pair) == name), None)
    if pair is None:
        raise RefusedError("gone")
    site.ledger.store.learning.decide(
        pair.lang, pair.bare, pair.article, stands=stands, at=datetime.now(UTC), user_id=member.user.id
    )
    learner: Learner | None = request.app.state.learner
    if learner:
        learner.look()
    return RedirectResponse(_chosen(form).link(decided=name), 303)


@router.get(places.LEARNING + "/export.json")
def export(request: Request, site: CurrentSite, _: Viewer) -> Response:
    """Every pair as one JSON object."""
    pairs = as_objects(_told(site, _listed(request, site, _pairs(request, site))))
    made = {"made_at": datetime.now(UTC).isoformat(), "learning": site.settings.learning, "pairs": pairs}
    body = orjson.dumps(made, option=orjson.OPT_INDENT_2)
    return Response(body, media_type="application/json", headers=_download("json"))


@router.get(places.LEARNING + "/pairs.csv")
def spreadsheet(request: Request, site: CurrentSite, _: Viewer) -> Response:
    """Every pair as CSV."""
    # Spreadsheets take a file without this mark for one of the old 8-bit encodings.
    body = "\ufeff" + as_csv(_told(site, _listed(request, site, _pairs(request, site))))
    return Response(body, media_type="text/csv; charset=utf-8", headers=_download("csv"))


def _pairs(request: Request, site: Site) -> Sequence[Pair]:
    reading: Reading = request.app.state.pairs
    return reading.pairs(site.ledger.store)


def _listed(request: Request, site: Site, pairs: Sequence[Pair]) -> tuple[Listed, ...]:
    """Of those whose question fewer visits confirmed than may be told, the question is left out."""
    told = frozenset(pair for pair in pairs if pair.alike >= site.settings.k_anonymity)
    return listed(pairs, _finder(site), _namer(request), told, datetime.now(UTC).date())


def _finder(site: Site) -> Callable[[str, str], Article | None]:
    """Before the first index there are no articles."""
    try:
        catalogue = site.library().catalogue
    except NotReadyError:
        return lambda _lang, _name: None
    return lambda lang, name: catalogue.article(lang, name) or next(iter(catalogue.translations(name)), None)


def _told(site: Site, some: Sequence[Listed]) -> tuple[Listed, ...]:
    """With the questions of those that enough visits asked, though too few of them confirmed an answer.

    It reads every search there is, so it is asked for what is shown alone.
    """
    untold = {one.pair.question for one in some if one.question is None}
    if not untold:
        return tuple(some)
    enough = site.ledger.store.searches.asked_by_enough(untold, site.settings.k_anonymity)
    return tuple(
        replace(one, question=one.pair.question) if one.pair.question in enough else one for one in some
    )


def _namer(request: Request) -> Callable[[Pair], str]:
    """Names pairs so that nobody can tell from a name what too few asked."""
    secret: Secret = request.app.state.secret
    key = secret.key("learned pairs")
    return lambda pair: digest(key, f"{pair.lang}\n{pair.article}\n{pair.bare}".encode(), "sha256")[
        :_NAME
    ].hex()


def _chosen(asked: QueryParams | ImmutableMultiDict[str, str]) -> Chosen:
    page, state = asked.get("page", ""), asked.get("state", "")
    number = int(page) if page.isascii() and page.isdigit() and len(page) <= 4 else 1
    return Chosen(
        normalise(asked.get("q", ""), _LONGEST_SEARCH),
        state if state in STATES else "",
        min(max(number, 1), _LAST_PAGE),
    )


def _download(kind: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="sportello-learning.{kind}"'}
