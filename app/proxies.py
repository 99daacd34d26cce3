"""The proxies that are believed when they say for whom they ask. Pure."""

import ipaddress


class ProxyError(ValueError):
    """What is written is no list of addresses, in one sentence."""


def parse_proxies(written: str) -> tuple[str, ...]:
    """The addresses and networks between commas, such as 10.0.0.5 or 10.0.0.0/8. Raises ProxyError."""
    parts = (part.strip() for part in written.split(","))
    return tuple(dict.fromkeys(_parse(part) for part in parts if part))


def _parse(written: str) -> str:
    try:
        return str(
            ipaddress.ip_network(written, strict=False) if "/" in written else ipaddress.ip_address(written)
        )
    except ValueError:
        raise ProxyError(f"“{written}” is no IP address or network such as 10.0.0.0/8") from None
