/** Events and errors of each day, as charts and as the tables behind them. */
import { chart } from "../chart.js";
import { element } from "../dom.js";
import { day } from "../format.js";
import { t } from "../i18n.js";
import { MEASURES } from "../sparkline-data.js";
import { FORMATS } from "./cards.js";
import { collapsible, numberColumn, section } from "./layout.js";

export function timeline({ stats, sparklines }) {
  const charts = element(
    "div",
    { class: "charts" },
    chart("events_timeline", stats.events_timeline, Object.keys(stats.event_counts), "--accent"),
    chart("errors_timeline", stats.errors_timeline, [...Object.keys(stats.error_counts), "address_error"], "--error"),
  );
  const tables = ["events_timeline", "errors_timeline", "sales_by_day"].map((name) => tableOfDays(name, stats[name]));
  return section("timeline", charts, ...tables, sparklines.length ? tableOfSparklines(sparklines) : null);
}

function tableOfDays(name, rows) {
  const measures = Object.keys(rows[0] ?? {}).filter((key) => key !== "date");
  const columns = measures.map((key) => numberColumn(key, key === "count" ? t("total_sales") : t(key)));
  return collapsible(name, [dayColumn("date", t("day")), ...columns], rows);
}

function tableOfSparklines(rows) {
  const days = ["start", "end"].map((key) => dayColumn(key, t(key)));
  return collapsible("trend", [...days, ...MEASURES.map((name) => numberColumn(name, t(name), FORMATS[name]))], rows);
}

const dayColumn = (key, label) => ({ key, label, format: day });
