"""Money that comes in: at the desk here, online through one file per provider."""

from domain.payments.amounts import LARGEST_CENTS, amount, cents_of
from domain.payments.desk import (
    DESK_METHODS,
    AlreadyBounced,
    InTheFuture,
    MoreThanOwed,
    NotOwed,
    UnknownMethod,
    bounce,
    record_payment,
    use_credit,
)

__all__ = [
    "DESK_METHODS",
    "LARGEST_CENTS",
    "AlreadyBounced",
    "InTheFuture",
    "MoreThanOwed",
    "NotOwed",
    "UnknownMethod",
    "amount",
    "bounce",
    "cents_of",
    "record_payment",
    "use_credit",
]
