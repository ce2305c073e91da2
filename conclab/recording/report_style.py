"""The style sheet of an HTML report: quiet, light and dark, readable on a phone and on paper. It refers to nothing else."""

from __future__ import annotations

_LIGHT = """
  --page:#fbfbfa; --card:#fff; --edge:#e3e5e8; --text:#1d2630; --dim:#66727f; --link:#0b62a8;
  --holds:#157f4b; --fails:#b3261e; --partly:#8a5a00; --undecided:#5d6875; --convention:#7b8794;
  --value:#3f8fcf; --ideal:#c9cfd6; --whisker:#12202e; --one:#9aa5b1;
  --on:#3f8fcf; --wants:#d9a441; --blocked:#a8505a;
"""
_DARK = """
  --page:#10161d; --card:#161e27; --edge:#26313d; --text:#dbe3ea; --dim:#8d9aa8; --link:#7cc0f5;
  --holds:#3fca8d; --fails:#f08a94; --partly:#e0b04d; --undecided:#9fabb8; --convention:#8592a0;
  --value:#4d9fdd; --ideal:#3a4653; --whisker:#f0f5f9; --one:#6c7a88;
  --on:#5ab4f0; --wants:#d9b04a; --blocked:#8c3f50;
"""
_WORKERS = ("#56b4e9", "#e69f00", "#2ea57c", "#e6d93b", "#cc79a7", "#5a86c5", "#d5683a", "#999999")
"""As everywhere in conclab: told apart by the colour-blind too (Okabe and Ito, 2008), and never by colour alone."""

_RULES = """
* { box-sizing:border-box }
html { scroll-behavior:smooth; -webkit-text-size-adjust:100% }
body { margin:0; background:var(--page); color:var(--text); font:16px/1.55 system-ui,-apple-system,"Segoe UI",sans-serif }
main { max-width:62rem; margin:0 auto; padding:2.5rem 1.25rem 4rem }
h1 { font-size:clamp(1.6rem,4.5vw,2.4rem); line-height:1.15; margin:.2rem 0 .8rem; letter-spacing:-.015em; text-wrap:balance }
h2 { font-size:1.25rem; margin:3rem 0 .8rem; letter-spacing:-.01em }
h3 { font-size:1.1rem; margin:0 0 .4rem }
h4 { font-size:1rem; margin:0 0 .5rem; display:flex; flex-wrap:wrap; gap:.1rem .6rem; align-items:baseline }
p { margin:.5rem 0 }
small, .conditions, .note, .article, footer { color:var(--dim) }
small, .conditions, .note, .reasons, .lacks { font-size:.84rem; font-weight:400 }
a { color:var(--link); text-decoration-thickness:1px; text-underline-offset:.16em }
a.term { color:inherit; text-decoration:underline dotted var(--dim) }
.brand { margin:0; color:var(--dim); font-weight:600; letter-spacing:.02em }
.lead { max-width:44rem }
.number { color:var(--dim); font-variant-numeric:tabular-nums; font-weight:400; margin-right:.35rem }
.summary { margin:1.4rem 0 0 } .summary h2 { font-size:1rem; margin:0 0 .35rem } .summary p { margin:.3rem 0 0; font-size:.92rem }
svg { display:block; overflow:visible } svg.counts { border-radius:3px; overflow:hidden }
svg .holds { fill:var(--holds) } svg .fails { fill:var(--fails) } svg .partly { fill:var(--partly) }
svg .undecided { fill:var(--undecided); opacity:.55 } svg .convention { fill:var(--convention); opacity:.3 }
svg .none { fill:var(--edge) }
svg .value { fill:var(--value) } svg .ideal { fill:var(--ideal) }
svg .one { stroke:var(--one); stroke-dasharray:2 2 } svg .whisker line { stroke:var(--whisker); stroke-width:1.4 }
svg .on { fill:var(--on) } svg .wants { fill:var(--wants) } svg .blocked { fill:var(--blocked) }
.badge { font-weight:600; white-space:nowrap } .badge b { display:inline-block; min-width:1.1em } .badge i { font-style:normal }
.badge.holds, b.holds { color:var(--holds) } .badge.fails, b.fails { color:var(--fails) } .badge.partly { color:var(--partly) }
.badge.undecided, b.undecided { color:var(--undecided) } .badge.convention { color:var(--convention) }
.badge.none { color:var(--dim); font-weight:400 }
table { border-collapse:collapse; width:100% }
.glance th, .glance td { text-align:left; vertical-align:top; padding:.28rem .5rem; border-bottom:1px solid var(--edge) }
.glance th, .glance td { font-weight:400 }
.glance thead th { color:var(--dim); font-size:.84rem }
.glance th:first-child { padding-left:0 }
.glance .chapter th { color:var(--dim); font-size:.84rem; font-weight:600; padding-top:1.1rem }
.glance a { color:inherit; text-decoration:none } .glance a:hover { text-decoration:underline }
.glance .differs th a { font-weight:600 }
article { background:var(--card); border:1px solid var(--edge); border-radius:10px; padding:1.2rem 1.3rem; margin:0 0 1.1rem }
article, dt { scroll-margin-top:1rem }
blockquote { margin:0 0 1rem; padding:0 0 0 .9rem; border-left:3px solid var(--edge); font-size:1.02rem }
.findings { display:grid; grid-template-columns:repeat(auto-fit,minmax(min(100%,18rem),1fr)); gap:1rem; margin:0 0 1rem }
.finding { border-top:2px solid var(--edge); padding-top:.6rem; min-width:0; container-type:inline-size }
.finding.holds { border-color:var(--holds) } .finding.fails { border-color:var(--fails) }
.finding.partly { border-color:var(--partly) }
.part { margin:0 0 .8rem } .part.beside { opacity:.85 }
.bars { display:grid; grid-template-columns:minmax(3.5rem,max-content) minmax(4rem,1fr) max-content; gap:.35rem .7rem;
  font-size:.88rem; margin:.6rem 0; max-width:40rem }
.row { display:grid; grid-column:1 / -1; grid-template-columns:subgrid; align-items:start }
.label { overflow-wrap:anywhere; max-width:11rem } .bar { padding-top:.25rem }
.figure { font-variant-numeric:tabular-nums; text-align:right; white-space:nowrap }
.row .note { grid-column:2 / -1; overflow-wrap:anywhere }
@container (max-width:23rem) {
  .bars { display:block }
  .row { grid-template:"label figure" "bar bar" "note note" / 1fr max-content; margin:0 0 .6rem; gap:0 .7rem }
  .row .label { grid-area:label; max-width:none } .row .figure { grid-area:figure } .row .bar { grid-area:bar; padding:0 }
  .row .note { grid-area:note; margin:0 }
}
svg.split { margin-top:2px }
ul.reasons, ul.lacks { margin:.4rem 0; padding-left:1.1rem; color:var(--dim) } .reasons .advice { color:var(--text) }
.advice::marker { content:"→ " }
.drawing { font:13px/1.35 ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace; overflow-x:auto; padding:.2rem 0 }
.kd { color:var(--dim) } .ka { font-weight:700 } .kg { color:var(--holds) } .kr { color:var(--fails) }
.kw { color:var(--partly) } .kb { color:var(--fails) }
.cw { color:var(--wants) } .cb { color:var(--blocked) }
dt { font-weight:600; margin-top:.9rem } dd { margin:.1rem 0 0; max-width:46rem }
dt:target, article:target { outline:2px solid var(--link); outline-offset:4px; border-radius:6px }
.how p { max-width:46rem } footer { margin-top:3rem; font-size:.84rem }
.theme { position:absolute; top:1rem; right:1rem; border:0; margin:0; padding:0; display:flex; font-size:.8rem }
.theme legend { position:absolute; clip-path:inset(50%); width:1px; height:1px; overflow:hidden }
.theme input { position:absolute; opacity:0 }
.theme label { padding:.2rem .6rem; border:1px solid var(--edge); color:var(--dim); cursor:pointer; margin-left:-1px }
.theme label:first-of-type { border-radius:6px 0 0 6px } .theme label:last-of-type { border-radius:0 6px 6px 0 }
.theme input:checked + label { color:var(--text); background:var(--card) }
.theme input:focus-visible + label { outline:2px solid var(--link) }
@media (max-width:40rem) {
  main { padding:3.2rem 1rem 3rem } article { padding:1rem }
  .glance.many .badge i { display:none } .drawing { font-size:clamp(8px,2.3vw,11px) }
}
@media print {
  .theme { display:none } body { background:#fff; font-size:11pt } main { max-width:none; padding:0 }
  article { break-inside:avoid; border-color:#bbb } h2 { break-after:avoid } a { color:inherit; text-decoration:none }
  * { -webkit-print-color-adjust:exact; print-color-adjust:exact }
}
"""


def _sheet() -> str:
    workers = "\n".join(
        f".c{number} {{ background:{colour}; color:#10161d }} .k{number} {{ box-shadow:inset 0 -.18em 0 {colour} }}"
        for number, colour in enumerate(_WORKERS, 1)
    )
    return (
        f":root {{{_LIGHT}}}\n"
        f"@media (prefers-color-scheme:dark) {{ :root {{{_DARK}}} }}\n"
        f":root:has(#theme-light:checked) {{ color-scheme:light; {_LIGHT}}}\n"
        f":root:has(#theme-dark:checked) {{ color-scheme:dark; {_DARK}}}\n"
        f"@media print {{ :root:root:root {{{_LIGHT}}} }}\n"
        f"{workers}\n{_RULES}"
    )


STYLE = _sheet()
