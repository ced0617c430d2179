// Puts the parts together, follows links into the page, and gets it ready for paper.
const data=JSON.parse(document.getElementById("data").textContent),tables=[];
const root=document.documentElement;
document.getElementById("theme").onclick=()=>{
 const dark=root.dataset.theme?root.dataset.theme==="dark":matchMedia("(prefers-color-scheme:dark)").matches;
 root.dataset.theme=dark?"light":"dark";try{localStorage.setItem("costlint-theme",root.dataset.theme)}catch(e){}};
for(const part of document.querySelectorAll("[data-model]")){
 const d=data[part.dataset.model],c=columnsOf(d),table=opTable(part,d,c);tables.push(table);
 for(const box of part.querySelectorAll(".walk"))(box.dataset.chart==="roofline"?roofline(box,d,c,table.show):box.dataset.chart==="memory"?memory(box,d,c,table.show):marks(box,table.show));
 for(const b of part.querySelectorAll("[data-op]"))b.onclick=()=>table.show(b.dataset.op);
 table.apply();
}
for(const box of document.querySelectorAll("main>.walk"))marks(box,()=>{});
function follow(){
 const hash=location.hash.slice(1);
 if(hash.startsWith("f=")){const f=document.getElementById(decodeURIComponent(hash));if(f){for(let e=f;e;e=e.parentElement)if(e.tagName==="DETAILS")e.open=true;f.scrollIntoView();f.querySelector("summary").focus({preventScroll:true})}return}
 const p=new URLSearchParams(hash),table=tables[p.get("m")];
 if(table)table.show(p.get("q")||"",{cls:p.get("c"),sort:p.get("s")});
}
addEventListener("hashchange",follow);
let folded=[];
addEventListener("beforeprint",()=>{folded=[...document.querySelectorAll("details:not([open]):not(.why)")];for(const d of folded)d.open=true});
addEventListener("afterprint",()=>{for(const d of folded)d.open=false});
for(const e of document.querySelectorAll("[data-js]"))e.hidden=false;for(const e of document.querySelectorAll("[data-nojs]"))e.hidden=true;
follow();root.dataset.ready=Math.round(performance.now());
