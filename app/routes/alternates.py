"""A page's whole addresses in every language that has it, for those who index it."""

from collections.abc import Mapping


def alternates(twins: Mapping[str, str], origin: str, default: str) -> dict[str, str]:
    """By `hreflang`; `x-default`, for readers of any other language, is the twin in the `default` one.

    `twins` are the paths, by language. A page in one language alone has no `x-default`.
    """
    whole = {lang: origin + path for lang, path in twins.items()}
    if len(whole) > 1 and default in whole:
        whole["x-default"] = whole[default]
    return whole
