"""The pages: one that holds the terminal, and one that says in a sentence why there is none.

The terminal itself (xterm.js with its style and its font) is what textual-serve brings. Nothing is fetched from anywhere else, so
it works without a network and tells nobody that it is used; the headers see to it.
"""

from __future__ import annotations

from html import escape

FILES = {
    "textual.js": ("js/textual.js", "text/javascript"),
    "xterm.css": ("css/xterm.css", "text/css"),
    "mono.ttf": ("fonts/RobotoMono-VariableFont_wght.ttf", "font/ttf"),
}
"""What a page may ask for: where it lies among textual-serve's files, and what it is."""

_FONT = """
@font-face { font-family: "Roboto Mono"; src: url("files/mono.ttf") format("truetype"); font-weight: 100 700; font-display: block; }
"""
_STYLE = """
html, body { margin: 0; height: 100%; background: #12161c; color: #d5dbe3; font: 16px "Roboto Mono", monospace; }
.textual-terminal { position: absolute; inset: 0; opacity: 0; }
body.-first-byte .textual-terminal { opacity: 1; }
.words { position: absolute; inset: 0; display: flex; align-items: center; justify-content: center; text-align: center; }
.words p { max-width: 44em; padding: 1em; line-height: 1.6; }
.closed { display: none; z-index: 10; background: #12161ce0; }
body.-first-byte .opening { display: none; }
body.-closed .opening { display: none; }
body.-closed .closed { display: flex; }
a { color: #7fc1f0; }
"""
"""textual.js gives the body these classes: when the first picture has come, and when the session is over."""


def headers(host: str) -> dict[str, str]:
    """What a browser is told about every page. ``host``: the header of the request, which has been checked."""
    # 'unsafe-inline' for styles: xterm.js writes its own; scripts come from files only. Safari takes 'self' for http alone.
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:; "
        f"connect-src 'self' ws://{host}; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }


def _page(title: str, head: str, body: str) -> str:
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>\n'
        f"<style>{_STYLE}</style>\n{head}</head>\n<body>{body}</body></html>\n"
    )


def terminal_page(title: str, socket: str, font_px: int) -> str:
    """The terminal. ``socket``: where its session is opened (ws://…)."""
    head = (
        f'<style>{_FONT}</style>\n<link rel="icon" href="data:,">\n'
        '<link rel="preload" href="files/mono.ttf" as="font" type="font/ttf" crossorigin>\n'
        '<link rel="stylesheet" href="files/xterm.css">\n<script src="files/textual.js"></script>\n'
    )
    body = (
        '<div class="words opening"><p>conclab is being started …</p></div>\n'
        '<div class="words closed"><p>This session is over.<br><a href="">Open another one</a></p></div>\n'
        f'<div class="textual-terminal" data-session-websocket-url="{escape(socket)}" data-font-size="{font_px}"></div>'
    )
    return _page(title, head, body)


def words_page(words: str) -> str:
    """A sentence, and a link to try again."""
    return _page("conclab", "", f'<div class="words"><p>{escape(words)}<br><a href="">Try again</a></p></div>')
