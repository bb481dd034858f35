import { rowsOf, saveRows } from "./csv.js";
import { element } from "./dom.js";
import { count, money, moneyLike } from "./format.js";
import { t } from "./i18n.js";
import { state } from "./state.js";
import { withTooltip } from "./tooltip.js";

const FEW = 5; // Rows of a list of many, until the reader asks for all.
const NARROW = 3; // Columns that a telephone has room for; it shows a row of more as a block.

/** A table of the first rows, with a button that shows the others. */
export function shortTable(field, columns, rows) {
  const made = table(field, columns, rows);
  /** @type {HTMLElement[]} */
  const more = Array.from(made.querySelectorAll("tbody tr")).slice(FEW);
  if (!more.length || state.unfolded.has(field)) return made;
  const hide = (hidden) => more.forEach((row) => (row.hidden = hidden));
  hide(true);
  const show = ({ currentTarget }) => {
    state.unfolded.add(field);
    hide(false);
    currentTarget.remove();
  };
  made.append(element("button", { type: "button", class: "quiet more", onclick: show }, `${t("showAll")} ${count(rows.length)}`));
  return made;
}

/**
 * The rows of a field as a table, with its CSV to download.
 *
 * columns: `{ key, label, format }`; a column with a format holds numbers, which are aligned right, unless it says `isText`.
 * rows: one that has rows `below` it shows them when the reader asks for them.
 * sorting: `{ key, descending }` of `state`, where the reader may sort the rows.
 * name: the key of the title, where that is not the field's own.
 */
export function table(field, columns, rows, sorting, name) {
  if (!rows.length) return figure(field, name, element("p", { class: "empty" }, t("none")));
  const ordered = sorting ? [...rows].sort(comparator(sorting)) : rows;
  const written = columns.map((column) => (column.format === money ? { ...column, format: moneyLike(valuesOf(column, rows)) } : column));
  const body = element("tbody", { role: "rowgroup" }, ...ordered.flatMap((row) => lines(field, written, row)));
  const className = columns.length > NARROW ? "wide" : null;
  const shown = element("table", { role: "table", class: className, "data-field": field }, head(columns, sorting, redraw), body);
  const cells = [columns.map(({ key }) => key), ...ordered.flatMap(withBelow).map((row) => columns.map(({ key }) => row[key]))];
  const button = element("button", { type: "button", class: "quiet", onclick: () => saveRows(field, cells) }, t("csv"));

  function redraw(key) {
    Object.assign(sorting, { descending: sorting.key === key ? !sorting.descending : true, key });
    const sorted = table(field, columns, rows, sorting, name);
    result.replaceWith(sorted);
    sorted.querySelector(`[data-key="${key}"] button`).focus();
  }

  const result = figure(
    field,
    name,
    rowsOf(element("div", { class: "rows" }, shown), [[t(name ?? field.split(".").pop())], ...cells]),
    button,
  );
  return result;
}

const valuesOf = ({ key }, rows) => rows.flatMap(withBelow).map((row) => row[key]);

function figure(field, name, ...content) {
  return element("figure", null, element("figcaption", null, withTooltip(field, name)), ...content);
}

function head(columns, sorting, redraw) {
  const cells = columns.map(({ key, label, format, isText }, index) => {
    const order = sorting?.key === key && (sorting.descending ? "descending" : "ascending");
    const sorter = { type: "button", class: "sort", title: `${t("sortBy")} ${label}` };
    const title = sorting ? element("button", { ...sorter, onclick: () => redraw(key) }, label) : label;
    const attributes = { role: "columnheader", scope: "col", "data-key": key, "aria-sort": order };
    return element("th", { ...attributes, class: format && !isText && index ? "number" : null }, title);
  });
  return element("thead", { role: "rowgroup" }, element("tr", { role: "row" }, ...cells));
}

/** A row and, unfolded, those below it. */
function lines(field, columns, row) {
  if (!row.below?.length) return [line(columns, row)];
  const place = `${field} ${row.name}`;
  const made = () => row.below.map((each) => line(columns, each, "below"));
  let below = state.unfolded.has(place) ? made() : [];
  const toggle = () => {
    for (const each of below) each.remove();
    below = below.length ? [] : made();
    first.after(...below);
    if (below.length) state.unfolded.add(place);
    else state.unfolded.delete(place);
    button.ariaExpanded = String(below.length > 0);
  };
  const first = line(columns, row);
  const header = first.firstElementChild;
  const button = element("button", { type: "button", class: "unfold", onclick: toggle, "aria-expanded": String(below.length > 0) });
  button.append(...header.childNodes);
  header.append(button);
  return [first, ...below];
}

/** A row and those below it, each named after both. */
const withBelow = (row) => [row, ...(row.below ?? []).map((each) => ({ ...each, name: `${row.name} / ${each.name}` }))];

function line(columns, row, className = null) {
  const cells = columns.map(({ key, label, format, isText }, index) => {
    const text = format ? format(row[key]) : String(row[key]);
    if (!index) return element("th", { role: "rowheader", scope: "row" }, text);
    return element("td", { role: "cell", "data-label": label, class: format && !isText ? "number" : null }, text);
  });
  return element("tr", { role: "row", class: className }, ...cells);
}

function comparator({ key, descending }) {
  const compare = (a, b) => (typeof a === "number" ? a - b : String(a).localeCompare(String(b)));
  return (a, b) => (descending ? -1 : 1) * compare(a[key], b[key]);
}
