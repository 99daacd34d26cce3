"""What strangers write: put in order, checked, and never more than text."""

import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.contact.numbers import new_number, read_number
from app.contact.signatures import TOLERANCE, is_signed, sign
from app.contact.spam import FASTEST, OLDEST, Stamps
from app.contact.tickets import (
    MESSAGE_LIMIT,
    NAME_LIMIT,
    Draft,
    cleaned,
    digest,
    legible,
    mail_address,
    problems,
)
from app.contact.trails import Trail, passed_over, read_trail, trail_of

GOOD = Draft("it", "anna@example.com", "Il vaso è arrivato rotto")
TRAIL = '{"v":1,"session":"s","deflections":["d"],"searched":["vaso"],"opened":["a/b"],"rejected":["c/d"],"solved":[],"more":1}'


def wrongs(**changed: str) -> list[str]:
    said = {"lang": "it", "email": GOOD.email, "message": GOOD.message, **changed}
    return [p.wrong for p in problems(cleaned(Draft(**said)))]


def test_a_good_draft_has_no_problem() -> None:
    assert wrongs() == []
    assert wrongs(name="Anna", subject="Vaso", category="resi") == []


def test_all_that_is_wrong_is_said_at_once() -> None:
    assert wrongs(message=" \n\t ", email="", name="x" * 201, subject="x" * 301, category="x" * 101) == [
        "message_missing", "email_missing", "name_long", "subject_long", "category_long",
    ]  # fmt: skip


def test_a_long_message_is_refused_and_not_cut() -> None:
    assert wrongs(message="è" * MESSAGE_LIMIT) == []
    assert wrongs(message="è" * (MESSAGE_LIMIT + 1)) == ["message_long"]
    assert wrongs(message="è" * 5_000_000) == ["message_long"]


@pytest.mark.parametrize(
    "address",
    [
        "anna", "@", "anna@", "@example.com", "anna@example", "a b@example.com", "anna@exa mple.com",
        "anna@example.com\nBcc: all@example.com", "anna@example.com,b@example.com", "<anna@example.com>",
        "anna@example..com", "a@" + "x" * 300 + ".it", "\0@example.com",
        "anna@[127.0.0.1]", "\ud800@example.com",
    ],
)  # fmt: skip
def test_what_can_be_no_address_is_said_so(address: str) -> None:
    draft = cleaned(Draft("it", address, "Ciao"))
    assert [p.wrong for p in problems(draft)] == ["email_wrong"]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Anna@EXAMPLE.com", "Anna@example.com"),
        (" anna+shop@example.com ", "anna+shop@example.com"),
        ("o'neill@example.ie", "o'neill@example.ie"),
        ("josé@exämple.com", "josé@exämple.com"),
        ("anna@shop.test", "anna@shop.test"),
    ],
)
def test_an_address_is_kept_as_mail_is_sent_to_it(written: str, kept: str) -> None:
    assert mail_address(cleaned(Draft("it", written, "x")).email) == kept


@given(st.text(alphabet=st.characters(), max_size=300))
def test_any_text_becomes_one_that_databases_and_mails_hold(text: str) -> None:
    kept = legible(text)
    kept.encode("utf-8")
    assert not any(c < " " and c not in "\n\t" for c in kept)
    draft = cleaned(Draft("it", text, text, text, text, text, text))
    for line in (draft.email, draft.name, draft.subject, draft.category):
        line.encode("utf-8")
        assert "\n" not in line
        assert "\r" not in line
        assert "\0" not in line
    problems(draft)
    digest(draft, ())


def test_lines_stay_lines() -> None:
    assert legible("\r\nuno\r\n\r\ndue\rtre\x00\x1b[31m\ud83d ") == "uno\n\ndue\ntre[31m\ufffd"


def test_a_digest_tells_what_was_said() -> None:
    assert digest(GOOD, ()) == digest(Draft("it", "anna@example.com", "Il vaso è arrivato rotto"), ())
    assert (
        len({digest(GOOD, ()), digest(GOOD, ("a",)), digest(Draft("en", GOOD.email, GOOD.message), ())}) == 3
    )


def test_numbers_are_read_as_people_write_them() -> None:
    for _ in range(200):
        number = new_number()
        assert read_number(number) == number
        assert read_number(f" [{number.lower()}] ") == number
        assert read_number(number.replace("-", " ").replace("0", "o").replace("1", "l")) == number
        wrong = number[:4] + ("A" if number[4] != "A" else "B") * 1 + number[5:]
        if wrong != number and wrong[3:5] != number[3:5]:
            assert read_number(wrong) is None, (number, wrong)


def test_numbers_follow_no_order() -> None:
    numbers = [new_number() for _ in range(2_000)]
    assert len(set(numbers)) == 2_000
    assert numbers != sorted(numbers)
    assert len({n[3:6] for n in numbers}) > 1_500


@pytest.mark.parametrize(
    "text", ["", "SP", "SP-0000-0001", "7K3M9QXA", "SP-....-....", "SP-７K3M-9QXA", "S" * 10_000]
)
def test_what_is_no_number(text: str) -> None:
    assert read_number(text) is None


def test_a_trail_is_read_and_kept_without_what_is_not_known() -> None:
    kept = read_trail(TRAIL)
    assert kept
    assert json.loads(kept) == {
        "v": 1, "session": "s", "deflections": ["d"], "searched": ["vaso"], "opened": ["a/b"],
        "rejected": ["c/d"], "solved": [],
    }  # fmt: skip
    trail = trail_of(kept)
    assert trail
    assert trail.known == {"a/b", "c/d"}


@pytest.mark.parametrize(
    "text",
    [
        "", "null", "[]", "{}", '{"v":2}', '{"v":1,"opened":"a"}', '{"v":1,"opened":[1]}', "{" * 5_000,
        '{"v":1,"session":"' + "x" * 9_000 + '"}', '{"v":1,"searched":["\ud800"]', "\0", '{"v":1,"opened":[""]}',
    ],
)  # fmt: skip
def test_a_trail_that_cannot_be_read_is_none(text: str) -> None:
    assert read_trail(text) is None


@given(st.text(max_size=200))
def test_no_trail_breaks_the_store(text: str) -> None:
    trail = read_trail(
        orjson.dumps({"v": 1, "searched": [text]}, option=0).decode() if text.isprintable() else text
    )
    assert trail is None or "\0" not in trail.replace("\\u0000", "")


def test_what_was_passed_over_is_remembered() -> None:
    trail = trail_of(passed_over(TRAIL, "vaso rotto", ("c/d", "e/f")))
    assert trail == Trail(
        v=1, session="s", deflections=["d"], searched=["vaso", "vaso rotto"], opened=["a/b"],
        rejected=["c/d", "e/f"],
    )  # fmt: skip


class Clock:
    def __init__(self) -> None:
        self.now = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now


def test_a_form_is_judged_by_its_time_and_its_trap() -> None:
    clock = Clock()
    stamps = Stamps(b"k" * 32, clock)
    token = stamps.new().token
    assert stamps.judge(token, "") == "too_fast"
    clock.now += FASTEST
    assert stamps.judge(token, "") is None
    assert stamps.judge(token, "http://spam.example") == "honeypot"
    clock.now += OLDEST
    assert stamps.judge(token, "") == "too_old"


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "\ud800", "è" * 30, "x" * 100_000, "\0"])
def test_a_stamp_that_is_not_ours(token: str) -> None:
    stamps = Stamps(b"k" * 32)
    assert stamps.judge(token, "") == "no_stamp"
    assert stamps.name(token) is None
    assert Stamps(b"o" * 32).judge(stamps.new().token, "") == "no_stamp"


def test_each_form_has_a_name_of_its_own() -> None:
    stamps = Stamps(b"k" * 32)
    one, other = stamps.new(), stamps.new()
    assert stamps.name(one.token) == one.id != other.id


def test_signatures_hold_body_secret_and_time() -> None:
    signed = sign("secret of ours", b"{}", 1_790_000_000)
    assert is_signed("secret of ours", b"{}", signed, 1_790_000_000 + TOLERANCE)
    assert not is_signed("secret of ours", b"{}", signed, 1_790_000_001 + TOLERANCE)
    assert not is_signed("secret of ours", b"{ }", signed, 1_790_000_000)
    assert not is_signed("another secret", b"{}", signed, 1_790_000_000)
    assert not is_signed("", b"{}", sign("", b"{}", 1_790_000_000), 1_790_000_000)
    for other in (
        "",
        "t=1,v1=",
        signed.upper(),
        signed + "0",
        "t=" + "9" * 5_000,
        signed.replace("t=17", "t=18"),
    ):
        assert not is_signed("secret of ours", b"{}", other, 1_790_000_000)


def test_a_name_is_limited() -> None:
    assert wrongs(name="x" * NAME_LIMIT) == []
