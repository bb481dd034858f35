/** The first numbers of the page, each with how it moved. */
import { chart } from "../chart.js";
import { comparison } from "../comparison.js";
import { rowsOf } from "../csv.js";
import { element } from "../dom.js";
import { count, day, money, percent, short } from "../format.js";
import { t } from "../i18n.js";
import { state } from "../state.js";
import { tooltip, withTooltip } from "../tooltip.js";

const SPARK_HEIGHT = 40;

export const FORMATS = { total_revenue: money, total_sales: count, average_order_value: money, abandonment_rate: percent };

export function cards({ stats, unreadable }) {
  const notes = { total_revenue: unreadable.map(note) };
  const all = element(
    "section",
    { id: "cards", class: "cards", "aria-label": t("title") },
    ...Object.keys(FORMATS).map((field) => card(field, stats, notes[field] ?? [])),
  );
  const names = Object.keys(FORMATS);
  return rowsOf(
    all,
    names.map((name) => [t(name), stats[name]]),
  );
}

function card(field, stats, notes) {
  const format = FORMATS[field];
  return element(
    "article",
    { class: "card" },
    element("h2", null, withTooltip(field)),
    element("p", { class: "value" }, value(field, stats[field], format)),
    ...notes,
    comparison(field, stats, format),
    sparkline(field, stats.trend, format),
  );
}

/** A large number is short, and shows all of it on hover, focus or tap. */
function value(field, number, format) {
  const [whole, shown] = [format(number), short(number, format)];
  const said = element("span", { "data-field": field }, whole);
  return shown === whole ? said : tooltip(shown, `whole-${field}`, said);
}

/** A line without axes. Seven times 24 hours begin within a day, which would look like a bad one. */
function sparkline(field, trend, format) {
  const days = trend.slice(state.filters.days === "7" ? 1 : 0);
  const points = days.map((each) => ({ label: day(each.date), values: [each[field]], said: format(each[field]) }));
  return chart(`trend.${field}`, { label: `${t(field)}: ${t("trend")}`, points, measures: [{}], height: SPARK_HEIGHT }, "spark");
}

/** How many sales of the period count with a defect. */
function note([defect, sales]) {
  return element("p", { class: "note" }, t(defect).replace("{}", count(sales)));
}
