"""Seeded slips of the finger, as the figures for misspelt questions are measured with."""

import random

import regex

_ROWS = ("qwertyuiopè", "asdfghjklòà", "zxcvbnm")
"""The letters of an Italian keyboard, row by row."""
_WORD = regex.compile(r"\p{L}+")


def _neighbours() -> dict[str, str]:
    """Each key's neighbours: beside it, and the two it touches in the next rows, half a key off."""
    at = {(x, y): c for y, row in enumerate(_ROWS) for x, c in enumerate(row)}
    touching = ((-1, 0), (1, 0), (0, -1), (1, -1), (0, 1), (-1, 1))
    return {
        c: "".join(at[p] for dx, dy in touching if (p := (x + dx, y + dy)) in at) for (x, y), c in at.items()
    }


NEIGHBOURS = _neighbours()


def slip(word: str, chance: random.Random) -> str:
    """`word` with one slip: two letters swapped, one dropped, one doubled, or a neighbouring key."""
    at = chance.randrange(len(word))
    kind = chance.choice(("swap", "drop", "double", "neighbour"))
    if kind == "swap":
        at = min(at, len(word) - 2)
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == "drop":
        return word[:at] + word[at + 1 :]
    if kind == "double":
        return word[: at + 1] + word[at:]
    keys = NEIGHBOURS.get(word[at].lower(), word[at])
    return word[:at] + chance.choice(keys) + word[at + 1 :]


def misspell(text: str, seed: int, least: int = 5) -> str:
    """`text` with one slip in each word of `least` letters or more; the same for the same seed."""
    chance = random.Random(f"{seed} {text}")
    return _WORD.sub(lambda m: slip(m[0], chance) if len(m[0]) >= least else m[0], text)
