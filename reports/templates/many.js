"use strict";(()=>{
// Sort and filter the rows that are in the page already.
const table=document.getElementById("models"),body=table.tBodies[0],rows=[...body.rows],heads=[...table.tHead.rows[0].cells];
const query=document.getElementById("q"),count=document.getElementById("count");
document.querySelectorAll("[data-js]").forEach(e=>{e.hidden=false});
const value=(row,at)=>{const cell=row.cells[at];return cell.dataset.v===undefined?cell.textContent:Number(cell.dataset.v)};
function filter(){const q=query.value.toLowerCase().trim();let shown=0;for(const row of rows){row.hidden=!!q&&!row.textContent.toLowerCase().includes(q);shown+=!row.hidden}count.textContent=shown+" of "+rows.length}
heads.forEach((head,at)=>{const button=head.querySelector("button");if(!button)return;button.onclick=()=>{
 const down=head.getAttribute("aria-sort")!=="descending",sign=down?-1:1;
 for(const other of heads)other.removeAttribute("aria-sort");
 head.setAttribute("aria-sort",down?"descending":"ascending");
 const order=rows.map((row,i)=>[value(row,at),i,row]).sort((a,b)=>(a[0]<b[0]?-sign:a[0]>b[0]?sign:0)||a[1]-b[1]);
 body.append(...order.map(x=>x[2]))}});
query.oninput=filter;filter();
})()
