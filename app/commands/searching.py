"""`sportello search`."""

from dataclasses import asdict
from typing import Annotated

import typer

from app.commands.options import Data, Json
from app.commands.printing import print_result
from app.learning.offline import taught
from app.routes.answers import search_answer
from app.settings import read_settings
from app.store import StoreError
from app.terminal import err, print_json
from indexer import publish
from search.encoders import open_encoder
from search.engine import SearchEngine


def search(
    query: Annotated[str, typer.Argument(help="The question, in the customer's words.")],
    lang: Annotated[str | None, typer.Option(help="The language to answer in.")] = None,
    limit: Annotated[int, typer.Option("-k", min=1, max=50, help="How many answers.")] = 5,
    data: Data = None,
    as_json: Json = False,
    explain: Annotated[bool, typer.Option("--explain", help="Why each hit is where it is.")] = False,
) -> None:
    """Ask from the terminal.

    Example: sportello search "quando arriva il mio pacco" --lang it -k 3 --explain
    """
    settings = read_settings(data=data)
    publish.current_folder(settings.data)  # before the encoder is opened: without an index it has no use
    encoder = open_encoder(settings.encoder, settings.models_folder)
    engine = SearchEngine(publish.open_current(settings.data, encoder), encoder)
    try:
        engine = taught(engine, encoder, settings)
    except StoreError as error:
        err.print(f"{error} What was learned is left out.", markup=False)
    result = engine.search(query, lang, limit=limit)
    matched = [engine.matched(hit) for hit in result.hits] if explain else []
    if as_json:
        answer = search_answer(result, settings.base_url.rstrip("/")).model_dump(mode="json")
        pairs = zip(result.hits, matched, strict=False)
        evidence = [{**asdict(hit.evidence), "matched": words} for hit, words in pairs]
        print_json({**answer, "evidence": evidence} if explain else answer)
    else:
        print_result(result, matched)
