"""Logging in and out. A session is a random token in a cookie that no script can read and no other page can send."""

from __future__ import annotations

import logging
import math
from urllib.parse import parse_qs

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from qa.web.serving.entrance import login_page, returning_page
from qa.web.serving.observing import OBSERVER
from qa.web.serving.sessions import Sessions
from qa.web.serving.throttle import Throttle
from qa.web.serving.users import UserFile, password_fits

logger = logging.getLogger("qa.web")

_LONGEST_FORM = 8_192  # bytes
# Each check takes 16 MiB and a core for about a tenth of a second, and answers must not wait for them.
_CHECKS_AT_ONCE = 2
_WRONG = "Name or password is wrong."
_UNKNOWN_ADDRESS = "unknown"


class Login:
    """Lets in who has a password.

    Args:
        users: who may come in.
        hours: how long a session lasts.
        cookie: the name of the cookie. Cookies know no ports, so servers on one machine need names of their own.
        path: the cookie is sent for this path and what lies below.
    """

    def __init__(self, users: UserFile, *, hours: float, cookie: str, path: str = "/") -> None:
        self._users = users
        self._cookie = cookie
        self._path = path or "/"
        self._throttle = Throttle()
        self._limiter: anyio.CapacityLimiter | None = None
        self.sessions = Sessions(hours, users.find)

    def user_of(self, request: Request) -> str | None:
        """The name of who sent this request, None where nobody is logged in."""
        token = request.cookies.get(self._cookie)
        return self.sessions.user(token) if token else None

    def refuse(self, request: Request) -> Response:
        """What somebody gets who has to log in first."""
        if request.url.path.endswith("/") and request.method in ("GET", "HEAD") and _wants_page(request):
            if request.headers.get("sec-fetch-site") in ("cross-site", "same-site"):
                return HTMLResponse(returning_page())
            return RedirectResponse("login" + _query(request), status_code=303)
        words = "Your session has ended, or you are not logged in. Load the page again to log in."
        return JSONResponse({"detail": words, "error": words}, status_code=401)

    async def log_in(self, request: Request) -> Response:
        """The form, or an attempt with it. Programs that do not ask for HTML get JSON, and the cookie as well."""
        if request.method != "POST":
            if self.user_of(request):
                return RedirectResponse("./" + _query(request), status_code=303)
            return HTMLResponse(login_page())
        fields = await _form(request)
        if fields is None:
            return _failed(request, "This is no login form.", 400)
        name, password = (fields.get(key, [""])[0] for key in ("username", "password"))
        name = name.strip()
        address = request.client.host if request.client else _UNKNOWN_ADDRESS
        wait = self._throttle.begin(name, address)
        told = {"user": name[:64], "address": address}
        if wait > 0:
            OBSERVER.count("dateline_logins_total", outcome="throttled")
            logger.warning("A login of %r from %s has to wait", name[:64], address, extra=told)
            seconds = math.ceil(wait)
            response = _failed(request, f"Too many attempts. Try again in {seconds} seconds.", 429, name)
            response.headers["Retry-After"] = str(seconds)
            return response
        user = self._users.find(name)
        self._limiter = self._limiter or anyio.CapacityLimiter(_CHECKS_AT_ONCE)
        if not await anyio.to_thread.run_sync(password_fits, user, password, limiter=self._limiter) or user is None:
            OBSERVER.count("dateline_logins_total", outcome="wrong")
            logger.warning("A login of %r from %s failed", name[:64], address, extra=told)
            return _failed(request, _WRONG, 401, name)
        self._throttle.succeeded(name, address)
        OBSERVER.count("dateline_logins_total", outcome="accepted")
        logger.info("%s logged in from %s", user.name, address, extra=told)
        done = (
            RedirectResponse("./" + _query(request), 303) if _wants_page(request) else JSONResponse({"success": True})
        )
        self._set_cookie(request, done, self.sessions.open(user), int(self.sessions.seconds))
        return done

    def log_out(self, request: Request) -> Response:
        """End the session that the request belongs to."""
        if request.method != "POST":
            return JSONResponse({"detail": "Log out by POST."}, status_code=405, headers={"Allow": "POST"})
        if token := request.cookies.get(self._cookie):
            self.sessions.close(token)
        response = RedirectResponse("login", 303) if _wants_page(request) else JSONResponse({"success": True})
        self._set_cookie(request, response, "", 0)
        return response

    def _set_cookie(self, request: Request, response: Response, value: str, seconds: int) -> None:
        response.set_cookie(
            self._cookie, value, max_age=seconds, path=self._path, httponly=True, samesite="strict",
            secure=request.url.scheme == "https",
        )  # fmt: skip


async def _form(request: Request) -> dict[str, list[str]] | None:
    """The fields of a form as browsers and `gradio_client` send it, None for anything else."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _LONGEST_FORM:
            return None
    try:
        return parse_qs(body.decode("ascii"), keep_blank_values=True, max_num_fields=20, errors="strict")
    except ValueError:
        return None


def _failed(request: Request, words: str, status: int, name: str = "") -> Response:
    if _wants_page(request):
        return HTMLResponse(login_page(words, name), status)
    return JSONResponse({"detail": words, "error": words}, status)


def _wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


def _query(request: Request) -> str:
    """What was asked for in the address, to be kept over the login. It leads nowhere but back to the page."""
    return f"?{request.url.query}" if request.url.query else ""
