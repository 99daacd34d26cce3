"""A small shop's help centre in every language that the interface speaks, to see that its pages say nothing else."""

import re
import unicodedata
from pathlib import Path
from typing import Final, NamedTuple


class Texts(NamedTuple):
    """What the shop says in one language; of the guide, the steps' headings and the two choices."""

    category: str
    about: str
    question: str
    wording: str
    summary: str
    headings: tuple[str, str, str]
    sentence: str
    column: str
    guide: str
    steps: tuple[str, str, str]
    choices: tuple[str, str]
    asked: str
    misspelt: str
    unknown: str


TEXTS: Final = {
    "it": Texts(
        category="Consegna",
        about="Tempi e costi del pacco.",
        question="Quando arriva il mio pacco?",
        wording="dove si trova la spedizione",
        summary="In tre giorni lavorativi, in tutta Italia.",
        headings=("Nelle isole", "Se il corriere tarda", "Quanto si paga"),
        sentence="Il corriere bussa due volte e lascia un biglietto con il numero da chiamare.",
        column="Luogo",
        guide="Il pacco è arrivato rovinato: che faccio?",
        steps=("Si è rotto qualcosa?", "Mandaci una foto", "Tieni la scatola"),
        choices=("Sì, un pezzo", "No, soltanto la scatola"),
        asked="quando arriva il pacco",
        misspelt="quando arriva il pacoc",
        unknown="ricetta della carbonara",
    ),
    "en": Texts(
        category="Delivery",
        about="How long a parcel takes, and its price.",
        question="When will my parcel arrive?",
        wording="where is my shipment",
        summary="In three working days, all over Italy.",
        headings=("To the islands", "If the courier is late", "What it costs"),
        sentence="The courier knocks twice and leaves a note with the number to ring.",
        column="Place",
        guide="The parcel came damaged: what now?",
        steps=("Is something broken?", "Take a photo", "Keep the box"),
        choices=("Yes, one piece", "No, just the box"),
        asked="when will the parcel arrive",
        misspelt="when will the parcle arrive",
        unknown="carbonara recipe",
    ),
    "fr": Texts(
        category="Livraison",
        about="Délais et prix du colis.",
        question="Quand mon colis arrive-t-il ?",
        wording="où se trouve mon envoi",
        summary="En trois jours ouvrés, partout en Italie.",
        headings=("Dans les îles", "Si le livreur tarde", "Combien cela coûte"),
        sentence="Le livreur frappe deux fois et laisse un billet avec le numéro à appeler.",
        column="Lieu",
        guide="Le colis est arrivé abîmé : que faire ?",
        steps=("Quelque chose est-il cassé ?", "Envoyez-nous une photo", "Gardez le carton"),
        choices=("Oui, une pièce", "Non, le carton seulement"),
        asked="quand arrive mon colis",
        misspelt="quand arrive mon coils",
        unknown="recette de la carbonara",
    ),
    "de": Texts(
        category="Lieferung",
        about="Wie lange ein Paket braucht und was es kostet.",
        question="Wann kommt mein Paket an?",
        wording="wo bleibt meine Sendung",
        summary="In drei Werktagen, in ganz Italien.",
        headings=("Auf die Inseln", "Wenn der Bote sich verspätet", "Was es kostet"),
        sentence="Der Bote klopft zweimal und lässt einen Zettel mit der Nummer da, die man anruft.",
        column="Ort",
        guide="Das Paket kam beschädigt an: was jetzt?",
        steps=("Ist etwas zerbrochen?", "Schicken Sie uns ein Foto", "Heben Sie den Karton auf"),
        choices=("Ja, ein Stück", "Nein, nur der Karton"),
        asked="wann kommt das Paket an",
        misspelt="wann kommt das Pakte an",
        unknown="Rezept für Carbonara",
    ),
    "es": Texts(
        category="Entrega",
        about="Plazos y precio del paquete.",
        question="¿Cuándo llega mi paquete?",
        wording="dónde está mi envío",
        summary="En tres días laborables, en toda Italia.",
        headings=("En las islas", "Si el mensajero se retrasa", "Cuánto cuesta"),
        sentence="El mensajero llama dos veces y deja una nota con el número de teléfono.",
        column="Lugar",
        guide="El paquete ha llegado dañado: ¿qué hago?",
        steps=("¿Se ha roto algo?", "Mándanos una foto", "Guarda la caja"),
        choices=("Sí, una pieza", "No, solo la caja"),
        asked="cuándo llega el paquete",
        misspelt="cuándo llega el paqeute",
        unknown="receta de la carbonara",
    ),
}
ARTICLE: Final = "consegna/quando"
GUIDE: Final = "consegna/guida"


def write_polyglot(content: Path) -> None:
    """One category, a long article with a table, and a guide of three steps, in each language."""
    for lang, said in TEXTS.items():
        folder = content / lang / "consegna"
        folder.mkdir(parents=True)
        (folder / "_category.md").write_text(f"---\ntitle: {said.category}\n---\n{said.about}\n", "utf-8")
        (folder / "quando.md").write_text(_article(said), "utf-8")
        (folder / "guida.md").write_text(_guide(said), "utf-8")


def _article(said: Texts) -> str:
    paragraph = " ".join([said.sentence] * 5)
    body = "\n\n".join(f"## {heading}\n\n{paragraph}" for heading in said.headings)
    table = f"| {said.column} | € |\n|---|---|\n| Faenza | 5 |"
    return (
        f'---\ntitle: "{said.question}"\nquestions: ["{said.wording}"]\nsummary: "{said.summary}"\n'
        f"phase: after\nupdated: 2026-03-01\nboost: 2\n---\n{said.summary}\n\n{body}\n\n{table}\n\n"
        "```\nFA-0001\n```\n"
    )


def _guide(said: Texts) -> str:
    first, second, third = said.steps
    return (
        f'---\ntitle: "{said.guide}"\ntype: guide\nphase: before\n---\n{said.summary}\n\n'
        f"## {first}\n\n- [{said.choices[0]}](#{_anchor(second)})\n- [{said.choices[1]}](#{_anchor(third)})\n\n"
        f"## {second}\n\n{said.sentence}\n\n## {third}\n\n{said.sentence}\n"
    )


def _anchor(heading: str) -> str:
    """As docs/guides.md says: small letters without accents, joined by hyphens."""
    plain = unicodedata.normalize("NFKD", heading.lower()).encode("ascii", "ignore").decode()
    return "-".join(re.findall("[a-z]+", plain))
