"""The addresses that are not screens: the session's cookie, the language, papers, our own files, health."""

from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from ui.frame import STATIC
from ui.routes import challenge, health, language, own_data, papers, session


class Files(StaticFiles):
    """Our own files. Their names do not change with their content, so that a day is how long they are kept."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = await super().get_response(path, scope)
        answer.headers["cache-control"] = "public, max-age=31536000, immutable" if path.startswith("vendor") else "public, max-age=86400"
        return answer


ROUTES: list[BaseRoute] = [
    Route("/auth/session", session.open_session, methods=["POST"]),
    Route("/auth/session", session.is_open, methods=["GET"]),
    Route("/auth/sign-out", session.close_session, methods=["POST"]),
    Route("/auth/challenge", challenge.tell, methods=["GET"]),
    Route("/langue/{code}", language.choose, methods=["GET"]),
    Route("/papiers/{file_id:int}", papers.give, methods=["GET"]),
    Route("/mes-donnees.zip", own_data.give, methods=["GET"]),
    Route("/healthz", health.tell, methods=["GET"]),
    Mount("/assets", Files(directory=STATIC)),
]
