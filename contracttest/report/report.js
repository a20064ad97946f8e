// Shows only the findings that have every word of the filter, and a severity that is ticked. Without scripts all are
// shown.
const form = document.querySelector("form");
const rows = [...document.querySelectorAll(".findings tbody tr")].map(row => ({
  row,
  text: row.textContent.toLowerCase(),
}));

function apply() {
  const words = form.filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  const severities = [...form.querySelectorAll(":checked")].map(box => box.value);
  let shown = 0;
  for (const { row, text } of rows) {
    row.hidden = !severities.includes(row.dataset.severity) || !words.every(word => text.includes(word));
    if (!row.hidden) shown++;
  }
  document.getElementById("shown").textContent = shown + " of " + rows.length + " shown";
  document.getElementById("none").hidden = shown > 0;
  document.querySelector(".findings").parentNode.hidden = shown === 0;
}

// There is no form where there are no findings.
if (form) {
  form.hidden = false;
  form.addEventListener("input", apply);
  form.addEventListener("submit", event => event.preventDefault());
  apply();
}
