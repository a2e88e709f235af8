"""One click: one verb of the domain, in one transaction, by the person of this very moment."""

from collections.abc import Callable
from typing import Any

from db.session import writing
from ui import access, feedback


def act(verb: Callable[..., Any], *args: Any, told: str | None = None, **more: Any) -> bool:
    """Calls `verb(session, by, *args, **more)`; a refusal is kept for the next run, else `told` is. Whether it was done.

    Fits callbacks: the person is read again, and nothing is said before the commit.
    """
    with feedback.refusals() as outcome, writing() as session:
        verb(session, access.current_user(), *args, **more)
    if outcome.done and told:
        feedback.say(told)
    return outcome.done
