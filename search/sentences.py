"""Pure: where sentences end, for who cuts passages and for who reads messages."""

import re
from collections.abc import Iterator
from typing import Final

_SENTENCE_END = re.compile(r"""[.!?…]+["'”’»)\]]*(?=\s)|[。！？]""")
_BEFORE_STOP = re.compile(r"[\w.]+$")
# What ends in a full stop and does not end a sentence, in Italian and in English; so do single letters.
_ABBREVIATED = (
    "art artt nn num nr pag pagg pp sig sigg sig.ra sig.na dott dott.ssa dr prof prof.ssa ing avv geom "
    "rag es ad.es p.es ecc etc cfr vs cap capp par sez lett tel cell fax ca c.a p.iva cod rif prot spett "
    "egr gent fig vol trad art.li s.p.a s.r.l s.n.c s.a.s d.lgs d.l d.m d.p.r mr mrs ms st nos approx e.g "
    "i.e eg ie inc ltd corp dept jan feb apr aug sep sept oct nov dec"
)
_ABBREVIATIONS: Final = frozenset(_ABBREVIATED.split())


def sentence_ends(text: str) -> Iterator[int]:
    """Where sentences end before the end of `text`; abbreviations and decimals end none."""
    for match in _SENTENCE_END.finditer(text):
        before = _BEFORE_STOP.search(text, max(0, match.start() - 20), match.start())
        word = before[0].casefold() if before else ""
        if match[0] != "." or (len(word) != 1 and word not in _ABBREVIATIONS):
            yield match.end()


def sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    """The (start, end) of each sentence, without the space around it; a line's end ends one too."""
    line_start = 0
    for line in text.split("\n"):
        ends = [line_start + end for end in sentence_ends(line)]
        start = line_start
        for end in (*ends, line_start + len(line)):
            piece = text[start:end]
            if bare := piece.strip():
                begin = start + piece.index(bare)
                yield begin, begin + len(bare)
            start = end
        line_start += len(line) + 1
