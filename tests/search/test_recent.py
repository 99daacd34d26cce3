"""What was asked for lately is kept, and no more of it than there is room for."""

from concurrent.futures import ThreadPoolExecutor

from search.recent import Recent


def test_what_was_asked_for_longest_ago_goes() -> None:
    recent: Recent[str, int] = Recent(2)
    recent.keep("a", 1)
    recent.keep("b", 2)
    assert recent.get("a") == 1
    recent.keep("c", 3)
    assert (recent.get("a"), recent.get("b"), recent.get("c")) == (1, None, 3)
    recent.keep("c", 4)
    assert (recent.get("a"), recent.get("c")) == (1, 4)


def test_many_threads_share_it() -> None:
    recent: Recent[int, int] = Recent(50)

    def use(start: int) -> bool:
        for number in range(start, start + 2_000):
            recent.keep(number % 100, number % 100)
            if recent.get(number % 70) not in (None, number % 70):
                return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(use, range(8)))
