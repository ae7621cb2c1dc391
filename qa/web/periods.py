"""Days, weeks, months and years, into which articles are counted for the plots."""

from __future__ import annotations

import datetime

DAY, WEEK, MONTH, YEAR = "Day", "Week", "Month", "Year"
STEPS = (DAY, WEEK, MONTH, YEAR)
# A day that no next period begins before, yet every next one begins by.
_BEYOND = {DAY: 1, WEEK: 7, MONTH: 31, YEAR: 366}


def start_of(day: datetime.date, step: str) -> datetime.date:
    """The first day of the period in which a day falls; weeks begin on Monday."""
    if step == WEEK:
        return datetime.date.fromordinal(max(1, day.toordinal() - day.weekday()))
    return day.replace(month=1, day=1) if step == YEAR else day.replace(day=1) if step == MONTH else day


def start_after(start: datetime.date, step: str) -> datetime.date | None:
    """The first day of the next period; None where the calendar ends."""
    try:
        return start_of(start + datetime.timedelta(days=_BEYOND[step]), step)
    except OverflowError:
        return None
