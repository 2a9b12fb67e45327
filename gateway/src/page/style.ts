/** What every page needs: colours, the header, the room of the page. */
export const FRAME_STYLE = `
:root{color-scheme:light dark;--ink:#16202a;--soft:#55636f;--line:#d5dce3;--paper:#f7f9fb;--card:#fff;--sea:#e6eef5;--land:#fdfdfb;--coast:#a9b8c4;--ok:#17663a;--late:#7a4f00;--bad:#a3241c;--link:#0b5aa8;--one:#0b5aa8;--two:#a3540a}
@media (prefers-color-scheme:dark){:root{--ink:#e7edf2;--soft:#a3b2bf;--line:#2c3945;--paper:#0f151b;--card:#161f27;--sea:#18232d;--land:#25323d;--coast:#4b5c6b;--ok:#6fd39a;--late:#f0bd60;--bad:#ff9a90;--link:#7fb8f0;--one:#7fb8f0;--two:#f0b27a}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif}
body>header,#main,footer{max-width:76rem;margin:0 auto;padding-inline:1.25rem}
body>header{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;align-items:baseline;padding-block:1rem .75rem;border-bottom:1px solid var(--line)}
#main{padding-block:1rem 2rem}#main:focus{outline:0}
.name{font-weight:700;font-size:1.2rem;margin:0;letter-spacing:-.01em}.name a{color:inherit;text-decoration:none}
nav{display:flex;gap:1rem}.fresh{margin:0 0 0 auto}.fresh p{margin:0}.fresh .soft{font-size:.9rem}
nav a[aria-current]{color:inherit;font-weight:600;text-decoration:none}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:.5rem;background:var(--card);padding:.4rem .8rem;z-index:1}
h1{font-size:1.45rem;margin:.25rem 0 .75rem;letter-spacing:-.01em;overflow-wrap:anywhere}
a{color:var(--link)}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
@media (max-width:640px){body>header,#main,footer{padding-inline:.75rem}.fresh{margin:0;flex-basis:100%}}
`;

/** The style sheet of the pages of data; inline, so that a page needs nothing but itself. */
export const STYLE = `${FRAME_STYLE}
h2{font-size:1.05rem;margin:2rem 0 .5rem}
.spans a[aria-current]{color:inherit;font-weight:600;text-decoration:none}
.state{font-weight:600}.ok{color:var(--ok)}.late{color:var(--late)}.bad{color:var(--bad)}.soft{color:var(--soft)}
.note{border-left:4px solid var(--late);background:var(--card);padding:.5rem .9rem;margin:0 0 .75rem}
.frame{background:var(--card);border:1px solid var(--line);border-radius:10px;overflow:hidden;margin:0 0 .75rem}
.scroll{overflow-x:auto}
svg.map{display:block;width:min(100%,62rem);margin:0 auto;height:auto;padding:.5rem}
.sea{fill:var(--sea)}.grid{fill:none;stroke:var(--line);stroke-width:.6}.land{fill:var(--land);stroke:var(--coast);stroke-width:.6}.borders{fill:none;stroke:var(--coast);stroke-width:.4}
svg.map .dot,.legend .dot{stroke:var(--ink);stroke-width:1}svg.map .hollow,.legend .hollow{fill:var(--card);stroke-width:3}svg.map .cross,.legend .cross{fill:none;stroke-width:3}
svg.map .hit{fill:transparent}svg.map a:focus-visible .hit{stroke:var(--link);stroke-width:3}
svg.map .said{visibility:hidden;font-weight:600;font-size:14px}svg.map a:hover .said,svg.map a:focus-visible .said{visibility:visible}
svg.map a:is(:hover,:focus-visible)~a :is(.dot,.cross),svg.map:has(a:is(:hover,:focus-visible)) .label{opacity:.15}
svg.map text{fill:var(--ink);font-size:11px;paint-order:stroke;stroke:var(--sea);stroke-width:3px;stroke-linejoin:round}
.legend{display:flex;flex-wrap:wrap;gap:.2rem 1rem;list-style:none;margin:.4rem .9rem .6rem;padding:0;font-size:.86rem;color:var(--soft)}
.legend svg{width:.8em;height:.8em;margin-right:.3em}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;font-size:.9rem}
caption{text-align:left;padding:.6rem .9rem;color:var(--soft)}
th,td{padding:.38rem .5rem;text-align:left;white-space:nowrap;border-top:1px solid var(--line)}
th:first-child,td:first-child{padding-left:.9rem}
thead th{font-weight:600;font-size:.82rem;color:var(--soft);vertical-align:bottom}
td.n,th.n{text-align:right}td.wide{white-space:normal;min-width:16rem}
td .fields{display:block;font-size:.84rem;white-space:normal;max-width:11rem;line-height:1.25}
tbody th{font-weight:600}th[scope=row],td.place{white-space:normal;min-width:7rem;max-width:16rem;overflow-wrap:break-word}th.when{white-space:nowrap;min-width:0}
.unit{font-weight:400;display:block}
svg.wind{width:1.05em;height:1.05em;vertical-align:-.12em}svg.wind path{fill:currentColor}
svg.spark{width:6rem;height:1.7rem;display:block}
.line{fill:none;stroke:var(--one);stroke-width:1.6;stroke-linejoin:round;stroke-linecap:round}.line1{stroke:var(--two);stroke-dasharray:5 4}
.bar{fill:var(--one)}.bar1{fill:var(--two)}
.mark{fill:none;stroke:currentColor;stroke-width:1.6}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,30rem),1fr));gap:.75rem}
.chart{margin:0;background:var(--card);border:1px solid var(--line);border-radius:10px;padding:.7rem .8rem .3rem}
.chart{container-type:inline-size}.chart svg{display:block;width:100%;max-width:40rem;height:auto}.chart text{fill:var(--soft);font-size:12px;paint-order:stroke;stroke:var(--card);stroke-width:2px}.chart figcaption{display:flow-root}
@container (max-width:20.5rem){.chart text{font-size:13px}}@container (max-width:26rem){.chart .odd{display:none}}@container (min-width:26rem){.chart text{font-size:10px}}@container (min-width:32rem){.chart text{font-size:8.5px}}
.rule{stroke:var(--line);stroke-width:.8}.day{stroke:var(--coast);stroke-width:.6;stroke-dasharray:2 3}
.key,.none{margin-left:.7em;display:inline-block}.key::before{content:"";display:inline-block;width:1.4em;border-top:2px solid var(--one);margin-right:.35em;vertical-align:middle}.key1::before{border-top:2px dashed var(--two)}.box::before{width:.7em;border-top:.7em solid var(--one);vertical-align:baseline}.key1.box::before{border-top:.7em solid var(--two)}
.chart details{margin:.1rem 0 .4rem;font-size:.88rem}.chart summary{color:var(--link);cursor:pointer;min-height:1.6rem}.chart .scroll{max-height:18rem;overflow:auto}
.chart button{float:right;padding:.1rem .7rem;font-size:.85rem;min-height:1.6rem}.chart .u-series>*{border:0;font-size:.85rem}
@media screen{.chart.live>svg{display:none}}
@media print{.chart .uplot,.chart button,.chart details,.skip,nav{display:none}.scroll{overflow:visible}th,td,td.wide{white-space:normal;min-width:0}.chart,tr{break-inside:avoid}}
.runs{display:flex;flex-wrap:wrap;gap:.3rem 1rem;list-style:none;margin:0;padding:0}.runs a{color:inherit;text-decoration:none}.runs a:hover{text-decoration:underline}
.now{font-size:1.15rem;margin:.2rem 0}.now b{font-size:1.7rem}
.spans{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem}
fieldset{border:1px solid var(--line);border-radius:10px;margin:0 0 .7rem;padding:.3rem .9rem .6rem}legend{color:var(--soft);font-size:.9rem}
.boxes{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem}label{min-height:1.6rem}
button{font:inherit;padding:.35rem 1.2rem;border-radius:8px;border:1px solid var(--link);background:var(--link);color:var(--card);cursor:pointer}
.lines dt{color:var(--soft);font-size:.86rem}.lines dd{margin:0 0 .5rem;overflow-wrap:anywhere}
footer{color:var(--soft);font-size:.88rem;border-top:1px solid var(--line);padding-block:.9rem 2rem}
footer p{margin:.35rem 0}.links{display:flex;flex-wrap:wrap;gap:.5rem 1.2rem;list-style:none;margin:.5rem 0 0;padding:0}
@media (max-width:900px){svg.map .label{display:none}}
@media (max-width:640px){th,td{padding:.4rem .5rem}th[scope=row]{max-width:9.5rem}svg.map .dot{r:9px}svg.map .said{font-size:26px}}
@media (prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}
`;
