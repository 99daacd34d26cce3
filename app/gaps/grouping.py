"""Questions that mean the same, found by their vectors."""

from collections import defaultdict

import numpy as np

from search.encoders import Vectors

# Two questions are the same need when their likeness is so much of the way from strangers to the same
# words, on the encoder's own scale. On QA4FAQ's unanswerable questions, .54 to .6 show as many needs.
_SAME = 0.6


def group(vectors: Vectors, unrelated: float) -> list[list[int]]:
    """The rows of unit `vectors` in groups, each in ascending order; any two of a group mean the same.

    `unrelated` is the cosine of strangers. Memory grows with the square of the rows: 100 MB for 3,000.
    """
    if len(vectors) < 2:
        return [[row] for row in range(len(vectors))]
    # Half a second that only the one process that reviews the gaps need spend.
    from scipy.cluster.hierarchy import fcluster, linkage  # noqa: PLC0415

    rows, columns = np.triu_indices(len(vectors), 1)
    apart = np.clip(1 - (vectors @ vectors.T)[rows, columns].astype(np.float64), 0, None)
    # Complete linkage: no chain of likenesses joins two questions that are not alike.
    labels = fcluster(linkage(apart, "complete"), (1 - _SAME) * (1 - unrelated), "distance")
    groups: dict[int, list[int]] = defaultdict(list)
    for row, label in enumerate(labels.tolist()):
        groups[label].append(row)
    return list(groups.values())
