"""Writes the stored list of invariant 22 (07 §22): every tick of ten schedules in four zones over two years.

An oracle that knows nothing of the runtime: it walks minute by minute through the zone rules of Python and
applies the rules of 07 §16 word by word. A line holds zone, schedule, the first tick, then the distances to
the next ones in minutes, `distance*count`. To write the list anew: python3 -m tests.support.schedule_ticks
"""

import datetime
import itertools
import pathlib
import zoneinfo

STORED = pathlib.Path(__file__).resolve().parents[2] / "apps/core/host/schedules/ticks.txt"
ZONES = ["America/New_York", "Europe/Amsterdam", "Australia/Lord_Howe", "UTC"]
CRONS = [
    "0 * * * *",
    "15 */6 * * *",
    "30 2 * * *",
    "15 1,2 * * *",
    "0 3 * * sun",
    "45 1 * * 0-6",
    "*/20 2 * * 7",
    "0 9 * * mon-fri",
    "0 0 1,15 * fri",
    "30 2 28-31 3,10 *",
]
BEGIN = datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)
END = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
MINUTE = datetime.timedelta(minutes=1)
NAMES = {name: str(i) for i, name in enumerate(["sun", "mon", "tue", "wed", "thu", "fri", "sat"])}


def values(text, low, high):
    out = set()
    for item in text.split(","):
        span, _, step = item.partition("/")
        first, _, last = (f"{low}-{high}" if span == "*" else span).partition("-")
        first, last = (int(NAMES.get(each, each)) for each in (first, last or first))
        out.update(range(first, last + 1, int(step or 1)))
    return out


def matcher(cron):
    minute, hour, day, month, weekday = cron.split()
    minutes, hours = values(minute, 0, 59), values(hour, 0, 23)
    days, months = values(day, 1, 31), values(month, 1, 12)
    weekdays = {each % 7 for each in values(weekday, 0, 7)}
    either = day != "*" and weekday != "*"

    def matches(at):
        if at.minute not in minutes or at.hour not in hours or at.month not in months:
            return False
        by_day, by_weekday = at.day in days, at.isoweekday() % 7 in weekdays
        return by_day or by_weekday if either else by_day and by_weekday

    return matches, hour == "*" or hour.startswith("*/")


def ticks(locals_, cron):
    """Indices of the minutes at which the schedule is due."""
    matches, follows_real_time = matcher(cron)
    for i in range(1, len(locals_)):
        before, now, second_passage = locals_[i - 1][0], locals_[i][0], locals_[i][1]
        due = matches(now) and (follows_real_time or not second_passage)
        if not follows_real_time and now - before > MINUTE:
            skipped = before + MINUTE
            while skipped < now and not due:
                due = matches(skipped)
                skipped += MINUTE
        if due:
            yield i


def line(zone, cron, found):
    first = (BEGIN + found[0] * MINUTE).strftime("%Y-%m-%dT%H:%MZ")
    gaps = [after - before for before, after in zip(found, found[1:])]
    runs = [f"{gap}*{len(list(group))}" for gap, group in itertools.groupby(gaps)]
    return f"{zone} | {cron} | {first} | {' '.join(runs)}\n"


def main():
    count = (END - BEGIN) // MINUTE
    lines = []
    for zone in ZONES:
        info = zoneinfo.ZoneInfo(zone)
        walked = [(BEGIN + i * MINUTE).astimezone(info) for i in range(-1, count)]
        locals_ = [(at.replace(tzinfo=None, fold=0), at.fold == 1) for at in walked]
        for cron in CRONS:
            lines.append(line(zone, cron, [i - 1 for i in ticks(locals_, cron)]))
    STORED.write_text("".join(lines))


if __name__ == "__main__":
    main()
