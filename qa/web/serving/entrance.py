"""The pages in front of the chat: logging in, and what is said where somebody may not pass. All of their HTML."""

from __future__ import annotations

from qa.web.markup import escaped

_STYLE = """
:root { color-scheme: light dark; --paper: #faf8f3; --sheet: #fffefb; --ink: #1d1b18; --quiet: #625d54;
  --edge: #8d8575; --accent: #7d2018; --on-accent: #fffdf8; --warn: #8a4b08; }
@media (prefers-color-scheme: dark) { :root { --paper: #171614; --sheet: #1f1d1a; --ink: #ece7dd; --quiet: #aaa396;
  --edge: #857c6e; --accent: #8f3227; --on-accent: #fffdf8; --warn: #e6b066; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 16px; background: var(--paper);
  color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif; }
main { width: 100%; max-width: 360px; overflow-wrap: anywhere; }
h1 { font: 700 34px/1.1 "Iowan Old Style", Palatino, Charter, Georgia, "Liberation Serif", serif; margin: 0 0 20px; }
label { display: block; margin: 14px 0 4px; font-weight: 600; font-size: 15px; }
input { width: 100%; font: inherit; padding: 9px 10px; color: inherit; background: var(--sheet);
  border: 1px solid var(--edge); border-radius: 4px; }
button { width: 100%; margin-top: 22px; padding: 10px; font: inherit; font-weight: 600; border: 0; border-radius: 4px;
  background: var(--accent); color: var(--on-accent); cursor: pointer; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
p { margin: 0 0 12px; color: var(--quiet); } .wrong { color: var(--warn); font-weight: 600; }
"""


def login_page(problem: str = "", name: str = "") -> str:
    """The form that asks for name and password.

    Args:
        problem: what went wrong with the last attempt.
        name: what to fill in.
    """
    said = f'<p class="wrong" role="alert">{escaped(problem)}</p>' if problem else ""
    # Where a name is there already, the password is what has to be typed.
    focus_name, focus_password = ("", " autofocus") if name else (" autofocus", "")
    return _page(
        "Log in",
        f'{said}<form method="post"><label for="username">Name</label>'
        f'<input id="username" name="username" value="{escaped(name)}" autocomplete="username" maxlength="64" '
        f'required autocapitalize="none" spellcheck="false"{focus_name}>'
        '<label for="password">Password</label><input id="password" name="password" type="password" '
        f'autocomplete="current-password" maxlength="1024" required{focus_password}>'
        "<button>Log in</button></form>",
    )


def notice_page(title: str, text: str) -> str:
    """A page that only says something."""
    return _page(title, f"<p>{escaped(text)}</p>")


def returning_page() -> str:
    """Loads itself again. A link on another page was followed, and with that the browser sends no cookie of ours."""
    return _page("One moment", "<p>One moment…</p>", '<meta http-equiv="refresh" content="0">')


def account(name: str) -> str:
    """Who is logged in and the way out, for a corner of the chat."""
    return (
        f'<form class="account" method="post" action="logout" style="text-align: right; font-size: 13px; '
        f'padding-top: 8px;"><bdi>{escaped(name)}</bdi> · <button style="text-decoration: underline; '
        f'color: var(--dl-accent);">Log out</button></form>'
    )


def _page(title: str, inner: str, head: str = "") -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        # Without it, browsers ask for an icon, which only who is logged in may have.
        f'<link rel="icon" href="data:,">{head}<title>{escaped(title)} – Dateline</title><style>{_STYLE}</style></head>'
        f"<body><main><h1>Dateline</h1>{inner}</main></body></html>"
    )
