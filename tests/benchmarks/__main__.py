"""`python -m tests.benchmarks`: what the screens cost. Minutes; no part of the tests. docs/performance.md tells what was found."""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

PARTS = ("data", "pages", "reruns", "browser", "import")
SIZES = ("small", "town", "city", "metropolis")


def main() -> int:
    """Does the parts that are asked for, size by size and database by database, and prints them as tables."""
    given = _arguments()
    from tests.benchmarks import timing, towns

    os.environ.setdefault("FILES_FOLDER", str(towns.FOLDER / "files"))
    print(f"\n{timing.machine()}\n")
    parts: dict[str, Callable[[argparse.Namespace], None]] = {"data": _data, "import": _history}
    parts |= dict.fromkeys(("pages", "reruns", "browser"), _served)
    for part in dict.fromkeys(parts[name] for name in given.part):
        part(given)
    return 0


def _data(given: argparse.Namespace) -> None:
    """Each screen's read, beside the bare ones, and between the sizes."""
    from db.session import engine
    from tests.benchmarks import screens, timing, towns

    for database in given.database:
        first: dict[str, float] = {}
        standing = dict(one.split("=", 1) for one in given.at if database in one)
        for size in [*given.size, *standing]:
            count = towns.open_standing(standing[size]) if size in standing else towns.open_town(size, database)
            print(f"\n### {size}, {database} ({count})\n")
            smaller = f" | ÷ {given.size[0]}" if first else ""
            print(f"| what | wanted ms | ms | quickest | bare ms | × bare | same SQL bare ms | queries | rows{smaller} |")
            print("|---|---|---|---|---|---|---|---|---" + ("|---|" if first else "|"))
            for one in screens.measures():
                taken = timing.measure(one.act, one.beside)
                wanted = "" if one.wanted is None or database == "sqlite" else f"{one.wanted:g}"
                grown = f" | {taken.ms / first[one.name]:.2f}{' flat' if one.flat else ''}" if one.name in first else ""
                cells = (
                    f"{taken.ms:.2f}",
                    f"{taken.best_ms:.2f}",
                    f"{taken.bare_ms:.2f}",
                    f"{taken.ratio:.1f}",
                    f"{taken.same_ms:.2f}",
                    taken.queries,
                    taken.rows,
                )
                print(f"| {one.name} | {wanted} | {' | '.join(str(cell) for cell in cells)}{grown} |", flush=True)
                if size == given.size[0]:
                    first[one.name] = taken.ms
            engine().dispose()


def _served(given: argparse.Namespace) -> None:
    """The pages on a real server: whole script runs, light reruns, and the title in a browser."""
    from tests.benchmarks import browser, server, towns

    for database in given.database:
        size = given.size[0]
        towns.open_town(size, database)
        with server.farandole(towns.address(size, database)) as house:
            if "pages" in given.part:
                server.pages(house, f"{size}, {database}")
            if "reruns" in given.part:
                server.reruns(house, f"{size}, {database}")
            if "browser" in given.part and database == given.database[0]:
                browser.titles(house)


def _history(given: argparse.Namespace) -> None:
    """An attendance history of 200,000 lines, brought in twice."""
    from tests.benchmarks import history

    print("\n### import-attendance\n\n| database | rows | first time, rows/s | again, rows/s |\n|---|---|---|---|")
    for database in given.database:
        print(history.measured(database), flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--size", choices=SIZES, nargs="+", default=["town"], help="the first is what the others are compared with")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), nargs="+", default=["postgresql", "sqlite"])
    parser.add_argument(
        "--at", nargs="+", default=[], metavar="NAME=ADDRESS", help="demo towns that stand elsewhere, measured after the sizes"
    )
    parser.add_argument("--part", choices=PARTS, nargs="+", default=list(PARTS))
    return parser.parse_args()


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    sys.exit(main())
