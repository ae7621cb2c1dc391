"""The headers that tell the browser what the chat may do. They stand on every response."""

from __future__ import annotations

# What Gradio 6 needs beyond our own files: it compiles the script that `gr.HTML(js_on_load=...)` and `launch(js=...)`
# are given ('unsafe-eval'), and styles elements directly ('unsafe-inline' for styles only). Inline scripts run only
# with the nonce of the response, so that markup which slips into the page cannot run.
_POLICY = {
    "default-src": "'none'",
    "script-src": "'self' 'unsafe-eval'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "media-src": "'self' blob:",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "worker-src": "'self' blob:",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
_UNUSED = ("camera", "display-capture", "geolocation", "microphone", "midi", "payment", "usb", "browsing-topics")
_FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",  # frame-ancestors for browsers that do not know it
    # Not "no-referrer": browsers would then send "Origin: null" with the login form.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{name}=()" for name in _UNUSED),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def security_headers(nonce: str = "") -> dict[str, str]:
    """The headers of one response; `nonce` is that of its inline scripts, empty where it has none."""
    scripts = _POLICY["script-src"] + (f" 'nonce-{nonce}'" if nonce else "")
    policy = "; ".join(f"{name} {value}" for name, value in (_POLICY | {"script-src": scripts}).items())
    return {"Content-Security-Policy": policy, **_FIXED}
