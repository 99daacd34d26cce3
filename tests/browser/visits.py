"""Every kind of page, where it is found, and the template that makes it: what each gate looks at."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

_RATED: Final = "consegna/seguire-il-pacco"
_GUIDE: Final = "a/resi-e-rimborsi/guida-reso"


@dataclass(frozen=True, slots=True)
class Visit:
    """A page of the help centre that the fixture `shop` serves; one with a `form` answers it, posted."""

    name: str
    template: str
    path: str
    shop: str = "demo"
    status: int = 200
    form: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name


def _in_each_language(lang: str, maybe: str, yes: str, no: str, misspelt: str) -> list[Visit]:
    def at(name: str, template: str, path: str, status: int = 200, **form: str) -> Visit:
        return Visit(f"{name}-{lang}", template, f"/{lang}/{path}", status=status, form=form)

    return [
        at("home", "home.html", ""),
        at("category", "category.html", "c/consegna"),
        at("article", "article.html", "a/consegna/seguire-il-pacco"),
        at("long-article", "article.html", "a/resi-e-rimborsi/garanzia-legale"),
        at("article-with-table", "article.html", "a/consegna/tempi-di-consegna"),
        at("guide-start", "guide.html", _GUIDE),
        at("guide-step", "guide.html", f"{_GUIDE}?step={STEP[lang]}"),
        at("guide-end", "guide.html", f"{_GUIDE}?step={END[lang]}"),
        at("guide-whole", "article.html", f"{_GUIDE}?all=1"),
        at("search-yes", "search.html", f"search?q={yes}"),
        at("search-maybe", "search.html", f"search?q={maybe}"),
        at("search-no", "search.html", f"search?q={no}"),
        at("search-misspelt", "search.html", f"search?q={misspelt}"),
        at("search-filtered", "search.html", f"search?q={yes}&category=resi-e-rimborsi&phase=after"),
        at("search-browse", "search.html", "search?phase=after"),
        at("search-nothing-left", "search.html", "search?category=account&phase=before"),
        at("search-empty", "search.html", "search"),
        at("contact", "contact.html", "contact"),
        at("contact-with-question", "contact.html", f"contact?q={no}"),
        at("contact-wrong", "contact.html", "contact", 422, message=" ", email="anna@"),
        at("contact-received", "received.html", f"contact/received?number={NUMBER}"),
        at("contact-solved", "received.html", "contact/solved"),
        at("accessibility", "accessibility.html", "accessibility"),
        at("feedback-thanks", "thanks.html", f"feedback?article={_RATED}&value=yes"),
        at("feedback-why", "thanks.html", f"feedback?article={_RATED}&value=no&rating={'0' * 32}"),
        at("feedback-undecided", "thanks.html", "feedback", 422, article=_RATED),
        at("feedback-no-reason", "thanks.html", "feedback", 422, article=_RATED, rating="0" * 32),
        at("not-found", "error.html", "a/consegna/tempi-di-volo", 404),
    ]


# A message that the fixture `contacted` has written, and its satisfaction question.
NUMBER: Final = "SP-0000-0000"
TOKEN: Final = "0" * 32
# Others who wait for an answer, beside one with the same token: one has confirmed, one was told.
WAITING: Final = "1" * 32
ANSWERED: Final = "2" * 32
STEP: Final = {"it": "hai-i-pezzi-da-piu-di-14-giorni", "en": "have-you-had-the-pieces-for-more-than-14-days"}
END: Final = {"it": "e-arrivato-rotto", "en": "it-arrived-broken"}
ITALIAN: Final = _in_each_language("it", "consegna", "rimborso", "ricetta+della+carbonara", "rimbroso")
ENGLISH: Final = _in_each_language("en", "delivery", "refund", "carbonara+recipe", "refudn")
OTHERS: Final = [
    Visit("api", "api.html", "/api/v1/docs"),
    Visit("rating", "satisfaction.html", f"/s/{TOKEN}?value=4"),
    Visit("rating-undecided", "satisfaction.html", f"/s/{TOKEN}", status=422, form={"comment": "Lento"}),
    Visit("subscription-sent", "subscription.html", "/en/subscriptions/sent"),
    Visit("subscription-ask", "subscription.html", f"/it/subscriptions/{TOKEN}"),
    Visit("subscription-waiting", "subscription.html", f"/it/subscriptions/{WAITING}"),
    Visit("subscription-answered", "subscription.html", f"/it/subscriptions/{ANSWERED}"),
    Visit("subscription-gone", "subscription.html", f"/it/subscriptions/{'f' * 32}", status=404),
    Visit(
        "subscription-wrong",
        "subscription.html",
        "/it/subscriptions",
        "polyglot",
        422,
        {"q": "Fate la carbonara?", "email": "anna@"},
    ),
    Visit("hebrew-home", "home.html", "/he/", "odd"),
    Visit("hebrew-article", "article.html", "/he/a/ordini/nuovo", "odd"),
    Visit("hebrew-search", "search.html", "/he/search?q=annullo", "odd"),
    Visit("elsewhere", "error.html", "/fr/a/ordini/solo%20qui", "odd", 404),
    Visit("failure", "error.html", "/broken/for/sure", "odd", 500),
    Visit("not-ready", "error.html", "/it/", "unready", 503),
]
# The languages that the demo does not speak: on the pages whose words are the interface's own.
TRANSLATED: Final = [
    Visit(f"{name}-{lang}", template, f"/{lang}/{path}", "polyglot")
    for lang, unknown in {
        "fr": "recette+de+la+carbonara",
        "de": "Rezept+f%C3%BCr+Carbonara",
        "es": "receta+de+la+carbonara",
    }.items()
    for name, template, path in (
        ("home", "home.html", ""),
        ("article", "article.html", "a/consegna/quando"),
        ("guide-start", "guide.html", "a/consegna/guida"),
        ("search-no", "search.html", f"search?q={unknown}"),
        ("contact", "contact.html", "contact"),
        ("accessibility", "accessibility.html", "accessibility"),
    )
]
VISITS: Final = [*ITALIAN, *ENGLISH, *TRANSLATED, *OTHERS]
# What other templates are made with, and no page alone.
PARTS: Final = frozenset(
    {
        "base.html",
        "contactform.html",
        "feedback.html",
        "feedbackforms.html",
        "macros.html",
        "reviewing.html",
        "subscribeform.html",
    }
)
