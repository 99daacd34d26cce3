"""Origins, as browsers write them: the scheme, the host and the port of a page's address. Pure."""

import re
from typing import Final

_ORIGIN: Final = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(?::(?P<port>\d{1,5}))?"
)
_PORTS: Final = {"http": "80", "https": "443"}


class OriginError(ValueError):
    """What is written is no list of origins, in one sentence."""


def parse_origins(written: str) -> tuple[str, ...]:
    """The origins between commas, each as a browser sends it. Raises OriginError."""
    parts = (part.strip() for part in written.split(","))
    return tuple(dict.fromkeys(_parse(part) for part in parts if part))


def _parse(written: str) -> str:
    if "*" in written:
        raise OriginError(
            f"“{written}” would let in sites nobody named; write each one, as https://shop.example"
        )
    found = _ORIGIN.fullmatch(written.lower().removesuffix("/"))
    if found is None or int(found["port"] or 0) > 65_535:
        raise OriginError(
            f"“{written}” is no origin; write the scheme and the host alone, as https://shop.example"
        )
    port = found["port"] or ""
    # A browser leaves out the port that the scheme implies.
    shown = f":{int(port)}" if port and port != _PORTS[found["scheme"]] else ""
    return f"{found['scheme']}://{found['host']}{shown}"
