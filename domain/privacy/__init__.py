"""The rights of the person: all that a family gave, to take away; and what it agrees to, or not."""

from domain.privacy.consenting import Asked, answer, asked
from domain.privacy.gathering import MOST_A_DAY, Gathered, Paper, TooManyExports, begin_export, gather
from domain.privacy.packing import pack

__all__ = ["MOST_A_DAY", "Asked", "Gathered", "Paper", "TooManyExports", "answer", "asked", "begin_export", "gather", "pack"]
