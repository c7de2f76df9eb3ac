/** @file The page's style: one column, the system's own fonts, light and dark, a phone's width, paper. */

/* Colours of lines keep 3:1 against the paper, those of words 4.5:1; blue and orange are told apart by everyone. */
const light = `
--paper:#fffdf8;--ink:#1c1b19;--soft:#57534c;--muted:#8b867c;--line:#e3ded3;--wash:#f5f1e8;
--training:#2a6f97;--held-out:#c2500a;--limit:#a3262f;--median:#c2500a;
--heat-0:#e6eef2;--heat-1:#cbdfe9;--heat-2:#a6cadb;--heat-3:#7bb0ca;--heat-4:#4f92b3;--heat-5:#2a6f97;--heat-6:#123f5c;
--run-0:#2a6f97;--run-1:#c2500a;--run-2:#3d7a3a;--run-3:#8a4a9e;--run-4:#8a6d00;--run-5:#b0305c;--run-6:#3b3935;--run-7:#00797a;`;
const dark = `
--paper:#16181c;--ink:#ebe8e1;--soft:#b9b4aa;--muted:#8d887f;--line:#34373d;--wash:#1f2227;
--training:#6db5dd;--held-out:#f59a54;--limit:#ff8a8f;--median:#f59a54;
--heat-0:#1d2b35;--heat-1:#203a4a;--heat-2:#245068;--heat-3:#2c6c8c;--heat-4:#4290b6;--heat-5:#74b9dc;--heat-6:#c4e4f5;
--run-0:#6db5dd;--run-1:#f59a54;--run-2:#86c97f;--run-3:#cf9be0;--run-4:#dcc04d;--run-5:#f28bb0;--run-6:#d5d1c8;--run-7:#4fc7c5;`;

/** Content of the page's style element. */
export const style: string = `
:root{color-scheme:light dark;${light}}
@media (prefers-color-scheme:dark){:root{${dark}}}
@media print{:root{color-scheme:light;${light}--paper:#fff}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);
font:1.0625rem/1.6 Charter,"Bitstream Charter","Iowan Old Style","Source Serif 4",Georgia,"Noto Serif",serif}
main,header,footer{max-width:46rem;margin:0 auto;padding:0 1rem}
header{padding-top:3rem}
a{color:var(--training);text-underline-offset:.15em}
:focus-visible{outline:2px solid var(--held-out);outline-offset:2px}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.skip{position:absolute;left:-99rem;top:0;background:var(--paper);padding:.5rem 1rem}
.skip:focus{left:0;z-index:1}
h1,h2,h3{line-height:1.2;text-wrap:balance;overflow-wrap:anywhere}
h1{font-size:2.35rem;font-weight:600;letter-spacing:-.01em;margin:.2rem 0 1rem}
h2{font-size:1.6rem;font-weight:600;margin:4rem 0 .7rem;padding-top:1.1rem;border-top:1px solid var(--ink)}
h3{font-size:1.2rem;font-weight:600;margin:2.4rem 0 .5rem}
h4,h5,figcaption,table,.kicker,.key,.note,.figures,nav,summary,.facts,footer{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
h4{font-size:1rem;font-weight:650;line-height:1.35;margin:0 0 .35rem}
h5{font-size:.85rem;font-weight:650;margin:0;overflow-wrap:anywhere}
p{margin:0 0 1rem;max-width:42rem}
.name{display:inline-block;max-width:100%}
.kicker{font-size:.8rem;letter-spacing:.09em;text-transform:uppercase;color:var(--soft);margin:0}
.lede{font-size:1.2rem;line-height:1.5}
.warning{border-left:3px solid var(--held-out);padding:.1rem 0 .1rem .9rem}
.figures{display:grid;grid-template-columns:repeat(3,minmax(0,1fr));gap:0 1.4rem;margin:1.8rem 0}
.figures>div{border-top:1px solid var(--line);padding:.55rem 0 .8rem}
.figures dt{font-size:.78rem;line-height:1.35;color:var(--soft)}
.figures dd{margin:0;font-size:1.45rem;line-height:1.25;font-weight:600;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.figures dd small{display:block;font-size:.78rem;font-weight:400;color:var(--soft)}
nav{font-size:.9rem;margin:1.6rem 0}
nav ol{list-style:none;display:flex;flex-wrap:wrap;gap:.3rem 1.3rem;padding:0;margin:0}
nav li{max-width:100%;overflow-wrap:anywhere}
figure{margin:2rem 0 2.6rem}
figcaption{font-size:.88rem;line-height:1.5;color:var(--soft);margin:.5rem 0;max-width:42rem}
figcaption p{margin:0 0 .5rem}
.key,.note{font-size:.82rem;line-height:1.45;color:var(--soft);margin:0 0 .4rem}
.key>span{display:inline-block;margin-right:1.1rem}
.key .long{overflow-wrap:anywhere}
.mark{vertical-align:-.05em;margin-right:.35rem}
.plot{display:block;max-width:100%;height:auto;overflow:visible;color:var(--soft);font:12px system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif}
.plot text{white-space:pre}
.narrow{display:none}
.multiples{list-style:none;display:grid;grid-template-columns:repeat(auto-fill,minmax(12.5rem,1fr));gap:1.1rem 1.2rem;padding:0;margin:.4rem 0}
.multiples li{min-width:0}
.multiples .plot,.life .plot{font-size:11px;width:100%}
.swatch{vertical-align:-.1em;width:1.2rem}
details{margin:.4rem 0}
summary{font-size:.85rem;color:var(--soft);cursor:pointer;overflow-wrap:anywhere}
.scroll{overflow-x:auto;max-width:100%;margin:.5rem 0 1.2rem}
table{border-collapse:collapse;font-size:.82rem;line-height:1.4;font-variant-numeric:tabular-nums}
th,td{text-align:right;padding:.24rem .7rem .24rem 0;border-bottom:1px solid var(--line);white-space:nowrap;vertical-align:top}
th:first-child,td:first-child{text-align:left}
thead th{font-weight:600;color:var(--soft);border-bottom-color:var(--muted)}
tbody th{font-weight:400}
.facts{font-size:.88rem}
.facts dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.2rem 1.2rem;margin:.7rem 0}
.facts dt{color:var(--soft)}
.facts dd{margin:0;overflow-wrap:anywhere}
.instance{border-top:1px solid var(--line);padding:.9rem 0 .4rem;break-inside:avoid}
.instance h4{font-variant-numeric:tabular-nums}
.life{display:grid;grid-template-columns:minmax(0,230px) minmax(0,1fr);gap:.4rem 1.4rem;align-items:start}
pre{font:.8rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:pre-wrap;overflow-wrap:anywhere;
background:var(--wash);margin:0;padding:.6rem .8rem;max-height:13rem;overflow-y:auto;unicode-bidi:isolate}
.hidden{color:var(--limit);font-size:.9em}
.run{margin-top:5rem}
footer{font-size:.85rem;color:var(--soft);padding-bottom:4rem}
code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.9em;overflow-wrap:anywhere}
@media (max-width:44rem){
body{font-size:1rem}h1{font-size:1.8rem}.lede{font-size:1.08rem}header{padding-top:1.6rem}
.wide{display:none}.narrow{display:block}.life{grid-template-columns:minmax(0,1fr)}
.multiples{grid-template-columns:repeat(auto-fill,minmax(9.5rem,1fr))}
.figures{grid-template-columns:repeat(2,minmax(0,1fr))}
.multiples .plot{font-size:14px}.life .plot{font-size:11px;max-width:300px}
}
@media print{
body{font-size:10.5pt}main,header,footer{max-width:none}
.skip,nav,figure details:not([open]){display:none}
.facts::details-content{content-visibility:visible;display:block}
h2,h3,h4,h5{break-after:avoid}figure,.multiples li{break-inside:avoid}
.wide{display:block}.narrow{display:none}.multiples{grid-template-columns:repeat(3,1fr)}
pre{max-height:none;overflow:visible}.scroll{overflow:visible}h2{margin-top:2.4rem}
}
`;
