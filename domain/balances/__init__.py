"""What families owe: lists with ageing and totals, and the account of one family. Reads kept rows, never the whole history."""

from domain.balances.account import FamilyAccount, invoice_lines, of_family
from domain.balances.filters import BUCKETS, REMINDED, SHOWN, SORTS, Filters, sites
from domain.balances.listing import COLUMNS, PAGE, Totals, every, family_ids, of_site, overdue, page, totals

__all__ = [
    "BUCKETS",
    "COLUMNS",
    "PAGE",
    "REMINDED",
    "SHOWN",
    "SORTS",
    "FamilyAccount",
    "Filters",
    "Totals",
    "every",
    "family_ids",
    "invoice_lines",
    "of_family",
    "of_site",
    "overdue",
    "page",
    "sites",
    "totals",
]
