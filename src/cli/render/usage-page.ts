import type { UsageDocument } from '../../usage/document.ts';
import { label } from './usage.ts';

/** What the page needs of an item: few letters, for there may be tens of thousands. */
interface Tile {
  kind: string;
  name: string;
  path: string;
  /** alone, all */
  a: number;
  d: number;
}

/** A page that needs nothing else: a treemap of what is held alone, by kind, and a table of what is in sight. */
export function usagePage(document: UsageDocument): string {
  const tiles: Tile[] = document.items
    // images and containers consist of layers and logs, which have tiles of their own
    .filter(({ kind, parts }) => parts === undefined && kind !== 'image' && kind !== 'container')
    .map((item) => ({ kind: item.kind, name: label(item), path: item.path, a: item.exclusive, d: item.onDisk }));
  for (const { path, exclusive, onDisk } of document.orphans)
    tiles.push({ kind: 'nobody owns', name: path.slice(path.lastIndexOf('/') + 1), path, a: exclusive, d: onDisk });
  const { totals, sources, lookedAt, warnings } = document;
  if (totals.shared > 0)
    tiles.push({ kind: 'shared', name: 'shared by several', path: '', a: totals.shared, d: totals.shared });
  const data = {
    tiles: tiles.filter(({ a }) => a > 0).sort((a, b) => b.a - a.a),
    title: sources.map(({ path }) => path).join(', '),
    lookedAt,
    total: totals.onDisk,
    warnings,
  };
  return PAGE.replace('/*DATA*/', () =>
    JSON.stringify(data).replaceAll('<', '\\u003c').replaceAll('\u2028', '\\u2028'),
  );
}

/* The page's own script puts every text in by textContent: names of files are never markup. */
const PAGE = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>ullage usage</title>
<style>
:root{color-scheme:light dark;font:14px/1.4 system-ui,sans-serif}
body{margin:1rem auto;max-width:72rem;padding:0 1rem}
h1{font-size:1.2rem;overflow-wrap:anywhere}
#map{position:relative;width:100%;height:60vh;min-height:20rem}
#map div{position:absolute;box-sizing:border-box;border:1px solid Canvas;overflow:hidden;padding:1px 4px;font-size:12px;color:#111;cursor:pointer}
nav button{margin:0 .3rem .3rem 0}
table{border-collapse:collapse;width:100%;margin-top:1rem}
td,th{text-align:left;padding:.15rem .5rem;border-bottom:1px solid #8884;overflow-wrap:anywhere}
td:nth-child(-n+2),th:nth-child(-n+2){text-align:right;white-space:nowrap}
.note{opacity:.8}
</style></head><body>
<h1></h1><p class="note"></p><nav aria-label="kinds"></nav><div id="map" role="img" aria-label="treemap: the table below says the same"></div>
<table><thead><tr><th>alone</th><th>all</th><th>kind</th><th>name</th></tr></thead><tbody></tbody></table>
<script>
const data=/*DATA*/;
const units=['B','KiB','MiB','GiB','TiB','PiB'];
const size=b=>{let u=0;while(b>=1024&&u<5){b/=1024;u++}return b.toFixed(u&&b<100?1:0)+' '+units[u]};
const kinds=[...new Set(data.tiles.map(t=>t.kind))];
const colour=k=>'hsl('+(kinds.indexOf(k)*137%360)+' 60% 72%)';
const $=s=>document.querySelector(s);
const make=(tag,text,parent)=>{const e=document.createElement(tag);e.textContent=text;parent.append(e);return e};
$('h1').textContent='ullage usage: '+data.title;
$('p').textContent=size(data.total)+' on disk, '+data.lookedAt+(data.warnings.length?' — '+data.warnings.join('; '):'');
let only;
const seen=()=>data.tiles.filter(t=>!only||t.kind===only);
// squarified treemap (Bruls, Huizing, van Wijk 2000)
function lay(tiles,x,y,w,h,out){
  let left=tiles.reduce((s,t)=>s+t.a,0),i=0;
  while(i<tiles.length&&w>0&&h>0&&left>0){
    const side=Math.min(w,h),scale=w*h/left;let row=[],sum=0,worst=Infinity,j=i;
    for(;j<tiles.length;j++){
      const s=sum+tiles[j].a*scale,max=(row[0]??tiles[j]).a*scale,min=tiles[j].a*scale;
      const now=Math.max(side*side*max/(s*s),s*s/(side*side*min));
      if(row.length&&now>worst)break;worst=now;sum=s;row.push(tiles[j]);
    }
    const depth=sum/side;let at=0;
    for(const t of row){const len=t.a*scale/depth;out.push(w>=h?[t,x,y+at,depth,len]:[t,x+at,y,len,depth]);at+=len}
    if(w>=h){x+=depth;w-=depth}else{y+=depth;h-=depth}
    left-=row.reduce((s,t)=>s+t.a,0);i=j;
  }
}
function draw(){
  const map=$('#map');map.replaceChildren();const out=[];
  lay(seen().slice(0,1500),0,0,map.clientWidth,map.clientHeight,out);
  for(const [t,x,y,w,h] of out){
    if(w<2||h<2)continue;
    const e=make('div',w>50&&h>14?t.name+' '+size(t.a):'',map);
    Object.assign(e.style,{left:x+'px',top:y+'px',width:w+'px',height:h+'px',background:colour(t.kind)});
    e.title=t.kind+' '+t.name+'\\n'+t.path+'\\n'+size(t.a)+' alone, '+size(t.d)+' in all';
    e.onclick=()=>{only=only?undefined:t.kind;show()};
  }
}
function show(){
  const nav=$('nav');nav.replaceChildren();
  for(const k of [undefined,...kinds]){
    const sum=data.tiles.filter(t=>!k||t.kind===k).reduce((s,t)=>s+t.a,0);
    const b=make('button',(k??'everything')+' '+size(sum),nav);b.style.background=k?colour(k):'';b.setAttribute('aria-pressed',only===k);
    b.onclick=()=>{only=k;show()};
  }
  const body=$('tbody');body.replaceChildren();
  for(const t of seen().slice(0,500)){const r=make('tr','',body);for(const v of [size(t.a),size(t.d),t.kind,t.path?t.name+' ('+t.path+')':t.name])make('td',v,r)}
  draw();
}
addEventListener('resize',draw);show();
</script></body></html>
`;
