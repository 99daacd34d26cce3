"""What the parts of the figures are called, and what each one counts, in the reader's language."""

from collections.abc import Mapping

from markupsafe import Markup

from app.languages import Interface


def names(interface: Interface) -> Mapping[str, Markup]:
    """A part's name: how a question ended, what became of a session."""
    _ = interface.gettext
    return {
        "episodes": _("All questions"),
        "unanswered": _("Without an answer"),
        "clicked": _("A result was opened"),
        "no_click": _("Results, none opened"),
        "reworded": _("Other words, none opened"),
        "no_answer": _("No answer"),
        "ticket": _("A ticket followed"),
        "confirmed": _("Confirmed"),
        "potential": _("Potential"),
        "failed": _("Failed"),
        "ignored": _("Ignored"),
        "abandoned": _("Abandoned"),
        "unassisted": _("Unassisted"),
        "unseen": _("Not seen"),
        "held": _("Held out"),
        "running": _("Still open"),
    }


def meanings(interface: Interface) -> Mapping[str, Markup]:
    """What counts as it, in a sentence."""
    _ = interface.gettext
    return {
        "episodes": _("Every question, in its last wording."),
        "unanswered": _(
            "The last wording found nothing, or was judged to have no answer, whatever came after."
        ),
        "clicked": _("The last wording had results, and one was opened."),
        "no_click": _("There were results and none was opened: the passage may have answered on the page."),
        "reworded": _(
            "Asked again in other words within two minutes; the last ones had results, none opened."
        ),
        "no_answer": _("The last wording found nothing, or was judged to have no answer."),
        "ticket": _("Within 24 hours, a ticket came from the search."),
        "confirmed": _("They said that it was solved, and nothing was submitted within 24 hours."),
        "potential": _("A suggestion was opened, and nothing submitted within 24 hours. It may have helped."),
        "failed": _("A suggestion was opened, and the form submitted all the same."),
        "ignored": _("Suggestions were shown and not opened, and the form was submitted."),
        "abandoned": _("They left without opening a suggestion or submitting. It is no success."),
        "unassisted": _("There was no answer to show."),
        "unseen": _("There was an answer, and no sign that it was seen."),
        "held": _("Shown nothing on purpose, to measure what answers do."),
        "running": _("Not a day old yet: what becomes of it is not known."),
    }


def sources(interface: Interface) -> Mapping[str, Markup]:
    """Where questions come from."""
    _ = interface.gettext
    return {"site": _("This site"), "widget": _("The widget"), "api": _("Other programs")}
