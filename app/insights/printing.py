"""A report for the terminal: the same figures as the page, in lines."""

from collections.abc import Iterable
from typing import Final

from rich.markup import escape
from rich.table import Table

from app.insights.episodes import ENDINGS
from app.insights.figures import Causal, Figures
from app.insights.report import Report

_QUESTIONS: Final = 10
_ENDINGS: Final = {
    "clicked": "a result was opened", "no_click": "results, none opened",
    "reworded": "other words, none opened", "no_answer": "no answer", "ticket": "a ticket followed",
}  # fmt: skip
_OUTCOMES: Final = ("confirmed", "potential", "failed", "ignored", "abandoned")
_ASIDE: Final = ("unassisted", "unseen", "held", "running")


def printed(report: Report) -> Iterable[str | Table]:
    """What to print, one after the other."""
    figures, wanted = report.figures, report.wanted
    as_of = f"{report.as_of:%Y-%m-%d %H:%M} UTC"
    yield f"[bold]{wanted.first} to {wanted.last}[/] ({wanted.zone.key}), as of {as_of}"
    if report.lost:
        yield f"[yellow]{report.lost} searches came too fast to be written down, and are missing here.[/]"
    yield _endings(figures)
    yield _outcomes(figures)
    yield f"\n[bold]What answers change[/]: {_causal(figures.causal)}"
    yield from _others(figures)
    yield from _unanswered(report)


def _endings(figures: Figures) -> Table:
    funnel = figures.funnel
    table = _table("How questions ended")
    for ending in ENDINGS:
        count = getattr(funnel, ending)
        table.add_row(_ENDINGS[ending], str(count), _share(count, funnel.episodes))
    table.add_row("[bold]all[/]", f"[bold]{funnel.episodes}[/]", "")
    table.add_row(
        "[bold]without an answer[/]",
        f"[bold]{funnel.unanswered}[/]",
        _share(funnel.unanswered, funnel.episodes),
    )
    return table


def _outcomes(figures: Figures) -> Table:
    deflected = figures.deflected
    table = _table("In the widget (share of those shown)")
    for outcome in _OUTCOMES:
        count = getattr(deflected, outcome)
        table.add_row(outcome, str(count), _share(count, deflected.shown))
    table.add_row("[bold]shown[/]", f"[bold]{deflected.shown}[/]", "")
    for outcome in _ASIDE:
        table.add_row(outcome, str(getattr(deflected, outcome)), "")
    return table


def _causal(causal: Causal) -> str:
    if causal.interval is None:
        return "not measured (SPORTELLO_HOLDOUT)"
    points = [
        f"{100 * share:+.1f}"
        for share in (causal.interval.difference, causal.interval.low, causal.interval.high)
    ]
    return (
        f"{points[0]} points, 95 % interval {points[1]} to {points[2]}; "
        f"{_share(causal.held_submitted, causal.held)} of {causal.held} held out submitted, "
        f"{_share(causal.others_submitted, causal.others)} of {causal.others} others; "
        f"{causal.needed} more visits needed to see 5 points"
    )


def _others(figures: Figures) -> Iterable[str]:
    service, clicking, said = figures.service, figures.clicking, figures.satisfaction
    used = f"{service.used} questions, {service.tickets} tickets"
    yield f"[bold]Self-service score[/]: {_number(service.score)} ({used})"
    yield (
        f"[bold]Searches with a click[/]: {_share(clicking.clicked, clicking.searches)} "
        f"of {clicking.searches}, "
        f"average position {_number(clicking.average_position)}"
    )
    yield (
        f"[bold]Satisfaction[/]: articles {_share(said.helped, said.helped + said.not_helped)} helpful "
        f"({said.helped + said.not_helped} ratings), tickets {_share(said.satisfied, said.grades)} satisfied "
        f"({said.grades} answers)"
    )


def _unanswered(report: Report) -> Iterable[str | Table]:
    listed = report.questions["unanswered"]
    if listed.questions:
        table = _table("What found no answer")
        for one in listed.questions[:_QUESTIONS]:
            table.add_row(escape(one.question), str(one.count), " ".join(one.languages))
        yield table
    if listed.hidden:
        yield f"{listed.hidden} others, asked {listed.hidden_count} times, were asked by too few to be shown."


def _table(title: str) -> Table:
    look = {"title_justify": "left", "title_style": "bold"}
    table = Table(title=f"\n{title}", box=None, show_header=False, **look)  # type: ignore[arg-type]
    table.add_column()
    table.add_column(justify="right")
    table.add_column(justify="right")
    return table


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "–"


def _number(number: float | None) -> str:
    return "–" if number is None else f"{number:.1f}"
