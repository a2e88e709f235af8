"""A visitor's computer, for the tests: it really solves what the house asks."""

import altcha

from domain.accounts import proof


def prove() -> str:
    """A fresh proof of work, as a browser sends it."""
    asked = altcha.Challenge.from_dict(proof.challenge())
    solution = altcha.solve_challenge(asked)
    assert solution is not None
    return altcha.Payload(asked, solution).to_base64()
