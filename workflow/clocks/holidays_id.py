"""Indonesia's national holidays and joint leave days (cuti bersama) by year, with their names."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from types import MappingProxyType

HolidaysIn = Callable[[int], Mapping[date, str]]
"""A year's days off, each with its name."""


def none_in(_year: int) -> Mapping[date, str]:
    """No holidays at all."""
    return MappingProxyType({})


@cache
def holidays_of(categories: tuple[str, ...]) -> HolidaysIn:
    """The days off of these categories: "public" holidays, and "government" for cuti bersama.

    From the package `holidays`, country ID: its days are those of the yearly SKB 3 Menteri, and for years not yet
    decreed an estimate whose name says so. It's imported when the first year is asked for:
    35 MB and half a second, measured.
    """
    if not categories:
        return none_in

    @cache
    def in_year(year: int) -> Mapping[date, str]:
        from holidays import country_holidays

        days = country_holidays("ID", years=year, categories=categories, language="id")
        return MappingProxyType(dict(days.items()))

    return in_year
