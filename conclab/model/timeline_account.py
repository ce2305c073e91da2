"""A life on the timeline settled by the worker's own account of it, which comes with its end: its pieces then add up to that.

Samples do not see its beginning and its end, and one may be a whole wait for a core off: the kernel books a wait when it is over.
"""

from __future__ import annotations

from dataclasses import replace

from conclab.model.lives import to_account
from conclab.model.timeline import NO_CORE, PIECE_CAUSE, PIECE_CORE, PIECE_END, PIECE_ON, PIECE_START, PIECE_WANTS, Row


def settled(row: Row, started_ns: int, on_core_ns: int | None, wants_core_ns: int | None) -> Row:
    """The row with the beginning and the end of its last life, which no sample has seen, and all of that life as the worker's own
    account has it, which begins a little after it was announced. Not one whose beginning is forgotten: the account is of that, too.
    """
    life, log = row.lives[-1], row.pieces
    assert life.end_ns is not None
    if on_core_ns is None or wants_core_ns is None or life.pieces < log.dropped:
        return row
    born, died = max(life.start_ns, min(started_ns, life.end_ns)), life.end_ns
    first = log.first + life.pieces - log.dropped
    rows = zip(*(column[first : log.stop] for column in log.columns), strict=True)
    # What was sampled across its ends is cut there.
    seen = [(min(end, died), max(start, born), *rest) for end, start, *rest in rows if end > born and start < died]
    blanks = [(born, seen[0][PIECE_START]), (seen[-1][PIECE_END], died)] if seen else [(born, died)]
    # Why it slept in them is not known; the likeliest is what it slept for next, and before.
    causes = [seen[0][PIECE_CAUSE], seen[-1][PIECE_CAUSE]] if seen else [0]
    found = [(end, start, 0, 0, NO_CORE, cause) for (start, end), cause in zip(blanks, causes, strict=True) if end > start]
    whole = sorted([*((piece, False) for piece in seen), *((piece, True) for piece in found)])
    walls, unseen = [piece[PIECE_END] - piece[PIECE_START] for piece, _ in whole], [blank for _, blank in whole]
    on = to_account([piece[PIECE_ON] for piece, _ in whole], walls, unseen, on_core_ns)
    room = [wall - mine for wall, mine in zip(walls, on, strict=True)]
    wants = to_account([piece[PIECE_WANTS] for piece, _ in whole], room, unseen, wants_core_ns)
    cores = [core for core in (piece[PIECE_CORE] for piece in seen) if core != NO_CORE]
    pieces = []
    for number, (piece, blank) in enumerate(whole):
        core = piece[PIECE_CORE]
        if on[number] and core == NO_CORE and cores:  # it had one; the nearest that was seen
            core = cores[0 if blank and number == 0 else -1]
        pieces.append((piece[PIECE_END], piece[PIECE_START], on[number], wants[number], core, piece[PIECE_CAUSE]))
    return replace(row, lives=(*row.lives[:-1], replace(life, start_ns=born)), pieces=log.cut(first).extended(pieces))
