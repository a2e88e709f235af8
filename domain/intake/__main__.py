"""`python -m domain.intake`: the process that reads what strangers sent. Speaks by its standard input and output, with `receiving`.

It bounds itself first: memory, time, no file longer than nothing. Whatever the files make of it, its caller lives on.
"""

import json
import resource
import sys

MEMORY = 1_536 * 1024 * 1024  # bytes of address space
SECONDS = 20  # of computing


def _bound() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _answer(told: dict[str, object], content: bytes = b"") -> None:
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n" + content)
    sys.stdout.buffer.flush()


def main() -> None:
    """Reads one delivery: a line of JSON with names and sizes, then the files; answers a line of JSON, then what is kept."""
    _bound()
    from domain.intake.inspection import inspect
    from domain.intake.paper import Upload
    from domain.refusals import Refusal

    told = json.loads(sys.stdin.buffer.readline())
    uploads = [Upload(name, sys.stdin.buffer.read(size)) for name, size in told]
    try:
        clean = inspect(uploads)
    except Refusal as refusal:
        _answer({"refused": type(refusal).__name__, "facts": vars(refusal)})
    except (MemoryError, RecursionError):
        _answer({"refused": "TooHeavy", "facts": {"name": uploads[0].name}})
    else:
        _answer({"name": clean.name, "mime": clean.mime}, clean.content)


if __name__ == "__main__":
    main()
