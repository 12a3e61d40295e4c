// Enhancements: every page works without them. PNG of a chart, arrow keys in a matrix, filters that apply at once, a page that looks again.
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

// ---- a page that waits for something looks again, by GET however it was reached; without this a refresh in the head does it
const againAfter = Number(document.documentElement.dataset.againAfter);
if (againAfter) setTimeout(() => location.replace(location.pathname + location.search), againAfter * 1000);
