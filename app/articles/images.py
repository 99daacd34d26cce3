"""Pictures that editors put in an article: made anew from what they show, and kept beside it."""

import re
import textwrap
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Final, Literal

from PIL import Image, ImageCms, ImageOps, ImageSequence, UnidentifiedImageError

from app.articles.git import Repository
from app.articles.history import commit
from app.articles.writing import Desk
from indexer.articles import ContentError
from indexer.editing import file_name, write_new
from indexer.files import Kind, list_files
from indexer.importing.drafts import one_line, slugify

# Bytes of one picture as it comes; phones make them of 4 to 8 million.
MOST_BYTES: Final = 15_000_000
ACCEPTED: Final = "image/jpeg,image/png,image/webp,image/avif,image/gif"
# Pillow reads many more, each with defects of its own.
_FORMATS: Final = ("JPEG", "PNG", "WEBP", "AVIF", "GIF")
_PHOTOGRAPHS: Final = frozenset({"JPEG", "MPO"})
# What a picture unpacks to: a phone's largest. Beyond, a file of a few bytes fills the memory.
_MOST_PIXELS: Final = 50_000_000
# Twice what the page is wide: sharp on a fine screen, and no reader waits for more.
_LONGEST_SIDE: Final = 2_000
_LONGEST_MOVING: Final = 1_000
_MOST_MOVING: Final = 30_000_000
# Of all its pictures as they come: a file of a few bytes has forty of the largest, and takes half a minute.
_MOST_UNPACKED: Final = 500_000_000
# WCAG 2.2.2: what moves by itself stops within five seconds, for nobody can stop a picture.
_MOST_MILLISECONDS: Final = 5_000
# What browsers make of a frame that says none, or less than two hundredths.
_A_FRAME: Final = 100
_SHORTEST: Final = 20
_QUALITY: Final = 85
_MOST_NUMBERS: Final = 1_000
_LONGEST_ALT: Final = 300
# What would be read as Markdown within the brackets.
_MARKS: Final = re.compile(r"[][`*_\\]")
# Names that cameras, telephones and clipboards give.
_GIVEN: Final = (
    "image images img immagine dsc dscn dscf pxl mvimg wa screenshot screen shot schermata capture cattura "
    "bildschirmfoto captura pasted clipboard photo picture foto bild blob unnamed download untitled file "
    "at alle um am pm copy copia del dal"
)
_NO_NAME: Final = frozenset(_GIVEN.split())

# Why it is not kept: no file was chosen; it is no picture that is taken; too many bytes; too large when it is
# unpacked; it moves for too long; it cannot be read; the article is not there; nothing can be written there.
ImageProblem = Literal["none", "kind", "large", "pixels", "moving", "broken", "gone", "unwritable"]

# One at a time: a picture of the largest size takes 200 MB while it is made anew.
_alone = threading.Lock()


class ImageError(Exception):
    """Nothing was kept."""

    def __init__(self, problem: ImageProblem) -> None:
        super().__init__(problem)
        self.problem: ImageProblem = problem


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that lies beside its article: its file, what it shows, its size in pixels."""

    path: Path
    alt: str
    width: int
    height: int

    @property
    def name(self) -> str:
        """The file's name: its address within the article."""
        return self.path.name

    @property
    def markdown(self) -> str:
        """What shows it in the article."""
        alt = _MARKS.sub(r"\\\g<0>", self.alt)
        return f"![{alt}]({self.name})"


@dataclass(frozen=True, slots=True)
class _Made:
    content: bytes
    suffix: str
    size: tuple[int, int]


def keep(root: Path, lang: str, article_id: str, content: bytes, name: str = "", alt: str = "") -> Picture:
    """Write a picture beside an article; `name` is its file's on the editor's side. Raises ImageError.

    Nothing of the file goes further but what it shows: no place, camera, thumbnail or trailing bytes.
    """
    if not content:
        raise ImageError("none")
    if len(content) > MOST_BYTES:
        raise ImageError("large")
    folder = _folder_of(root, lang, article_id)
    with _alone:
        made = _made(content)
    shown = (one_line(re.sub(r"[<>]", " ", alt)) or _told_by(name))[:_LONGEST_ALT]
    wanted = file_name(textwrap.shorten(shown, 60, placeholder="") or article_id.rpartition("/")[2])
    return Picture(_write(folder, wanted, made), shown, *made.size)


def note(desk: Desk, picture: Picture) -> None:
    """Commit a picture, where the content folder is a repository; elsewhere no version is kept of it."""
    if Repository(desk.content).is_there():
        commit(desk.content, desk.data, picture.path, desk.author, f"Picture: {picture.name}")


def _folder_of(root: Path, lang: str, article_id: str) -> Path:
    """Where the article is; it is found among those there are, so that no id leads anywhere else."""
    try:
        files, _ = list_files(root)
    except ContentError:
        raise ImageError("gone") from None
    found = next((f for f in files if f.kind is Kind.ARTICLE and f.key == (lang, article_id)), None)
    if found is None:
        raise ImageError("gone")
    return found.path.parent


def _told_by(name: str) -> str:
    """What a file's name says of it, in words; empty where a machine gave it."""
    stem = PurePosixPath(name[-500:].replace("\\", "/")).stem
    words = re.sub(r"[\W\d_]+", " ", slugify(stem)).split()
    if not any(len(word) > 2 and word not in _NO_NAME for word in words):
        return ""
    said = one_line(re.sub(r"[-_.<>]+", " ", stem))
    return said[:1].upper() + said[1:]


def _write(folder: Path, wanted: str, made: _Made) -> Path:
    """Under the first name that is free, or that holds this very picture already."""
    try:
        for stem in _numbered(wanted):
            path = folder / f"{stem}{made.suffix}"
            if write_new(path, made.content) or (path.is_file() and path.read_bytes() == made.content):
                return path
    except OSError:
        raise ImageError("unwritable") from None
    raise ImageError("unwritable")


def _numbered(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name}-{number}" for number in range(2, _MOST_NUMBERS))


def _made(content: bytes) -> _Made:
    try:
        with Image.open(BytesIO(content), formats=_FORMATS) as image:
            return _anew(image)
    except ImageError:
        raise
    except UnidentifiedImageError:
        raise ImageError("kind") from None
    except Image.DecompressionBombError:
        raise ImageError("pixels") from None
    except Exception as error:  # a decoder's defect on one file; what it raises is in no contract
        raise ImageError("broken") from error


def _anew(image: Image.Image) -> _Made:
    if image.width * image.height > _MOST_PIXELS:
        raise ImageError("pixels")
    if image.format not in _PHOTOGRAPHS and getattr(image, "is_animated", False):
        return _moving(image)
    return _still(image)


def _still(image: Image.Image) -> _Made:
    is_photograph = image.format in _PHOTOGRAPHS
    image.draft(None, (_LONGEST_SIDE, _LONGEST_SIDE))
    plain = _plain(ImageOps.exif_transpose(image))
    plain.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE), Image.Resampling.LANCZOS)
    if plain.mode == "RGBA":
        return _Made(_saved(plain, "PNG"), ".png", plain.size)
    photograph = _saved(plain, "JPEG")
    drawing = b"" if is_photograph else _saved(plain, "PNG")
    # A photograph from the clipboard comes as PNG, of many times the size; lines and letters stay sharp.
    if is_photograph or len(photograph) * 3 < len(drawing):
        return _Made(photograph, ".jpg", plain.size)
    return _Made(drawing, ".png", plain.size)


def _plain(image: Image.Image) -> Image.Image:
    """In the colours that every screen knows: L, RGB, or RGBA where something shines through."""
    if image.mode.startswith("I"):  # sixteen bits; `convert` alone would cut off all but the darkest
        return image.convert("I").point(lambda value: value / 256).convert("L")
    if image.has_transparency_data and image.mode != "RGBA":
        image = image.convert("RGBA")
    elif image.mode not in {"L", "RGB", "RGBA", "CMYK"}:
        image = image.convert("RGB")
    image = _in_srgb(image)
    if image.mode == "RGBA" and image.getchannel("A").getextrema() == (255, 255):
        return image.convert("RGB")
    return image.convert("RGB") if image.mode == "CMYK" else image


def _in_srgb(image: Image.Image) -> Image.Image:
    """A profile goes with the rest of what is not shown: what it means for the colours stays."""
    profile = image.info.get("icc_profile")
    if not profile:
        return image
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    try:
        own, srgb = ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(image, own, srgb, outputMode=mode) or image
    except (ImageCms.PyCMSError, OSError, ValueError):  # one that is broken, or of another kind
        return image


def _saved(image: Image.Image, kind: Literal["JPEG", "PNG"]) -> bytes:
    # Savers write what they find in here: comments, profiles, resolutions.
    image.info.clear()
    out = BytesIO()
    if kind == "JPEG":
        image.save(out, kind, quality=_QUALITY, optimize=True, progressive=True)
    else:
        image.save(out, kind, optimize=True)
    return out.getvalue()


def _moving(image: Image.Image) -> _Made:
    """Once through, and then it stands still."""
    frames: list[Image.Image] = []
    times: list[int] = []
    for frame in ImageSequence.Iterator(image):
        shown = _plain(frame.copy()).convert("RGBA")
        shown.thumbnail((_LONGEST_MOVING, _LONGEST_MOVING), Image.Resampling.LANCZOS)
        shown.info.clear()
        frames.append(shown)
        wait = int(frame.info.get("duration") or 0)
        times.append(wait if wait >= _SHORTEST else _A_FRAME)
        too_much = len(frames) * shown.width * shown.height > _MOST_MOVING
        too_much = too_much or len(frames) * image.width * image.height > _MOST_UNPACKED
        if too_much or sum(times) > _MOST_MILLISECONDS:
            raise ImageError("moving")
    out = BytesIO()
    frames[0].save(
        out, "WEBP", save_all=True, append_images=frames[1:], duration=times, loop=1, quality=_QUALITY
    )
    return _Made(out.getvalue(), ".webp", frames[0].size)
