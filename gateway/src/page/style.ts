/** The page's only style sheet; inline, so that the page needs nothing but itself. */
export const STYLE = `
:root{color-scheme:light dark;--ink:#16202a;--soft:#5b6a78;--line:#d9e0e6;--paper:#fbfcfd;--card:#fff;--sea:#eef3f7;--ok:#176b3a;--late:#8a5a00;--bad:#a3241c;--link:#0b5aa8}
@media (prefers-color-scheme:dark){:root{--ink:#e7edf2;--soft:#9aabba;--line:#2b3742;--paper:#0f151b;--card:#161f27;--sea:#1a252f;--ok:#6fd39a;--late:#f0bd60;--bad:#ff9a90;--link:#7fb8f0}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:72rem;margin:0 auto;padding:1.5rem 1.25rem 3rem}
header{display:flex;flex-wrap:wrap;gap:.5rem 1.5rem;align-items:baseline;margin-bottom:1.25rem}
h1{font-size:1.5rem;margin:0;letter-spacing:-.01em}
h2{font-size:1.05rem;margin:2rem 0 .5rem}
.state{font-weight:600}.ok{color:var(--ok)}.late{color:var(--late)}.bad{color:var(--bad)}
.soft{color:var(--soft)}
a{color:var(--link)}
a:focus-visible,th:focus-visible{outline:2px solid var(--link);outline-offset:2px}
.frame{background:var(--card);border:1px solid var(--line);border-radius:10px;overflow:hidden}
.scroll{overflow-x:auto}
svg.map{display:block;width:100%;height:auto;background:var(--sea)}
svg.map path{stroke:var(--line);fill:none;stroke-width:.35}
svg.map circle{stroke:var(--ink);stroke-width:.4}
svg.map text{fill:var(--ink);font-size:4.2px;paint-order:stroke;stroke:var(--sea);stroke-width:1.1px;stroke-linejoin:round}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;font-size:.94rem}
caption{text-align:left;padding:.7rem .9rem;color:var(--soft)}
th,td{padding:.45rem .9rem;text-align:left;white-space:nowrap;border-top:1px solid var(--line)}
thead th{font-weight:600;font-size:.82rem;color:var(--soft);border-top:0;vertical-align:bottom}
td.n,th.n{text-align:right}
tbody th{font-weight:600}
.unit{font-weight:400;display:block}
.flag{display:inline-block;min-width:4.6em}
footer{margin-top:2rem;color:var(--soft);font-size:.88rem;border-top:1px solid var(--line);padding-top:.9rem}
footer p{margin:.25rem 0}
@media (max-width:640px){main{padding:1rem .75rem 2rem}th,td{padding:.4rem .6rem}}
`;
