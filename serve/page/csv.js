/** CSV files of what the page shows. */
import { save } from "./save.js";

/** The rows of cells that an element shows, for as long as it is on the page. */
const shown = new WeakMap();

/** The element, which shows these rows. */
export function rowsOf(element, rows) {
  shown.set(element, rows);
  return element;
}

export const saveRows = (name, rows) => save(`${name}.csv`, new Blob(["\ufeff", written(rows)], { type: "text/csv" }));

/** Saves all that is on the page, section by section, in a file. */
export function saveAll(main) {
  const rows = [...main.querySelectorAll("section")].flatMap((section) => [
    [section.querySelector(":scope > h2")?.textContent ?? section.ariaLabel],
    ...[section, ...section.querySelectorAll("*")].flatMap((element) => (shown.has(element) ? [...shown.get(element), []] : [])),
  ]);
  saveRows("dashboard", rows);
}

const written = (rows) => rows.map((cells) => cells.map(quoted).join(",")).join("\r\n");

/** A cell. An apostrophe marks text that a spreadsheet would run as a formula. */
function quoted(value) {
  const text = typeof value === "string" && /^[\t\r\n]|^[\s\uFEFF]*[=+\-@＝＋－＠]/.test(value) ? `'${value}` : String(value ?? "");
  return `"${text.replaceAll('"', '""')}"`;
}
