"""The addresses that are not screens: the session's cookie, the language, papers, our own files, health."""

from starlette.datastructures import QueryParams
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from ui.assets import STATIC, keeping
from ui.routes import challenge, health, language, own_data, papers, session


class Files(StaticFiles):
    """Our own files, kept for ever by browsers that ask for them by their version, see `ui.assets`."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = await super().get_response(path, scope)
        answer.headers["cache-control"] = keeping(path, QueryParams(scope["query_string"]).get("v"))
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
