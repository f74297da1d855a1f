/** The page's style sheet. No external request: system fonts, no images. */
export const STYLE = `
:root{color-scheme:light dark;--bg:#faf8f5;--card:#fff;--text:#1d1a16;--dim:#5f574d;--line:#d8d0c4;--wine:#8c2f4b;--hull:#efe8dc;--stave:#8a6a45;--reserve:#b9a27f;--high:#a85b00;--full:#b3141c;--good:#2c6e49;--band:#8c2f4b33;--focus:#0b57d0}
@media (prefers-color-scheme:dark){:root{--bg:#16130f;--card:#211d18;--text:#f1ebe2;--dim:#b5a998;--line:#453d33;--wine:#d0647f;--hull:#332c24;--stave:#b08d60;--reserve:#7d6a4c;--high:#f0a040;--full:#ff6b6b;--good:#7fc8a0;--band:#d0647f44;--focus:#8ab4f8}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1200px;padding:1rem;background:var(--bg);color:var(--text);font:16px/1.45 system-ui,sans-serif;overflow-wrap:anywhere}
h1{font-size:1.4rem;margin:0}h2{font-size:1.1rem;margin:0 0 .6rem}h3{font-size:1rem;margin:0}
p{margin:.25rem 0}ul{list-style:none;margin:0;padding:0}
header{display:flex;flex-wrap:wrap;gap:.25rem 1rem;align-items:baseline;margin-bottom:1rem}
section{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:1rem;margin-bottom:1rem}
.dim{color:var(--dim)}.number{text-align:right;white-space:nowrap}.big{font-size:1.15rem;font-weight:600}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;overflow-wrap:normal}caption{text-align:left;color:var(--dim);padding-bottom:.3rem}
th,td{padding:.3rem .6rem .3rem 0;border-bottom:1px solid var(--line);text-align:left;vertical-align:baseline}td.number{text-align:right}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px}
.skip{position:absolute;left:-99em}.skip:focus{left:1rem;top:1rem;background:var(--card);padding:.5rem}
.cask{border:2px solid var(--line);border-radius:.9rem/1.6rem;padding:.7rem .8rem;margin:.6rem 0 0;background:var(--card)}
.cask.limiting{border-color:var(--wine);box-shadow:inset 0 0 0 1px var(--wine)}
.mark{color:var(--wine);font-weight:600}
.head{display:flex;gap:.8rem;align-items:flex-start}.barrel{width:38px;height:50px;flex:none}
.hull{fill:var(--hull)}.fill{fill:var(--wine)}.high .fill{fill:var(--high)}.full .fill{fill:var(--full)}.reserve{fill:var(--reserve)}
.staves{fill:none;stroke:var(--stave);stroke-width:2.5}
.bars{display:grid;gap:.5rem 1.2rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,19rem),1fr));margin-top:.5rem}
.bars li{display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 .6rem;font-size:.9rem}
.bars .what b{color:var(--wine)}.bar{width:100%;height:.9rem;border-radius:.45rem;flex:none}
.stops .bar{outline:2px solid var(--wine);outline-offset:1px}
.chart{margin:0 0 1.2rem}.plot{display:grid;grid-template-columns:4.6rem minmax(0,1fr);height:200px}
.plot svg{width:100%;height:200px}.yaxis{display:flex;flex-direction:column;justify-content:space-between;font-size:.8rem;color:var(--dim)}
.xaxis{display:block;width:calc(100% - 4.6rem);height:1.1rem;margin-left:4.6rem;font-size:.8rem;fill:var(--dim)}
#charts{display:grid;grid-template-columns:1fr 1fr;gap:0 1.5rem}#charts>:first-child{grid-column:1/-1}#charts>:not(:first-child) .plot,#charts>:not(:first-child) .plot svg{height:130px}a.work{display:block;color:inherit}
.chart path{vector-effect:non-scaling-stroke}.grid{stroke:var(--line);fill:none}.line{stroke:var(--wine);stroke-width:2;fill:none}
.chart .band,.ahead{fill:var(--band)}.foreseen{stroke:var(--wine);stroke-width:2;stroke-dasharray:5 5;fill:none}.now{stroke:var(--dim);stroke-dasharray:2 3;fill:none}
nav.ranges{display:flex;flex-wrap:wrap;gap:.3rem;margin-bottom:.8rem}nav.ranges a{color:inherit;padding:.25rem .7rem;border:1px solid var(--line);border-radius:1rem;text-decoration:none}
nav.ranges a[aria-current]{background:var(--wine);color:var(--bg);border-color:var(--wine)}
.finding{border-left:5px solid var(--line);padding:.2rem 0 .2rem .8rem;margin-bottom:1rem}.finding.critical{border-color:var(--full)}.finding.warning{border-color:var(--high)}
.critical .severity,.failure{color:var(--full)}.warning .severity{color:var(--high)}.severity{text-transform:uppercase}
pre{white-space:pre-wrap;background:var(--bg);padding:.5rem;border-radius:.3rem;margin:.2rem 0;font-size:.85rem}code{background:var(--bg);padding:0 .25rem}
summary{cursor:pointer;padding:.2rem 0}.evidence li{margin:.4rem 0}
.treemap{width:100%;height:360px;display:block;font-size:13px}.treemap.narrow{display:none;height:440px}.treemap rect{stroke:var(--card);stroke-width:2}.treemap text{fill:#fff}.treemap .small{font-size:11px}
.treemap rect,.k-other{fill:#6b6257}.treemap .frame{fill:none}.k-image.k-image{fill:#8c2f4b}.k-layer.k-layer{fill:#6f3346}.k-container.k-container{fill:#2b5d8a}.k-log.k-log{fill:#96490f}.k-volume.k-volume{fill:#2c6e49}.k-cache.k-cache{fill:#5d4a8c}.k-shared.k-shared{fill:#5c5448}.k-orphan.k-orphan{fill:#a3161d}.k-directory.k-directory,.k-subvolume.k-subvolume,.k-thin-device.k-thin-device{fill:#4a5a3c}
.treemap .hatched{stroke:none;fill:url(#hatch-wide)}.treemap.narrow .hatched{fill:url(#hatch-narrow)}.hatch{stroke:#0006;stroke-width:6;fill:none}
.key.limit{outline:2px solid var(--wine)}.key{outline:1px solid var(--line)}.key.limit{outline-color:var(--wine)}.top{font-size:1.15rem}#summary{display:inline}#work{margin:.3rem 0 1rem}.well{color:var(--good)}#summary a{color:inherit}strong.critical{color:var(--full)}strong.warning{color:var(--high)}
.legend.stacked{font-size:.9rem;color:var(--dim)}.legend{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;margin:.5rem 0}.legend li{white-space:nowrap}.key{width:.9rem;height:.9rem;margin-right:.4rem;vertical-align:-.1rem}
progress{width:100%;height:.7rem;accent-color:var(--wine);display:block}.whole{display:grid;grid-template-columns:1fr auto;gap:.7rem;align-items:center;margin:.5rem 0}
.apply{border-left:5px solid var(--line);padding:.2rem 0 .2rem .8rem;margin-bottom:1.2rem}.apply.work{border-color:var(--wine)}.apply.open{border-color:var(--high)}.apply.over{border-color:var(--good)}
.badge{font-size:.8rem;font-weight:600;padding:.05rem .5rem;border-radius:1rem;border:1px solid var(--line);color:var(--dim);white-space:nowrap}.work .badge{background:var(--wine);border-color:var(--wine);color:var(--bg)}.open .badge{color:var(--high);border-color:var(--high)}.over .badge{color:var(--good);border-color:var(--good)}
.steps{list-style:none;padding:0;margin:.4rem 0 0}.step{padding:.15rem 0 .15rem 1.7rem;position:relative}.sign{position:absolute;left:.2rem}.step.done .sign{color:var(--good)}.step.trying .title,.step.undoing .title{font-weight:600}.step.trying .sign,.step.undoing .sign{color:var(--wine)}.step.failed{color:var(--full)}.next{color:var(--high);font-weight:600}
#live.lost{color:var(--full);font-weight:600}
@media (max-width:40rem){.treemap.wide{display:none}.treemap.narrow{display:block}body{padding:.5rem}section{padding:.7rem}.cask{padding:.5rem}.cask .cask{border-width:1px}th,td{padding-right:.4rem;font-size:.9rem}#stack th:nth-child(4),#stack td:nth-child(4){display:none}#stack th[scope=row]{overflow-wrap:anywhere}#stack td{white-space:normal}.plot{grid-template-columns:3.6rem 1fr}#charts{grid-template-columns:minmax(0,1fr)}.xaxis{width:calc(100% - 3.6rem);margin-left:3.6rem}}
@media (prefers-reduced-motion:no-preference){.fill{transition:width .6s,y .6s}}
`;
