"""A document as one HTML page that loads nothing, runs nothing, and reads well on paper. All of its HTML."""

from __future__ import annotations

from collections.abc import Iterable

from qa.web.export import Block, Heading, Line, Quotation, Source
from qa.web.markup import anchor_to, escaped, isolated

_STYLE = """
:root { color-scheme: light dark; --paper: #faf8f3; --ink: #1d1b18; --quiet: #625d54; --line: #e2dccf;
  --accent: #7d2018; --warn: #8a4b08; }
@media (prefers-color-scheme: dark) { :root { --paper: #171614; --ink: #ece7dd; --quiet: #aaa396; --line: #37332d;
  --accent: #eba090; --warn: #e6b066; } }
body { margin: 0 auto; max-width: 44em; padding: 24px 16px 48px; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif;
  overflow-wrap: anywhere; }
h1, h2, blockquote { font-family: "Iowan Old Style", Palatino, Charter, Georgia, "Liberation Serif", serif; }
h1 { font-size: 30px; line-height: 1.2; margin: 0 0 12px; }
h2 { font-size: 22px; line-height: 1.3; margin: 40px 0 8px; padding-top: 16px; border-top: 1px solid var(--line); }
h3 { font-size: 15px; margin: 20px 0 4px; }
p { margin: 0 0 6px; } .aside, .origin, .facts, dfn { color: var(--quiet); font-size: 14px; }
dfn { font-style: normal; }
blockquote { margin: 16px 0; padding-inline-start: 14px; border-inline-start: 3px solid var(--accent);
  font-size: 18px; }
.origin { font-family: system-ui, sans-serif; } .number { color: var(--accent); font-weight: 600; }
.source { margin: 0 0 14px; break-inside: avoid; } .source p { margin: 0; }
.facts span + span::before { content: " · "; }
.warning { color: var(--warn); font-weight: 600; font-size: 14px; } a { color: var(--accent); }
@media print { body { max-width: none; padding: 0; background: none; } }
"""


def as_page(blocks: Iterable[Block]) -> str:
    """The document as a whole HTML page."""
    blocks = list(blocks)
    title = next((block.text for block in blocks if isinstance(block, Heading) and block.level == 1), "Dateline")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        # Whatever slipped through could load and run nothing.
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        "base-uri 'none'; form-action 'none'\">"
        '<meta name="referrer" content="no-referrer"><meta name="viewport" content="width=device-width, '
        f'initial-scale=1"><title>{escaped(title)}</title><style>{_STYLE}</style></head>'
        f"<body>{''.join(map(_shown, blocks))}</body></html>\n"
    )


def _shown(block: Block) -> str:
    match block:
        case Heading(level, text):
            return f'<h{level} dir="auto">{escaped(text)}</h{level}>'
        case Line(label, text):
            if not label:
                return f'<p class="aside" dir="auto">{escaped(text)}</p>'
            return f'<p dir="auto"><dfn>{escaped(label)}:</dfn> {isolated(text)}</p>'
        case Quotation(text, number, origin):
            return (
                f'<blockquote><p dir="auto">“{escaped(" ".join(text.split()))}” <span class="number">[{number}]</span>'
                f'</p><p class="origin">— {isolated(origin)}</p></blockquote>'
            )
        case Source():
            return _source(block)


def _source(source: Source) -> str:
    facts = "".join(f"<span>{isolated(fact)}</span>" for fact in source.facts)
    warnings = "".join(f'<p class="warning">{escaped(warning)}</p>' for warning in source.warnings)
    link = f"<p>{anchor_to(source.link, escaped(source.link))}</p>" if source.link else ""
    return (
        f'<div class="source"><p dir="auto"><span class="number">[{source.number}]</span> {isolated(source.title)}</p>'
        f'<p class="facts">{facts}</p>{warnings}{link}</div>'
    )
