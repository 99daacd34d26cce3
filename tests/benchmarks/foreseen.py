"""`python -m tests.benchmarks.foreseen CONTENT DATA QUESTIONS`: what a forecast takes, in processor time.

CONTENT is a folder of articles in one language, DATA where it is indexed, QUESTIONS a labelled set's folder whose
questions are asked beside the articles' own titles, in another order and without a word.
"""

import random
import sys
from dataclasses import replace
from pathlib import Path
from time import process_time

from app.impact.forecast import forecast
from app.impact.memory import Memory
from app.impact.questions import Past, Question
from app.impact.standing import Standing
from indexer.labelled import read_labelled_set
from indexer.publish import open_current
from indexer.update import update_index
from search.encoders import open_encoder
from search.engine import SearchEngine
from search.records import Article

_TITLES, _OTHERS, _DRAFTS = 2_600, 400, 30
_PATIENT = 600.0


def main(content: Path, data: Path, labelled: Path) -> None:
    """Print median, ninth tenth and most, of the first forecast of an article, another, and one while typing."""
    chance = random.Random(3)
    encoder = open_encoder("", data / "models")
    update_index(content, data, encoder)
    engine = SearchEngine(open_current(data, encoder), encoder)
    articles = next(iter(engine.snapshot.shelves.values())).articles
    past = Past(tuple(_asked(articles, labelled, chance)))
    standing = Standing(engine, past, Memory(encoder))
    standing.prepare()
    took: dict[str, list[float]] = {"first": [], "again": [], "typing": []}
    for article in chance.sample(articles, min(_DRAFTS, len(articles))):
        draft = replace(
            article, title=f"{article.title}?", questions=(*article.questions, article.title[:20])
        )
        for name, text in (("first", draft), ("again", draft), ("typing", _typed(draft))):
            started = process_time()
            forecast(standing, text, _PATIENT)
            took[name].append(process_time() - started)
    print(f"{len(articles)} articles, {len(past.questions)} questions")
    for name, seconds in took.items():
        ordered = sorted(seconds)
        middle, most = ordered[len(ordered) // 2], ordered[-1]
        print(
            f"{name}: median {middle:.2f} s, nine of ten {ordered[int(0.9 * len(ordered))]:.2f} s, most {most:.2f} s"
        )


def _asked(articles: tuple[Article, ...], labelled: Path, chance: random.Random) -> list[Question]:
    texts = []
    for article in chance.sample(articles, min(_TITLES, len(articles))):
        words = article.title.lower().split()
        chance.shuffle(words)
        texts.append(" ".join(words[: max(3, len(words) - 1)]))
    texts += [query.text for query in read_labelled_set(labelled).queries][:_OTHERS]
    return [Question(text, articles[0].lang, 1) for text in dict.fromkeys(texts)]


def _typed(article: Article) -> Article:
    """With one more sentence at the end."""
    *before, last = article.sections
    longer = replace(last, paragraphs=(*last.paragraphs, "Una frase in più, appena scritta."))
    return replace(article, sections=(*before, longer))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
