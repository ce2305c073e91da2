"""Numbers as people read them: one way of writing each kind of figure, for screens, commands and sentences alike."""

from __future__ import annotations

WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def times(ratio: float | None) -> str:
    """A ratio: 1.02×, 12.4×, 2,310×, 0.0048×. Blank when there is none."""
    if ratio is None:
        return ""
    if ratio >= 999.95:
        return f"{ratio:,.0f}×"
    if 0.00005 <= ratio < 0.00995:  # two places would leave one digit of it, or none
        return f"{ratio:.4f}×"
    return f"{ratio:.1f}×" if ratio >= 9.995 else f"{ratio:.2f}×"


def with_unit(value: float | None, unit: str) -> str:
    """A ratio as 1.84×, or what was counted as 0.25 kept. Blank when there is none."""
    if value is None:
        return ""
    return times(value) if unit == "×" else f"{value:.2f}{unit}"


def percent(share: float | None) -> str:
    """A share of 1 as whole per cent, with a narrow look: 54 %. Blank when there is none."""
    return "" if share is None else f"{share * 100 + 0.0:.0f} %".replace("-0 %", "0 %")


def duration(nanoseconds: float | None) -> str:
    """A time with three significant digits and its unit: 412 ns, 34.1 µs, 2.50 ms, 1.23 s, 2 min 5 s."""
    if nanoseconds is None:
        return ""
    for limit, unit, size in ((1e3, "ns", 1.0), (1e6, "µs", 1e3), (1e9, "ms", 1e6)):
        if abs(nanoseconds) < limit * 0.9995:
            return f"{_three_digits(nanoseconds / size)} {unit}"
    seconds = nanoseconds / 1e9
    if seconds < 99.95:
        return f"{_three_digits(seconds)} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min"


def _three_digits(number: float) -> str:
    magnitude = abs(number)
    if magnitude >= 99.95 or number == 0:
        return f"{number:.0f}"
    return f"{number:.1f}" if magnitude >= 9.995 else f"{number:.2f}"


def count(number: float | None) -> str:
    """A whole number with thousands separated: 1,204. Blank when there is none."""
    return "" if number is None else f"{number:,.0f}"


def size(number: float | None) -> str:
    """Bytes in binary units, at most five characters wide: 12M, 1.5G, 940K. Blank when there is none."""
    if number is None:
        return ""
    if number < 1024:
        return f"{number:.0f}B"
    units = iter("KMGTPE")
    unit = "B"
    while number >= 999.5 and unit != "E":
        number, unit = number / 1024, next(units)
    return f"{number:.1f}{unit}" if number < 9.95 else f"{number:.0f}{unit}"


def clock_time(seconds: float | None) -> str:
    """CPU time as htop writes it: 0:41.20 (minutes, seconds, hundredths), 3h04:11 from one hour on, 66d15h from a thousand on."""
    if seconds is None:
        return ""
    hundredths = round(seconds * 100)
    minutes, rest = divmod(hundredths, 6000)
    if minutes < 60:
        return f"{minutes}:{rest // 100:02}.{rest % 100:02}"
    hours = minutes // 60
    return f"{hours}h{minutes % 60:02}:{rest // 100:02}" if hours < 1000 else f"{hours // 24}d{hours % 24:02}h"


def playing_time(seconds: float) -> str:
    """How long something has been recorded, or into it: 0:12, 4:05, 1:04:05."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def uptime(seconds: float | None) -> str:
    """Time since boot: 04:11:09, or 3 days, 04:11. Blank when that is not told."""
    if seconds is None:
        return ""
    days, rest = divmod(int(seconds), 86_400)
    hours, rest = divmod(rest, 3600)
    minutes, second = divmod(rest, 60)
    if days:
        return f"{days} day{'s' if days > 1 else ''}, {hours:02}:{minutes:02}"
    return f"{hours:02}:{minutes:02}:{second:02}"


def cores(number: float | None) -> str:
    """A number of cores: 2, 1.01, 0.5. Blank when there is none."""
    if number is None:
        return ""
    return f"{number:.2f}".rstrip("0").rstrip(".")


def in_words(number: int) -> str:
    """Small numbers as words for sentences: four; from thirteen on as digits."""
    return WORDS[number] if 0 <= number < len(WORDS) else f"{number:,}"


def plural(number: int, noun: str) -> str:
    """four threads, one thread; processes keep their own plural."""
    if number == 1:
        return f"{in_words(number)} {noun}"
    return f"{in_words(number)} {noun}{'es' if noun.endswith(('s', 'x', 'ch', 'sh')) else 's'}"


def sentence(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]
