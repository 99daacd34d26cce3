"""MiniSearch, in Node, with its defaults."""

import json
import subprocess
from pathlib import Path

from search.evaluation import DEPTH
from tests.benchmarks.collection import WEIGHTS, Asked, Collection
from tests.benchmarks.harness import Contender, Ranker

SCRIPT = Path(__file__).parent / "node" / "search.js"


def _build(collection: Collection, _folder: Path) -> Ranker:
    given = {
        "weights": WEIGHTS,
        "documents": [{"id": d.id, **d.terms} for d in collection.documents],
        "queries": [" ".join(a.terms) for a in collection.asked],
        "depth": DEPTH,
    }
    done = subprocess.run(
        ["node", SCRIPT], input=json.dumps(given), capture_output=True, text=True, check=True
    )
    found = dict(zip((a.id for a in collection.asked), json.loads(done.stdout), strict=True))

    def rank(asked: Asked) -> tuple[str, ...]:
        return tuple(found[asked.id])

    return rank


CONTENDERS = (Contender("MiniSearch", _build),)
