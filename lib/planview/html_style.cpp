// SPDX-License-Identifier: Apache-2.0
#include "planview/html_style.hpp"

namespace dbi::planview {

std::string_view html_style() {
  return R"(:root{color-scheme:light dark;--page:#fff;--ink:#1c2128;--dim:#57606a;--line:#d0d7de;--soft:#f6f8fa;--link:#0550ae;
--bar:#d9822b;--critical:#b3261e;--warning:#8a5300;--info:#0550ae;--mono:ui-monospace,SFMono-Regular,Menlo,monospace}
@media (prefers-color-scheme:dark){:root{--page:#0d1117;--ink:#e6edf3;--dim:#9da7b1;--line:#30363d;--soft:#161b22;
--link:#79c0ff;--bar:#c9772b;--critical:#ff9086;--warning:#f0b95b;--info:#79c0ff}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:82rem;padding:1rem 1.25rem 3rem;background:var(--page);color:var(--ink);
font:15px/1.5 ui-sans-serif,system-ui,-apple-system,"Segoe UI",sans-serif;overflow-wrap:anywhere}
a{color:var(--link)}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
:target{background:var(--soft);box-shadow:0 0 0 3px var(--link);border-radius:3px}
.skip{position:absolute;left:-100rem}.skip:focus{left:1rem}
h1{font-size:.85rem;font-weight:600;letter-spacing:.04em;color:var(--dim);margin:0 0 1rem}h2{font-size:1.15rem;margin:0 0 .75rem}h3{font-size:1rem;margin:1.5rem 0 .5rem}
section + section{border-top:1px solid var(--line);padding-top:1.25rem;margin-top:2rem}
pre,code{font-family:var(--mono);font-size:.87rem}
pre{background:var(--soft);border:1px solid var(--line);border-radius:6px;padding:.6rem .8rem;margin:0;
white-space:pre-wrap;max-height:20rem;overflow:auto}
.facts{display:flex;flex-wrap:wrap;gap:.25rem 2rem;margin:.75rem 0 0}
.facts dt{color:var(--dim);font-size:.8rem}.facts dd{margin:0;font-variant-numeric:tabular-nums}
.findings{padding:0;margin:0;list-style:none}
.findings li{border:1px solid var(--line);border-left:5px solid var(--grave);border-radius:6px;padding:.5rem .8rem;
margin:.5rem 0}
.findings p{margin:.2rem 0}
.critical{--grave:var(--critical)}.warning{--grave:var(--warning)}.info{--grave:var(--info)}
.severity{color:var(--grave);font-weight:600}
.numbers{color:var(--dim);font-variant-numeric:tabular-nums}
figure{margin:0}figcaption{color:var(--dim);font-size:.85rem;margin-bottom:.4rem}
.graph{overflow-x:auto}.graph svg{display:block;min-width:60rem}
.graph svg svg{min-width:0}
.tree,.tree ul{list-style:none;margin:0;padding:0}
.tree ul{border-left:1px solid var(--line);margin-left:.45rem;padding-left:.75rem}
.heads,.tree summary{display:grid;grid-template-columns:minmax(0,1fr) 6rem 4.6rem 3.2rem 4.6rem 4.6rem 4.2rem;
gap:0 .6rem;align-items:baseline;padding:.12rem .3rem}
.heads{color:var(--dim);font-size:.8rem;border-bottom:1px solid var(--line)}
.heads span:nth-child(n+3){text-align:right}
.tree summary{cursor:pointer;border-radius:4px}.tree summary:hover{background:var(--soft)}
.tree summary .what::before{content:"\25B8\A0";color:var(--dim)}
.tree details[open] .what::before{content:"\25BE\A0"}
.tree details details .what::before{content:"\25B8\A0"}.tree details details[open] .what::before{content:"\25BE\A0"}
.what b{font-weight:600}.never{color:var(--dim)}
.figure{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.bar{align-self:center;height:.7rem;background:var(--soft);border-radius:2px}
.bar i{display:block;height:100%;background:var(--bar);border-radius:2px}
.label{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.off{color:var(--warning);font-weight:600}
.more{margin:0 0 .3rem 1.3rem;color:var(--dim);font-size:.87rem}
.more p{margin:.1rem 0}.more code{color:var(--ink);font-size:.84rem}
.more details{margin:0}.more summary{display:inline-block;padding:0 .2rem;font-size:.78rem}.more summary::before{content:"+\A0"}
.more details[open] summary::before{content:"\2212\A0"}
.more table{border-collapse:collapse;margin:.2rem 0 .4rem}.more td,.more th{padding:.05rem .8rem .05rem 0;text-align:left;
vertical-align:top;font-weight:400}.more td{color:var(--ink);font-variant-numeric:tabular-nums}
footer{margin-top:2.5rem;border-top:1px solid var(--line);padding-top:.75rem;color:var(--dim);font-size:.85rem}
@media (max-width:48rem){body{padding:.5rem .75rem 2rem}.heads{display:none}
.tree summary.node{display:flex;flex-wrap:wrap;gap:0 .8rem}.what{flex-basis:100%}.bar{display:none}
.figure:empty{display:none}.figure{color:var(--dim);font-size:.84rem}
.label{position:static;width:auto;height:auto;clip-path:none}}
@media print{body{max-width:none}pre{max-height:none}.skip{display:none}}
)";
}

}  // namespace dbi::planview
