"""How the time of a recording passes while it is played: by the clock of whoever looks, times a speed.

Where one should be is always worked out from where and when playing began, never by adding up ticks: a tick that comes late, or not
at all, makes a frame less and not a moment later.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
_NAMES = {0.25: "¼×", 0.5: "½×"}


@dataclass(frozen=True, slots=True)
class Playback:
    """Playing from a moment on, or standing still."""

    speed: float = 1.0
    from_ns: int = 0
    """The moment of the recording from which on it plays."""
    since_s: float | None = None
    """What the clock said then; None: it does not play."""

    @property
    def playing(self) -> bool:
        return self.since_s is not None

    @property
    def speed_name(self) -> str:
        """¼×, ½×, 1×, 16×."""
        return _NAMES.get(self.speed) or f"{self.speed:.0f}×"

    def started(self, at_ns: int, now_s: float) -> Playback:
        """Playing on from a moment."""
        return replace(self, from_ns=at_ns, since_s=now_s)

    def paused(self) -> Playback:
        """Standing still; the speed is kept for the next time."""
        return replace(self, since_s=None)

    def at(self, now_s: float) -> int:
        """The moment at which one should be when the clock says that."""
        return self.from_ns if self.since_s is None else self.from_ns + round((now_s - self.since_s) * self.speed * 1e9)

    def turned(self, steps: int, now_s: float) -> Playback:
        """Faster by so many steps, slower by negative ones, as far as there are any; 0: as it was. It goes on from where it is."""
        number = SPEEDS.index(self.speed) + steps if steps else SPEEDS.index(1.0)
        speed = SPEEDS[max(0, min(len(SPEEDS) - 1, number))]
        since_s = None if self.since_s is None else now_s
        return Playback(speed, self.at(now_s), since_s)
