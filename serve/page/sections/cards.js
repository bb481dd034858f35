/** The first numbers of the page, each with how it moved. */
import { sparkline } from "../chart.js";
import { comparison } from "../comparison.js";
import { element } from "../dom.js";
import { count, money, percent } from "../format.js";
import { t } from "../i18n.js";
import { MEASURES } from "../sparkline-data.js";
import { withTooltip } from "../tooltip.js";

export const FORMATS = { total_revenue: money, total_sales: count, average_order_value: money, abandonment_rate: percent };

export function cards({ stats, unreadable, sparklines }) {
  const notes = { total_revenue: unreadable.map(note) };
  return element(
    "section",
    { class: "cards", "aria-label": t("title") },
    ...MEASURES.map((field) => card(field, stats, sparklines, notes[field] ?? [])),
  );
}

function card(field, stats, sparklines, notes) {
  const format = FORMATS[field];
  return element(
    "article",
    { class: "card" },
    element("h2", null, withTooltip(field)),
    element("p", { class: "value", "data-field": field }, format(stats[field])),
    ...notes,
    comparison(field, stats, format),
    sparkline(field, sparklines, format),
  );
}

/** How many sales of the period count with a defect. */
function note([defect, sales]) {
  return element("p", { class: "note" }, t(defect).replace("{}", count(sales)));
}
