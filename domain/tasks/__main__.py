"""`python -m domain.tasks`: the worker as a process of its own, until it is told to end."""

import signal

from domain.tasks import Worker

worker = Worker()
for sign in (signal.SIGTERM, signal.SIGINT):
    signal.signal(sign, lambda *_: worker.stop())
worker.start()
worker.wait()
