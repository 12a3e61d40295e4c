"""Named formats of texts: what a field's ``format`` means.

Belongs here: pure functions of one text. Does not belong here: who applies them to a column (``quality_checks.masks``,
``assets.reading``), the rules that use them (``schemas.field_rules``).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum

from schemas.fields import Field

# NHS Data Dictionary: ten digits, the tenth a modulus 11 check digit of the first nine (weights 10 to 2)
DUMMY_NHS_NUMBERS = frozenset(str(digit) * 10 for digit in range(10)) | {"0123456789"}
_TEN_DIGITS = re.compile(r"[0-9]{10}", re.ASCII)
_GROUPED_NHS_NUMBER = re.compile(r"([0-9]{3})([ -])([0-9]{3})\2([0-9]{4})", re.ASCII)
_POSTCODE = re.compile(r"(?:GIR ?0AA|ZZ99 ?[0-9][A-Z]{2}|[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][ABD-HJLNP-UW-Z]{2})", re.ASCII | re.IGNORECASE)
_EMAIL = re.compile(r"[A-Z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Z0-9](?:[A-Z0-9-]{0,61}[A-Z0-9])?\.)+[A-Z]{2,63}", re.ASCII | re.IGNORECASE)
_WEBHOOK = re.compile(r"https://[A-Z0-9.-]+(?::[0-9]{1,5})?(?:/[!-~]*)?", re.ASCII | re.IGNORECASE)
_ODS_CODE = re.compile(r"[A-Z0-9]{3,8}", re.ASCII)


class NhsNumberStatus(StrEnum):
    """What a text in a field of NHS numbers is."""

    REAL = "real"  # ten digits with a right check digit
    LITERAL = "literal"  # a word the dataset declares for somebody without a number
    DUMMY = "dummy"  # a placeholder that passes for a number: 9999999999, 0123456789
    INVALID = "invalid"


def normalise_nhs_number(text: str) -> str:
    """Ten digits without the spaces or hyphens of the 3-3-4 spelling; any other text comes back without outer spaces."""
    if _TEN_DIGITS.fullmatch(text):  # nearly all are written so, and a large file asks it of each several times
        return text
    trimmed = text.strip()
    grouped = _GROUPED_NHS_NUMBER.fullmatch(trimmed)
    return "".join(grouped.group(1, 3, 4)) if grouped else trimmed


def has_nhs_check_digit(digits: str) -> bool:
    """Whether the tenth of ten digits is the modulus 11 check digit of the first nine (a remainder of 1 has none)."""
    a, b, c, d, e, f, g, h, i, check = digits.encode()
    total = 10 * a + 9 * b + 8 * c + 7 * d + 6 * e + 5 * f + 4 * g + 3 * h + 2 * i - 48 * 54
    return (11 - total % 11) % 11 == check - 48


def is_dummy_nhs_number(text: str) -> bool:
    return normalise_nhs_number(text) in DUMMY_NHS_NUMBERS


def is_nhs_number(text: str) -> bool:
    """True for the number of a person: right check digit and no dummy. Spaces and hyphens as 3-3-4 are allowed."""
    digits = normalise_nhs_number(text)
    return bool(_TEN_DIGITS.fullmatch(digits)) and digits not in DUMMY_NHS_NUMBERS and has_nhs_check_digit(digits)


def nhs_number_literals(field: Field) -> tuple[str, ...]:
    """The words that a field of NHS numbers declares (as its codes) for somebody without a number."""
    return field.codes.values if field.codes else ()


def nhs_number_status(text: str, literals: tuple[str, ...] = ()) -> NhsNumberStatus:
    """What ``text`` is; ``literals`` are compared without regard to case and outer spaces."""
    normal = normalise_nhs_number(text)
    if normal.casefold() in {literal.casefold() for literal in literals}:
        return NhsNumberStatus.LITERAL
    if normal in DUMMY_NHS_NUMBERS:
        return NhsNumberStatus.DUMMY
    return NhsNumberStatus.REAL if is_nhs_number(normal) else NhsNumberStatus.INVALID


def is_postcode(text: str) -> bool:
    """The shape of a United Kingdom postcode, with or without its space; NHS pseudo-postcodes (ZZ99 3VZ) have it too."""
    return bool(_POSTCODE.fullmatch(text.strip()))


def is_ods_code(text: str) -> bool:
    """The shape of an organisation's code: three to eight capital letters and digits. Whether it exists is another question."""
    return bool(_ODS_CODE.fullmatch(text.strip()))


def is_telling_number(text: str) -> bool:
    """Whether a sender's own number is long enough to tell one patient from all others by itself."""
    return len(text.strip()) >= 5


def is_contact_address(text: str) -> bool:
    """One e-mail address, or the https address of a webhook. Whether anybody is there is another question."""
    trimmed = text.strip()
    local = trimmed.partition("@")[0]
    is_email = bool(_EMAIL.fullmatch(trimmed)) and not (local.startswith(".") or local.endswith(".") or ".." in local)
    return is_email or bool(_WEBHOOK.fullmatch(trimmed))


FORMATS: dict[str, Callable[[str], bool]] = {
    "nhs_number": is_nhs_number,
    "dummy_nhs_number": is_dummy_nhs_number,
    "postcode": is_postcode,
    "ods_code": is_ods_code,
    "telling_number": is_telling_number,
    "contact_address": is_contact_address,
}
