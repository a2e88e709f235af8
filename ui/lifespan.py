"""What happens once when the application starts, and when it stops."""

import gc
import importlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.concurrency import run_in_threadpool

from db.settings import settings
from domain.tasks import Worker
from ui import i18n, logs

# What the first screens need and what is slow to import: the first visitor does not wait for it.
WARM = ("pandas", "pandas.io.formats.style", "plotly.graph_objects", "xlsxwriter", "babel.dates", "phonenumbers", "segno", "zxcvbn")


@asynccontextmanager
async def lifespan(_: object) -> AsyncIterator[None]:
    """Imports, reads the catalogues, takes what is loaded out of the garbage collector's sight, and runs the worker.

    Raises KeyMissing before anything else: production does not serve without its keys.
    """
    logs.configure()
    settings().key("secret_key")
    settings().key("data_key")
    for name in WARM:
        importlib.import_module(name)
    for language in i18n.LANGUAGES:
        i18n.catalogue(language)
    gc.collect()
    gc.freeze()
    worker = Worker()
    worker.start()
    try:
        yield
    finally:
        await run_in_threadpool(worker.stop)
