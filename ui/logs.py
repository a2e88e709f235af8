"""What the log says: one JSON object a line, events and references, never a name, an e-mail or a value typed by somebody."""

import logging
import sys
import traceback
from typing import Any

import structlog


def configure() -> None:
    """Sets structlog for this process. Called once, when the application starts."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_values,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )


def _without_values(_: Any, __: str, event: Any) -> Any:
    """An exception is told by its kinds and places: its message may hold what somebody typed."""
    problem = event.pop("exc_info", None)
    if problem is True:
        problem = sys.exc_info()[1]
    if isinstance(problem, BaseException):
        event["error"] = []
        while problem is not None and len(event["error"]) < 5:
            places = [f"{place.filename}:{place.lineno} {place.name}" for place in traceback.extract_tb(problem.__traceback__)]
            event["error"].append({"kind": f"{type(problem).__module__}.{type(problem).__qualname__}", "places": places[-25:]})
            problem = problem.__cause__ or problem.__context__
    return event
