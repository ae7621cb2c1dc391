"""The chat as one Gradio app, and the server that shows it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence

import fastapi
import gradio as gr

from qa.config import Config
from qa.errors import DatelineError
from qa.index import Index
from qa.web import asking, theme
from qa.web.api import add_api
from qa.web.background import Background, Phase
from qa.web.editing import Editor
from qa.web.intake import Intake
from qa.web.kept_conversations import check_history
from qa.web.page import add_page
from qa.web.serving import entrance, origin
from qa.web.serving.access import USUAL, Access, is_loopback, refuse_open_editing, warn_of_openness
from qa.web.serving.guard import USER, Guard, Limits
from qa.web.serving.login import Login
from qa.web.serving.observing import OBSERVER
from qa.web.serving.server import bound, running
from qa.web.serving.users import UserFile

# A page that is opened at once is there a second sooner if the model's loading waits for it. Longer than that it does
# not wait: there may be none.
_SECONDS_FOR_A_PAGE = 3.0
# How long Ctrl-C waits for the slice of vectors in hand. A process that ends while torch computes in a thread aborts.
_SECONDS_TO_STOP = 15.0
# The chat itself takes no files; Gradio's route for them would take any size.
_NO_UPLOAD_BYTES = 1_024
_EVERY_ADDRESS = ("0.0.0.0", "::", "")  # noqa: S104


def build_app(
    index: Index, background: Background | None = None, *, examples: Sequence[str] | None = None,
    login: bool = False, editor: Editor | None = None,
) -> gr.Blocks:  # fmt: skip
    """The chat over an open index, not yet served. Style and limits belong to `mount`; see `serve`.

    Args:
        index: what is asked; it stays the caller's to close.
        background: whose state the page shows; None where nothing runs behind the page.
        examples: questions to offer; by default made from recent titles.
        login: readers are logged in, and the page shows as whom.
        editor: what readers may change the archive with; None lets them change nothing.
    """
    config = index.config
    # Files that were uploaded but never added are deleted after a day.
    kept = (3_600, 86_400) if editor else None
    with gr.Blocks(title="Dateline", fill_width=True, analytics_enabled=False, delete_cache=kept) as app:
        if login:
            account = gr.HTML(apply_default_css=False, js_on_load=None)
            app.load(_account, None, account, queue=False, api_visibility="private", show_progress="hidden")
        add_page(index, background, examples, editor)
        add_api(index)
    # Closed, for else `/gradio_api/run` would answer past the queue and its limits.
    return app.queue(max_size=config.chat_queue, default_concurrency_limit=config.chat_concurrency, api_open=False)


def _account(request: gr.Request) -> str:
    return entrance.account(str(request.username))


def serve(
    open_index: Callable[[], Index], config: Config, *, host: str | None = None, port: int | None = None,
    embed: bool = True, open_browser: bool = False, ready: Callable[[str], None] | None = None,
    examples: Sequence[str] | None = None, access: Access = USUAL,
) -> None:  # fmt: skip
    """Serve the chat until Ctrl-C, while the model loads and missing vectors are computed behind it.

    Args:
        open_index: opens the index; it is closed at the end.
        config: the settings of the chat.
        host: by default that of the configuration.
        port: likewise; 0 takes any free one.
        embed: False computes no vectors.
        open_browser: open the page in the reader's browser.
        ready: is told the address once the page can be opened.
        examples: questions to offer; by default made from recent titles.
        access: who may use it.

    Raises:
        ConfigError: the address cannot be listened on, is open to others without a login, would let anybody change
            the archive, conversations are to be kept without a login, or the file of users cannot be used.
    """
    with serving(open_index, config, host=host, port=port, embed=embed, examples=examples, access=access) as address:
        if ready:
            ready(address)
        if open_browser:
            import webbrowser

            webbrowser.open(address)
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


@contextlib.contextmanager
def serving(
    open_index: Callable[[], Index], config: Config, *, host: str | None = None, port: int | None = None,
    embed: bool = True, examples: Sequence[str] | None = None, access: Access = USUAL,
) -> Iterator[str]:  # fmt: skip
    """The served chat as a context: its address inside, everything closed after it. Arguments as for `serve`."""
    host = config.host if host is None else host
    warn_of_openness(host, access)
    proxied = bool(config.chat_root_path or config.chat_names)
    refuse_open_editing(host, access, proxied=proxied)
    check_history(config, login=access.users is not None)
    with contextlib.ExitStack() as closing:
        listener = closing.enter_context(bound(host, config.port if port is None else port))
        port = listener.getsockname()[1]
        users = UserFile(access.users) if access.users else None
        index = open_index()
        background = Background(index, embed=embed, pause=config.chat_poll_seconds, patience=_SECONDS_FOR_A_PAGE)
        # Last things first: the page goes, the thread is told, the index is closed under it, and it ends.
        closing.callback(background.join, _SECONDS_TO_STOP)
        closing.callback(index.close)
        closing.callback(background.stop)
        editor = None
        if access.editor:
            # A path of the server's machine is for those who sit at it.
            paths = is_loopback(host) and not proxied
            editor = Editor(Intake(index, asking.words_for), paths, _editors(users))
            closing.callback(editor.intake.end, _SECONDS_TO_STOP)
        app = build_app(index, background, examples=examples, login=users is not None, editor=editor)
        guard = _guarded(app, index, background, config, host, port, access, users, editor)
        closing.enter_context(running(guard, listener))
        closing.callback(_end_streams, app)
        background.start()
        yield _address(host, port)


def mount(
    app: gr.Blocks, config: Config, *, login: bool = False, upload_bytes: int = _NO_UPLOAD_BYTES
) -> fastapi.FastAPI:
    """The chat as an ASGI app, with its style and limits, not yet guarded."""
    app.state_session_capacity = config.chat_sessions
    mounted: fastapi.FastAPI = gr.mount_gradio_app(
        fastapi.FastAPI(openapi_url=None, docs_url=None, redoc_url=None), app, path="/",
        auth_dependency=_user_of if login else None, root_path=config.chat_root_path or None, ssr_mode=False,
        theme=theme.theme(), css_paths=theme.STYLESHEETS, js=theme.script(), favicon_path=str(theme.FAVICON),
        footer_links=["api"], run_history=False, pwa=False, mcp_server=False, enable_monitoring=False,
        max_file_size=upload_bytes, show_error=False,
    )  # fmt: skip
    return mounted


def _editors(users: UserFile | None) -> Callable[[str | None], bool]:
    """Whether the user of a name may change the archive. Without a file of users, everybody may."""

    def may(name: str | None) -> bool:
        user = users.find(name) if users and name else None
        return users is None or (user is not None and user.editor)

    return may


def _user_of(request: fastapi.Request) -> str | None:
    name = request.scope.get(USER)
    return name if isinstance(name, str) else None


def _guarded(
    app: gr.Blocks, index: Index, background: Background, config: Config, host: str, port: int, access: Access,
    users: UserFile | None, editor: Editor | None,
) -> Guard:  # fmt: skip
    OBSERVER.log_questions = access.log_questions
    names = origin.names_for(host, config.chat_names, config.chat_root_path, login=users is not None)
    upload_bytes = config.chat_upload_bytes if access.editor else _NO_UPLOAD_BYTES
    login = None
    if users:
        login = Login(users, hours=config.chat_session_hours, cookie=f"dateline_{port}")

    def gauges() -> Mapping[str, float]:
        return _gauges(index, background) | ({"dateline_sessions": len(login.sessions)} if login else {})

    return Guard(
        mount(app, config, login=users is not None, upload_bytes=upload_bytes), names=names, login=login,
        root_path=config.chat_root_path,
        limits=Limits(config.chat_request_bytes, upload_bytes),
        proxies=origin.networks(config.chat_proxies), why_not_ready=lambda: _why_not_ready(index, background),
        gauges=gauges if access.metrics else None, may_upload=editor.may if editor else lambda user: False,
    )  # fmt: skip


def _why_not_ready(index: Index, background: Background) -> str:
    """Why questions cannot be answered, in a word or two; empty where they can."""
    try:
        index.embed_progress()
    except DatelineError:
        return "the index is closed or damaged"
    phase = background.state.phase
    return {Phase.LOADING: "the model is being loaded", Phase.FAILED: "the background work failed"}.get(phase, "")


def _gauges(index: Index, background: Background) -> dict[str, float]:
    """Figures of the archive for /metrics."""
    found = {"dateline_ready": float(not _why_not_ready(index, background))}
    with contextlib.suppress(DatelineError):
        stats = index.stats()
        found |= {
            "dateline_articles": stats.articles, "dateline_passages": stats.passages,
            "dateline_passages_with_vector": stats.embedded,
        }  # fmt: skip
        if stats.updated:
            found["dateline_updated_timestamp_seconds"] = stats.updated.timestamp()
    return found


def _end_streams(app: gr.Blocks) -> None:
    """End the event streams of open pages, which would hold up the end of the server."""
    app.close(verbose=False)


def _address(host: str, port: int) -> str:
    shown = "localhost" if host in _EVERY_ADDRESS else f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}/"
