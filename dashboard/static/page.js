// Enhancements: every page works without them. PNG of a chart, arrow keys in a matrix, filters that apply at once, a list that is searched, a page that looks again.
"use strict";

// ---- a chart as PNG, three times as sharp as on the page
for (const link of document.querySelectorAll("a[data-png]")) {
  const button = document.createElement("a");
  button.href = link.href;
  button.textContent = "PNG";
  button.setAttribute("role", "button");
  button.addEventListener("click", (event) => { event.preventDefault(); savePng(link.href, link.dataset.png); });
  link.after(" ", button);
}

async function savePng(address, name) {
  const svg = await (await fetch(address)).text();
  const picture = new Image();
  const source = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  await new Promise((resolve, reject) => { picture.onload = resolve; picture.onerror = reject; picture.src = source; });
  const canvas = document.createElement("canvas");
  canvas.width = picture.naturalWidth * 3;
  canvas.height = picture.naturalHeight * 3;
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(source);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  const save = document.createElement("a");
  save.href = URL.createObjectURL(blob);
  save.download = name;
  save.click();
}

// ---- a matrix: one stop for the tab key, arrows from cell to cell
for (const matrix of document.querySelectorAll("table[data-matrix]")) {
  const rows = [...matrix.tBodies].flatMap((body) => [...body.rows]).map((row) => [...row.querySelectorAll("td a")]).filter((cells) => cells.length);
  rows.flat().forEach((cell) => { cell.tabIndex = -1; });
  if (rows.length) rows[0][0].tabIndex = 0;
  matrix.addEventListener("keydown", (event) => {
    const y = rows.findIndex((cells) => cells.includes(event.target));
    if (y < 0) return;
    const x = rows[y].indexOf(event.target);
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Home: [0, -x], End: [0, rows[y].length - 1 - x] }[event.key];
    const next = step && rows[y + step[0]]?.[x + step[1]];
    if (!next) return;
    event.preventDefault();
    event.target.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });
}

// ---- choices that apply at once; without this a button does it
for (const form of document.querySelectorAll("form[data-at-once]")) {
  form.addEventListener("change", () => form.requestSubmit());
  form.querySelectorAll("button").forEach((button) => { button.hidden = true; });
}

// ---- a long list that is searched as one types: lines that have every word, groups that have lines; without this all of it is shown
for (const box of document.querySelectorAll("[data-find]")) {
  const input = box.querySelector("input[type=search]");
  const count = box.querySelector("[role=status]");
  const bare = (text) => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ").trim();
  const lines = [...box.querySelectorAll("li")].map((line) => ({ line, shown: ` ${bare(line.textContent)}`, known: ` ${bare(line.dataset.foundBy)}` }));
  // the beginning of a word; a bare number only of what is shown, for names hold the numbers of audits' indicators (3.3)
  const has = ({ shown, known }, word) => shown.includes(` ${word}`) || (!/^\d+$/.test(word) && known.includes(` ${word}`));
  const groups = [...box.querySelectorAll("section")];
  const show = () => {
    const wanted = input.value.split(/\s+/).map(bare).filter(Boolean);
    lines.forEach((one) => { one.line.hidden = !wanted.every((word) => has(one, word)); });
    groups.forEach((group) => { group.hidden = !group.querySelector("li:not([hidden])"); });
    const found = lines.filter(({ line }) => !line.hidden).length;
    count.textContent = found ? `${found} of ${lines.length} ${count.dataset.what}` : count.dataset.none;
  };
  input.addEventListener("input", show);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && input.value) { event.preventDefault(); input.value = ""; show(); }
    if (event.key === "ArrowDown") { event.preventDefault(); box.querySelector("li:not([hidden]) a")?.focus(); }
  });
  input.closest(".find").hidden = false;
  show();
}

// ---- a page that waits for something looks again, by GET however it was reached; without this a refresh in the head does it
const againAfter = Number(document.documentElement.dataset.againAfter);
if (againAfter) setTimeout(() => location.replace(location.pathname + location.search), againAfter * 1000);
