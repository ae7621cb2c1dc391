"""The look of the page: one quiet theme of paper and ink, light and dark, with the fonts of the reader's system."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

_STATIC = Path(__file__).parent / "static"
STYLESHEETS = (_STATIC / "page.css", _STATIC / "archive.css")
FAVICON = _STATIC / "favicon.svg"

_FONTS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "Liberation Sans", "sans-serif")
_MONOSPACED = ("ui-monospace", "Menlo", "Consolas", "Liberation Mono", "monospace")

# Each of these names is a colour of page.css, which holds the values for light and dark.
_COLOURS = {
    "body_background_fill": "paper",
    "body_text_color": "ink",
    "body_text_color_subdued": "quiet",
    "background_fill_primary": "paper",
    "background_fill_secondary": "paper",
    "block_background_fill": "sheet",
    "block_border_color": "line",
    "block_label_background_fill": "sheet",
    "block_label_text_color": "quiet",
    "block_title_text_color": "quiet",
    "block_info_text_color": "quiet",
    "border_color_primary": "line",
    "border_color_accent": "accent",
    "border_color_accent_subdued": "accent",
    "color_accent": "accent",
    "color_accent_soft": "tint",
    "link_text_color": "accent",
    "link_text_color_hover": "accent",
    "link_text_color_visited": "accent",
    "link_text_color_active": "accent",
    "input_background_fill": "sheet",
    "input_background_fill_focus": "sheet",
    "input_border_color": "edge",
    "input_border_color_focus": "accent",
    "input_placeholder_color": "quiet",
    "button_primary_background_fill": "button",
    "button_primary_background_fill_hover": "accent-strong",
    "button_primary_border_color": "button",
    "button_primary_text_color": "on-accent",
    "button_primary_text_color_hover": "on-accent",
    "button_secondary_background_fill": "sheet",
    "button_secondary_background_fill_hover": "tint",
    "button_secondary_border_color": "edge",
    "button_secondary_text_color": "ink",
    "button_secondary_text_color_hover": "ink",
    "slider_color": "accent",
}


def theme() -> gr.themes.Base:
    """The theme; every colour refers to a variable of page.css, so light and dark need no second list."""
    base = gr.themes.Base(font=_FONTS, font_mono=_MONOSPACED, radius_size=gr.themes.sizes.radius_sm)
    values = {name: f"var(--dl-{colour})" for name, colour in _COLOURS.items()}
    # A name without a dark twin keeps its value in the dark.
    dark = {f"{name}_dark": value for name, value in values.items() if hasattr(base, f"{name}_dark")}
    return base.set(**values, **dark, block_shadow="none", block_border_width="1px", input_border_width="1px")


def plain(html: str) -> dict[str, Any]:
    """Arguments for a gr.HTML that shows `html` and does nothing else."""
    return {"value": html, "apply_default_css": False, "js_on_load": None}


def script() -> str:
    """The page's own script, for `launch(js=...)`."""
    return (_STATIC / "page.js").read_text(encoding="utf-8")


def actions() -> str:
    """The script that hands on what a reader does inside of answers and evidence, for `gr.HTML(js_on_load=...)`."""
    return (_STATIC / "actions.js").read_text(encoding="utf-8")


def archive_actions() -> str:
    """The script that hands on what a reader does inside of lists and articles, for `gr.HTML(js_on_load=...)`."""
    return (_STATIC / "archive.js").read_text(encoding="utf-8")


def saving() -> str:
    """The script that lets the browser save an exported conversation, for an event's `js`."""
    return (_STATIC / "save.js").read_text(encoding="utf-8")
