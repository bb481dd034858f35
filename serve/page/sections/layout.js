/** What sections are made of. */
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
 * Numbers beside each other, each `[field, text]`, the key of its name where that is not the field's own, and the field and
 * the text of a second number, if any.
 */
export function numbers(...rows) {
  const items = rows.map(([field, text, name, second, secondText]) => {
    const more = second ? element("dd", { class: "second", "data-field": second }, secondText) : null;
    return element("div", null, element("dt", null, withTooltip(field, name)), more, element("dd", { "data-field": field }, text));
  });
  return element("dl", { class: "numbers" }, ...items);
}

/**
 * Steps one below the other, with a bar for each.
 *
 * rows: `{ name, field, count }`, and for all but the first `rateField` and `rate`, the share of the step before, perhaps with
 * `more` to say of it and a `note`.
 */
export function steps(rows) {
  const most = Math.max(...rows.map((row) => row.count), 1);
  return element("ol", { class: "steps" }, ...rows.map((row) => step(row, most)));
}

function step({ name, field, count: number, rateField, rate, more = "", note = null }, most) {
  const bar = element("span", { class: "bar" });
  bar.style.width = `${(100 * number) / most}%`;
  const share = rateField
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

export const textColumn = (key, label = t(key)) => ({ key, label });
export const numberColumn = (key, label, format = count) => ({ key, label, format });
