"""Accounts: signing in and out, the second factor, what a person changes of his own; requests and links stand beside."""

from domain.accounts import directory, links, requests, reset, second_factor, staff
from domain.accounts.own import change_language, change_password
from domain.accounts.sessions import NewSession, Visit, account_of, connections_of, redeem, sign_out, sign_out_elsewhere
from domain.accounts.sign_in import Halfway, Origin, password_hash_of, second_step, sign_in

__all__ = [
    "Halfway",
    "NewSession",
    "Origin",
    "Visit",
    "account_of",
    "change_language",
    "change_password",
    "connections_of",
    "directory",
    "links",
    "password_hash_of",
    "redeem",
    "requests",
    "reset",
    "second_factor",
    "second_step",
    "sign_in",
    "sign_out",
    "sign_out_elsewhere",
    "staff",
]
