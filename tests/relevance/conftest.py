"""The labelled sets, each indexed once."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from indexer.build import build_snapshot
from indexer.labelled import LabelledSet, read_labelled_set
from indexer.vectors import VectorCache
from search.engine import SearchEngine
from search.records import KnowledgeBase
from search.snapshot import open_snapshot

Indexed = Callable[[str], tuple[LabelledSet, SearchEngine]]


@pytest.fixture(scope="session")
def indexed(
    labelled_set: Callable[[str], Path], cached_encoder: VectorCache, tmp_path_factory: pytest.TempPathFactory
) -> Indexed:
    """A labelled set by name, and an engine for its articles."""
    engines: dict[str, tuple[LabelledSet, SearchEngine]] = {}

    def of(name: str) -> tuple[LabelledSet, SearchEngine]:
        if name not in engines:
            labelled = read_labelled_set(labelled_set(name))
            folder = tmp_path_factory.mktemp(name) / "snapshot"
            build_snapshot(KnowledgeBase(labelled.articles), folder, name, cached_encoder, datetime.now(UTC))
            engines[name] = labelled, SearchEngine(open_snapshot(folder, cached_encoder), cached_encoder)
        return engines[name]

    return of
