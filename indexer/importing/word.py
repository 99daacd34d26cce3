"""Word documents (.docx), one an article: by mammoth, after a look at what is in the package."""

import io
import zipfile
import zlib
from typing import Final
from xml.etree.ElementTree import ParseError

import mammoth
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from indexer.importing.exported import Exported, UnreadableError
from indexer.importing.webpages import plain

# A manual with its pictures; XML packs 10 to 20 times.
_MAX_UNPACKED: Final = 60_000_000
_MAX_XML: Final = 20_000_000
_MAX_PARTS: Final = 5_000
_NAMES: Final = {
    "title": "{http://purl.org/dc/elements/1.1/}title",
    "description": "{http://purl.org/dc/elements/1.1/}description",
    "language": "{http://purl.org/dc/elements/1.1/}language",
}


def read_word(path: str, data: bytes) -> Exported:
    """Images come inside the HTML, as `data:` addresses; raises UnreadableError for a hostile package."""
    try:
        said = _check(data)
        html = mammoth.convert_to_html(io.BytesIO(data), external_file_access=False).value
    except DefusedXmlException:
        raise UnreadableError("declares entities or a DTD, which are not read here.") from None
    except (zipfile.BadZipFile, zlib.error, ParseError, OSError, ValueError, KeyError, RecursionError):
        raise UnreadableError("cannot be read as a Word document: save it again as .docx.") from None
    return Exported(
        source=path,
        title="" if "<h1" in html else said.get("title", ""),
        html=html,
        lang=said.get("language", ""),
        fields={"summary": said.get("description", "")},
    )


def _check(data: bytes) -> dict[str, str]:
    """What the document says of itself; every part of it is looked at before another reader opens it."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = package.infolist()
        if len(parts) > _MAX_PARTS or sum(part.file_size for part in parts) > _MAX_UNPACKED:
            raise UnreadableError(f"unpacks to more than {_MAX_UNPACKED:,} bytes: it may be a bomb.")
        said: dict[str, str] = {}
        for part in parts:
            if not part.filename.endswith((".xml", ".rels")):
                continue
            if part.file_size > _MAX_XML:
                raise UnreadableError(f"has a part of more than {_MAX_XML:,} bytes.")
            root = fromstring(package.read(part), forbid_dtd=True)
            if part.filename == "docProps/core.xml":
                said = {name: plain(root.findtext(tag) or "") for name, tag in _NAMES.items()}
        return said
