try{const t=localStorage.getItem("costlint-theme");if(t)document.documentElement.dataset.theme=t}catch(e){}
