// The table of ops: filter, sort, only the rows in sight are in the page.
const ROW=29,number=new Intl.NumberFormat("en");
function columnsOf(d){
 const names=[];let before="";
 for(const coded of d.names){before=before.slice(0,parseInt(coded.slice(0,2),36))+coded.slice(2);names.push(before)}
 const text=k=>d[k].at.map(i=>d[k].of[i]),sum=v=>v.reduce((a,b)=>a+b,0);
 const cost=d.timed?d.ms:d.bytes,whole=sum(cost)||1;
 return{name:names,op:text("op"),cls:text("cls"),shape:text("shape"),bound:text("bound"),g:text("g"),macs:d.macs,flop:d.flop,bytes:d.bytes,live:d.live,ms:d.ms,
  ai:d.flop.map((f,i)=>d.bytes[i]?f/d.bytes[i]:0),share:cost.map(v=>100*v/whole)};
}
function opTable(root,d,c){
 const box=root.querySelector(".tw"),table=root.querySelector(".ops"),body=table.tBodies[0],query=root.querySelector(".q"),cls=root.querySelector(".c"),count=root.querySelector(".count");
 const heads=[...table.querySelectorAll("th button")],format=Object.fromEntries(d.cols.map(([k,scale,digits,unit])=>[k,digits===null?String:v=>(v/scale).toLocaleString("en",{minimumFractionDigits:digits,maximumFractionDigits:digits})+unit]));
 const numeric=new Set(d.cols.filter(x=>x[2]!==null).map(x=>x[0]));
 let order=[],key=d.timed?"ms":"bytes",down=true,first=-1;
 function gap(height){const r=document.createElement("tr"),t=document.createElement("td");r.className="gap";r.setAttribute("aria-hidden","true");t.colSpan=d.cols.length;t.style.height=height+"px";r.append(t);return r}
 function row(i,at){const r=document.createElement("tr");r.setAttribute("aria-rowindex",at+2);for(const[k]of d.cols){const t=document.createElement("td");t.textContent=format[k](c[k][i]);if(numeric.has(k))t.className="n";else t.title=t.textContent;r.append(t)}return r}
 function draw(force){
  const from=Math.max(0,Math.floor(box.scrollTop/ROW)-10);if(from===first&&!force)return;first=from;
  const to=Math.min(order.length,from+42),rows=document.createDocumentFragment();
  if(from)rows.append(gap(from*ROW));for(let k=from;k<to;k++)rows.append(row(order[k],k));if(to<order.length)rows.append(gap((order.length-to)*ROW));
  body.replaceChildren(rows)}
 function apply(){
  const q=query.value.toLowerCase().trim(),wanted=cls.value,found=[];
  for(let i=0;i<d.n;i++)if((!wanted||c.cls[i]===wanted)&&(!q||c.name[i].toLowerCase().includes(q)||c.op[i].toLowerCase().includes(q)))found.push(i);
  const v=c[key],sign=down?-1:1;found.sort(numeric.has(key)?(a,b)=>sign*(v[a]-v[b])||a-b:(a,b)=>sign*(v[a]<v[b]?-1:v[a]>v[b]?1:0)||a-b);
  order=found;let total=0;for(const i of found)total+=d.timed?d.ms[i]:d.bytes[i]/1e6;
  count.textContent=number.format(found.length)+" of "+number.format(d.n)+" ops, "+total.toFixed(2)+(d.timed?" ms":" MB");
  table.setAttribute("aria-rowcount",found.length+1);
  for(const b of heads)if(b.dataset.k===key)b.parentNode.setAttribute("aria-sort",down?"descending":"ascending");else b.parentNode.removeAttribute("aria-sort");
  box.scrollTop=0;draw(true)}
 function remember(){const p=new URLSearchParams({m:root.dataset.model});if(query.value)p.set("q",query.value);if(cls.value)p.set("c",cls.value);p.set("s",(down?"-":"")+key);try{history.replaceState(null,"","#"+p)}catch(e){}}
 function change(){apply();remember()}
 for(const b of heads)b.onclick=()=>{down=b.dataset.k===key?!down:numeric.has(b.dataset.k);key=b.dataset.k;change()};
 let wait;query.oninput=()=>{clearTimeout(wait);wait=setTimeout(change,80)};cls.onchange=change;
 box.addEventListener("scroll",()=>requestAnimationFrame(()=>draw()),{passive:true});
 addEventListener("beforeprint",()=>{const rows=document.createDocumentFragment();order.slice(0,50).forEach((i,k)=>rows.append(row(i,k)));body.replaceChildren(rows)});
 addEventListener("afterprint",()=>draw(true));
 root.querySelector(".csv").onclick=()=>{
  const keys=["name","op","cls","shape","macs","flop","bytes","live",...d.timed?["ms","bound"]:[]],heading={cls:"class",op:"op_type",bytes:"bytes_accessed",live:"live_bytes",ms:"latency_ms"};
  const cell=v=>{let s=String(v);if(typeof v==="string"&&/^[=+@-]/.test(s))s="'"+s;return/[",\n]/.test(s)?'"'+s.replaceAll('"','""')+'"':s};
  const lines=[keys.map(k=>heading[k]||k),...order.map(i=>keys.map(k=>cell(c[k][i])))].map(r=>r.join(",")).join("\n")+"\n";
  const a=document.createElement("a");a.href=URL.createObjectURL(new Blob([lines],{type:"text/csv"}));a.download="ops.csv";a.click();setTimeout(()=>URL.revokeObjectURL(a.href),1e3)};
 return{apply,show(text,options={}){query.value=text;cls.value=options.cls||"";if(options.sort){down=options.sort[0]==="-";const k=options.sort.replace("-","");if(k in format)key=k}change();if(options.scroll!==false)root.querySelector(".tools").scrollIntoView({block:"start"})}};
}
