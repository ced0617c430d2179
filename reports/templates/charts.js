// A pointer over a mark, or the arrow keys in a chart, tell the mark's name and numbers.
const tip=document.getElementById("tip");
function tell(text,x,y){if(!text){tip.hidden=true;return}if(tip.textContent!==text)tip.textContent=text;tip.hidden=false;
 const w=tip.offsetWidth,h=tip.offsetHeight;tip.style.left=Math.max(4,Math.min(x+14,innerWidth-w-8))+"px";tip.style.top=(y+18+h>innerHeight?Math.max(4,y-h-12):y+18)+"px"}
function beside(mark){const r=mark.getBoundingClientRect();return[r.left+r.width/2,r.top+r.height/2]}
function walk(box,size,at,enter){
 let here=-1;const go=k=>{here=Math.max(0,Math.min(size()-1,k));if(size())at(here)};
 box.addEventListener("keydown",e=>{const step={ArrowRight:1,ArrowDown:1,ArrowLeft:-1,ArrowUp:-1}[e.key];
  if(step)go(here+step);else if(e.key==="Home")go(0);else if(e.key==="End")go(size()-1);else if(e.key==="Escape"){tell("");return}else if(e.key==="Enter"&&enter&&here>=0){enter(here);return}else return;e.preventDefault()});
 box.addEventListener("blur",()=>{tell("");at(-1)});
}
function marks(box,show){
 const all=[...box.querySelectorAll("[data-m]")],text=new Map();
 for(const m of all){const t=m.querySelector("title");text.set(m,t.textContent);t.remove()}
 let on=null;const light=m=>{on&&on.classList.remove("on");on=m;m&&m.classList.add("on")};
 box.addEventListener("mousemove",e=>{const m=e.target.closest("[data-m]");light(m);tell(m&&text.get(m),e.clientX,e.clientY)});
 box.addEventListener("mouseleave",()=>{light(null);tell("")});
 box.addEventListener("click",e=>{const m=e.target.closest("[data-q]");if(m)show(m.dataset.q)});
 walk(box,()=>all.length,k=>{const m=all[k]||null;light(m);if(m)tell(text.get(m),...beside(m))},k=>all[k].dataset.q&&show(all[k].dataset.q));
}
function describe(d,c,i){
 const parts=[c.name[i]+" ("+c.op[i]+", "+c.shape[i]+")"];
 if(d.timed)parts.push(c.ms[i].toPrecision(3)+" ms, "+c.share[i].toFixed(1)+" %"+(c.bound[i]?", "+c.bound[i]:""));
 parts.push((c.macs[i]/1e6).toFixed(2)+" MMACs, "+(c.bytes[i]/1e6).toFixed(3)+" MB, "+c.ai[i].toFixed(1)+" FLOP/byte");
 return parts.join("; ")+(c.g[i]?"; breaks "+c.g[i]:"");
}
function roofline(box,d,c,show){
 const svg=box.querySelector("svg"),hit=svg.querySelector(".hit"),dear=d.spots.map((s,k)=>k).sort((a,b)=>d.ms[d.spots[b][0]]-d.ms[d.spots[a][0]]),view=svg.viewBox.baseVal;
 const place=()=>{const r=svg.getBoundingClientRect();return[r,view.width/r.width]};
 const put=(k,x,y)=>{const s=d.spots[k];if(!s){hit.setAttribute("r",0);tell("");return}hit.setAttribute("cx",s[1]);hit.setAttribute("cy",s[2]);hit.setAttribute("r",9);tell(describe(d,c,s[0]),x,y)};
 const near=e=>{const[r,f]=place(),x=(e.clientX-r.left)*f,y=(e.clientY-r.top)*f;let best=-1,least=196;for(let k=0;k<d.spots.length;k++){const p=d.spots[k][1]-x,q=d.spots[k][2]-y,far=p*p+q*q;if(far<least){least=far;best=k}}return best};
 svg.addEventListener("mousemove",e=>put(near(e),e.clientX,e.clientY));svg.addEventListener("mouseleave",()=>put(-1));
 svg.addEventListener("click",e=>{const k=near(e);if(k>=0)show(c.name[d.spots[k][0]])});
 walk(box,()=>dear.length,k=>{const s=d.spots[dear[k]];if(!s){put(-1);return}const[r,f]=place();put(dear[k],r.left+s[1]/f,r.top+s[2]/f)},k=>show(c.name[d.spots[dear[k]][0]]));
}
function memory(box,d,c,show){
 const svg=box.querySelector("svg"),line=svg.querySelector(".cursor"),view=svg.viewBox.baseVal,ops=[];for(let i=0;i<d.n;i++)if(d.live[i]>=0)ops.push(i);
 const put=(k,y)=>{if(k<0||!ops.length){line.setAttribute("d","M0 0");tell("");return}const r=svg.getBoundingClientRect(),x=(k+.5)/ops.length,i=ops[k];line.setAttribute("d","M"+x*view.width+" 0V"+view.height);tell("op "+number.format(k+1)+": "+(d.live[i]/1e6).toFixed(3)+" MB alive; "+describe(d,c,i),r.left+x*r.width,y||r.top+r.height/2)};
 const at=e=>{const r=svg.getBoundingClientRect();return Math.max(0,Math.min(ops.length-1,Math.floor((e.clientX-r.left)/r.width*ops.length)))};
 svg.addEventListener("mousemove",e=>put(at(e),e.clientY));svg.addEventListener("mouseleave",()=>put(-1));svg.addEventListener("click",e=>show(c.name[ops[at(e)]]));
 walk(box,()=>ops.length,k=>put(k),k=>show(c.name[ops[k]]));
}
