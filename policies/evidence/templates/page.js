// Filters of long tables. The page says everything without it.
document.documentElement.classList.add("scripted");
for (const bar of document.querySelectorAll(".filter")) {
  const text = bar.querySelector("input");
  const status = bar.querySelector("select");
  const shown = bar.querySelector("output");
  const rows = [...document.querySelectorAll("#" + bar.dataset.of + " tr[data-status]")];
  const apply = () => {
    const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const row of rows) {
      const said = row.textContent.toLowerCase();
      const fits = words.every((word) => said.includes(word)) && (!status.value || row.dataset.status === status.value);
      row.hidden = !fits;
      count += fits;
    }
    shown.textContent = count + " of " + rows.length;
  };
  text.addEventListener("input", apply);
  status.addEventListener("change", apply);
  apply();
}
