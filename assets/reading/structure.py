"""Where the records of a delimited text begin and end, told from its bytes alone.

Belongs here: the independent count of what was received. Does not belong here: the parser (``delimited``), which must agree with it.
Quote marks count as in RFC 4180: one opens a cell only at the cell's beginning, is doubled inside, and any other is a character.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

QUOTE, LINE_FEED, RETURN = 34, 10, 13
SPACES = b" \t\r\n\x0b\x0c"


@dataclass(frozen=True, eq=False)
class Structure:
    """One entry a record, blank ones included: byte offsets ``starts`` and ``ends`` (the line end not included), the number of
    cells, and whether it holds anything but spaces. Record i is row i + 1 of the file."""

    starts: np.ndarray
    ends: np.ndarray
    cell_counts: np.ndarray
    is_blank: np.ndarray
    ends_in_quotes: bool
    ends_with_line_end: bool

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def is_empty(self) -> np.ndarray:
        """Records without a single byte, which a parser skips."""
        return self.starts == self.ends


def structure_of(content: bytes, delimiter: str) -> Structure:
    """The records of UTF-8 ``content`` with a one-character ASCII ``delimiter``."""
    data = np.frombuffer(content, dtype=np.uint8)
    quoted, is_escaped = _quoted(data, ord(delimiter))
    starts, ends = _records(data, quoted)
    separators = data == ord(delimiter)
    if quoted is not None:
        separators &= ~quoted
    positions = np.flatnonzero(separators)
    cells = np.searchsorted(positions, ends) - np.searchsorted(positions, starts) + 1
    blank = ~_any_from(_content(data, ord(delimiter), quoted, is_escaped), starts)
    open_at_end = quoted is not None and len(quoted) > 0 and bool(quoted[-1])
    return Structure(starts, ends, cells, blank, open_at_end, bool(len(data)) and data[-1] in (LINE_FEED, RETURN) and not open_at_end)


def _records(data: np.ndarray, quoted: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    is_end = (data == LINE_FEED) | (data == RETURN)
    if quoted is not None:
        is_end &= ~quoted
    ends = np.flatnonzero(is_end)
    # of a return and a line feed, the return ends the record and the feed belongs to it
    is_second = (data[ends] == LINE_FEED) & (ends > 0) & is_end[ends - 1] & (data[ends - 1] == RETURN)
    firsts = ends[~is_second]
    followed = (data[firsts] == RETURN) & (data[np.minimum(firsts + 1, len(data) - 1)] == LINE_FEED)
    starts = np.concatenate(([0], firsts + 1 + followed))
    ends = np.concatenate((firsts, [len(data)]))
    return (starts, ends) if starts[-1] < len(data) else (starts[:-1], ends[:-1])


def _content(data: np.ndarray, delimiter: int, quoted: np.ndarray | None, is_escaped: np.ndarray | None) -> np.ndarray:
    """Bytes that make a record more than blank."""
    table = np.ones(256, dtype=bool)
    table[list(SPACES)] = False
    if quoted is None:
        table[delimiter] = False
        return table[data]
    content = table[data]
    content &= (data != QUOTE) | is_escaped
    content &= (data != delimiter) | quoted
    return content


def _any_from(flags: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Whether any flag is set from each start to the next; line ends themselves are never flagged."""
    return np.bitwise_or.reduceat(flags.view(np.uint8), starts).astype(bool) if len(starts) else np.zeros(0, dtype=bool)


# ------------------------------------------------------------------------------------------------ quotes
def _quoted(data: np.ndarray, delimiter: int) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Whether each byte lies inside quote marks (the opening mark does, the closing one does not), and whether it is a mark
    that is itself a character. None where the text has no quote marks at all."""
    is_quote = data == QUOTE
    marks = np.flatnonzero(is_quote)
    if not len(marks):
        return None, None
    opens = np.arange(len(marks)) % 2 == 0
    before = data[np.maximum(marks - 1, 0)]
    after = data[np.minimum(marks + 1, len(data) - 1)]
    doubled = np.zeros(len(marks), dtype=bool)
    doubled[1:] = (marks[1:] - marks[:-1]) == 1
    begins = (marks == 0) | (before == delimiter) | (before == LINE_FEED) | (before == RETURN)
    finishes = (marks == len(data) - 1) | (after == delimiter) | (after == LINE_FEED) | (after == RETURN) | (after == QUOTE)
    if not np.all(np.where(opens, begins | doubled, finishes)):
        return _quoted_step_by_step(data, marks, delimiter)
    inside = (np.cumsum(is_quote, dtype=np.uint8) & 1).astype(bool)
    is_escaped = np.zeros(len(data), dtype=bool)
    is_escaped[marks[opens & doubled & ~begins]] = True
    return inside, is_escaped


def _quoted_step_by_step(data: np.ndarray, marks: np.ndarray, delimiter: int) -> tuple[np.ndarray, np.ndarray]:
    """The same for a text with quote marks in odd places, mark by mark."""
    toggles, literals = [], []
    is_open, skip = False, -1
    stops = (delimiter, LINE_FEED, RETURN)
    for mark in marks.tolist():
        if mark == skip:
            literals.append(mark)
        elif is_open and mark + 1 < len(data) and data[mark + 1] == QUOTE:
            skip = mark + 1
        elif is_open or mark == 0 or data[mark - 1] in stops:
            is_open = not is_open
            toggles.append(mark)
        else:
            literals.append(mark)
    change = np.zeros(len(data), dtype=np.uint8)
    change[toggles] = 1
    is_escaped = np.zeros(len(data), dtype=bool)
    is_escaped[literals] = True
    return (np.cumsum(change, dtype=np.uint8) & 1).astype(bool), is_escaped
