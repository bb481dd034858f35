import { element } from "./dom.js";
import { money, moneyLike } from "./format.js";
import { save } from "./save.js";
import { withTooltip } from "./tooltip.js";
import { t } from "./i18n.js";

/**
 * The rows of a field as a table, with its CSV to download.
 *
 * columns: `{ key, label, format }`; a column with a format holds numbers, which are aligned right, unless it says `isText`.
 * sorting: `{ key, descending }` of `state`, where the reader may sort the rows.
 * name: the key of the title, where that is not the field's own.
 */
export function table(field, columns, rows, sorting, name) {
  if (!rows.length) return figure(field, name, element("p", { class: "empty" }, t("none")));
  columns = columns.map((column) =>
    column.format === money ? { ...column, format: moneyLike(rows.map((row) => row[column.key])) } : column,
  );
  const ordered = sorting ? [...rows].sort(comparator(sorting)) : rows;
  const body = element("tbody", null, ...ordered.map((row) => line(columns, row)));
  const shown = element("table", { "data-field": field }, head(columns, sorting, redraw), body);
  const button = element("button", { type: "button", class: "quiet", onclick: download }, t("csv"));

  function redraw(key) {
    Object.assign(sorting, { descending: sorting.key === key ? !sorting.descending : true, key });
    const sorted = table(field, columns, rows, sorting, name);
    result.replaceWith(sorted);
    sorted.querySelector(`[data-key="${key}"] button`).focus();
  }

  function download() {
    const lines = [columns.map(({ key }) => key), ...ordered.map((row) => columns.map(({ key }) => row[key]))];
    const text = lines.map((values) => values.map(quoted).join(",")).join("\r\n");
    save(`${field}.csv`, new Blob(["\ufeff", text], { type: "text/csv" }));
  }

  const result = figure(field, name, element("div", { class: "scroll", tabindex: "0" }, shown), button);
  return result;
}

function figure(field, name, ...content) {
  return element("figure", null, element("figcaption", null, withTooltip(field, name)), ...content);
}

function head(columns, sorting, redraw) {
  const cells = columns.map(({ key, label, format, isText }, index) => {
    const order = sorting?.key === key && (sorting.descending ? "descending" : "ascending");
    const sorter = { type: "button", class: "sort", title: `${t("sortBy")} ${label}` };
    const title = sorting ? element("button", { ...sorter, onclick: () => redraw(key) }, label) : label;
    return element("th", { scope: "col", "data-key": key, class: format && !isText && index ? "number" : null, "aria-sort": order }, title);
  });
  return element("thead", null, element("tr", null, ...cells));
}

function line(columns, row) {
  const cells = columns.map(({ key, format, isText }, index) => {
    const name = index ? "td" : "th";
    const text = format ? format(row[key]) : String(row[key]);
    return element(name, { scope: index ? null : "row", class: format && !isText && index ? "number" : null }, text);
  });
  return element("tr", null, ...cells);
}

function comparator({ key, descending }) {
  const compare = (a, b) => (typeof a === "number" ? a - b : String(a).localeCompare(String(b)));
  return (a, b) => (descending ? -1 : 1) * compare(a[key], b[key]);
}

/** A value of a CSV file. An apostrophe marks text that a spreadsheet would run as a formula. */
function quoted(value) {
  const text = typeof value === "string" && /^[\t\r\n]|^[\s\uFEFF]*[=+\-@＝＋－＠]/.test(value) ? `'${value}` : String(value);
  return `"${text.replaceAll('"', '""')}"`;
}
