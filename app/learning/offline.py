"""What the help centre has learned, for a command that asks beside it."""

from app.learning.reading import Reading
from app.settings import Settings
from app.store import open_store
from app.store.database import FILE
from indexer.vectors import VectorCache
from search.encoders import Encoder
from search.engine import SearchEngine


def taught(engine: SearchEngine, encoder: Encoder, settings: Settings) -> SearchEngine:
    """The engine with what is learned now; the same where nothing is, or there is no store yet.

    Vectors are kept with those of the articles, so that they are made once. Raises StoreError.
    """
    if not settings.learning or not (settings.database_url or (settings.data / FILE).exists()):
        return engine
    store = open_store(settings.database_url, settings.data)
    try:
        confirmed = [pair.confirmed for pair in Reading().pairs(store) if not pair.vetoed]
    finally:
        store.close()
    if not confirmed:
        return engine
    questions = list(dict.fromkeys(one.query for one in confirmed))
    with VectorCache(encoder, settings.data / "vectors") as cache:
        vectors = cache.encode(questions, "query")
    return engine.with_confirmed(confirmed, dict(zip(questions, vectors, strict=True)))
