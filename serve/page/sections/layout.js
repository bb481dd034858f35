/** What sections are made of. */
import { rowsOf } from "../csv.js";
import { element } from "../dom.js";
import { count, percent } from "../format.js";
import { t } from "../i18n.js";
import { table } from "../table.js";
import { withTooltip } from "../tooltip.js";

/** A section with its heading; `style.css` places it by its name, which is also the key of its title. */
export function section(name, ...content) {
  return element("section", { id: name, "aria-labelledby": `${name}-title` }, element("h2", { id: `${name}-title` }, t(name)), ...content);
}

/**
 * A number of a field.
 *
 * name: the key of its name, where that is not the field's own. second: a smaller number that belongs to it.
 */
export const number = (field, value, format = count, name = field.split(".").pop(), second = null) => ({
  ...{ field, value, format, name, second },
});

/** Numbers beside each other. */
export function numbers(...all) {
  const items = all.map(({ field, value, format, name, second }) => {
    const more = second ? element("dd", { class: "second", "data-field": second.field }, second.format(second.value)) : null;
    const first = element("dd", { "data-field": field, class: value ? null : "zero" }, format(value));
    return element("div", null, element("dt", null, withTooltip(field, name)), more, first);
  });
  const rows = all.flatMap(({ name, value, second }) => [
    [t(name), value],
    ...(second ? [[`${t(name)}: ${t(second.name)}`, second.value]] : []),
  ]);
  return rowsOf(element("dl", { class: "numbers" }, ...items), rows);
}

/**
 * Steps one below the other, with a bar for each.
 *
 * rows: `{ name, field, count }`, and for all but the first `rateField` and `rate`, the share of the step before, perhaps with
 * `more` to say of it and a `note`. A share above 100 % is left out.
 */
export function steps(rows) {
  const most = Math.max(...rows.map((row) => row.count), 1);
  return rowsOf(
    element("ol", { class: "steps" }, ...rows.map((row) => step(row, most))),
    rows.map((row) => [t(row.name), row.count, ...(row.rateField ? [row.rate] : [])]),
  );
}

function step({ name, field, count: number, rateField, rate, more = "", note = null }, most) {
  const bar = element("span", { class: "bar" });
  bar.style.width = `${(100 * number) / most}%`;
  const share =
    rateField && rate <= 100
      ? element("span", { class: "rate" }, element("b", { "data-field": rateField }, percent(rate)), ` ${t("ofBefore")}${more}`)
      : null;
  const said = note ? element("span", { class: "rate" }, note) : null;
  const value = element("b", { class: "value", "data-field": field }, count(number));
  return element("li", null, element("span", null, withTooltip(field, name)), value, bar, share, said);
}

/** A table that opens on a click; its title is that of the last part of its field. */
export function collapsible(name, columns, rows) {
  return element("details", null, element("summary", null, t(name.split(".").pop())), table(name, columns, rows));
}

/** A row of groups of numbers as one of numbers: `{ name, won: { deals } }` becomes `{ name, "won.deals" }`. */
export const flat = (row) =>
  Object.fromEntries(
    Object.entries(row).flatMap(([name, value]) =>
      value && typeof value === "object" ? Object.entries(value).map(([part, number]) => [`${name}.${part}`, number]) : [[name, value]],
    ),
  );

export const textColumn = (key, label = t(key)) => ({ key, label });
export const numberColumn = (key, label, format = count) => ({ key, label, format });
