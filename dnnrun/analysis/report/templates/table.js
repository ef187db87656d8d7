// Sorting and filtering the table of the runs, and what the rest of the page does without charts.
"use strict";

(() => {
  const table = document.getElementById("runs-table");
  const headers = [...table.tHead.rows[0].cells];
  const body = table.tBodies[0];
  const filter = document.getElementById("filter");
  const condition = /^([^<>=]+)(<=|>=|<|>|=)(.+)$/;

  for (const controls of document.querySelectorAll(".controls")) controls.hidden = false;

  // What a cell is sorted by: a number, a text, or null where there is no value.
  function valueOf(row, column) {
    const value = row.cells[column].dataset.value;
    if (value === undefined) return null;
    return value !== "" && !Number.isNaN(Number(value)) ? Number(value) : value;
  }

  function compare(first, second) {
    if (typeof first === "number" && typeof second === "number") return first - second;
    return String(first).localeCompare(String(second), "en", { numeric: true });
  }

  function sortBy(column) {
    const header = headers[column];
    const direction = header.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
    for (const each of headers) each.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", direction);
    const rows = [...body.rows].map((row) => ({ row, value: valueOf(row, column) }));
    rows.sort((first, second) => {
      if (first.value === null || second.value === null) return (first.value === null) - (second.value === null);
      const order = compare(first.value, second.value);
      return direction === "ascending" ? order : -order;
    });
    body.append(...rows.map((each) => each.row));
  }

  function meets(row, [, name, operator, wanted]) {
    const number = Number(wanted);
    return headers.some((header, column) => {
      if (!header.dataset.name.toLowerCase().includes(name)) return false;
      const value = valueOf(row, column);
      if (operator === "=") return value !== null && String(value).toLowerCase() === wanted;
      if (typeof value !== "number" || Number.isNaN(number)) return false;
      if (operator === "<") return value < number;
      if (operator === ">") return value > number;
      return operator === "<=" ? value <= number : value >= number;
    });
  }

  function matches(row, words) {
    const text = row.textContent.toLowerCase();
    return words.every((word) => {
      const found = condition.exec(word);
      return found ? meets(row, found) : text.includes(word);
    });
  }

  function applyFilter() {
    const words = filter.value.toLowerCase().split(/\s+/).filter((word) => word !== "");
    const shown = new Set();
    for (const row of body.rows) {
      row.hidden = !matches(row, words);
      if (!row.hidden) shown.add(row.dataset.run);
    }
    for (const run of document.querySelectorAll(".run")) run.hidden = !shown.has(run.id);
    const status = document.getElementById("filter-status");
    status.textContent = words.length ? `${shown.size} of ${body.rows.length} runs shown` : "";
    document.dispatchEvent(new CustomEvent("runs-filtered", { detail: shown }));
  }

  headers.forEach((header, column) => {
    header.querySelector("button").addEventListener("click", () => sortBy(column));
  });
  let waiting = 0;
  filter?.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(applyFilter, 150);
  });
  document.getElementById("all-columns")?.addEventListener("change", (event) => {
    table.classList.toggle("all-columns", event.target.checked);
  });

  for (const box of document.querySelectorAll("input.only-differences")) {
    const facts = box.closest("section").querySelector(".facts");
    const apply = () => facts.classList.toggle("only-differences", box.checked);
    box.addEventListener("change", apply);
    apply();
  }

  // A link to a run opens what is folded up.
  function openTarget() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target instanceof HTMLDetailsElement) {
      target.open = true;
      target.scrollIntoView();
    }
  }
  window.addEventListener("hashchange", openTarget);
  openTarget();
})();
