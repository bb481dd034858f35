/** Events and errors of each day, as charts and as the tables behind them. */
import { chart, pictureButton } from "../chart.js";
import { element } from "../dom.js";
import { count, day } from "../format.js";
import { t } from "../i18n.js";
import { FORMATS } from "./cards.js";
import { collapsible, numberColumn, section } from "./layout.js";

const MEASURE_HEIGHT = 96;

export function timeline({ stats }) {
  const charts = element(
    "div",
    { class: "charts" },
    chartOfDays("events_timeline", stats.events_timeline, Object.keys(stats.event_counts)),
    chartOfDays("errors_timeline", stats.errors_timeline, measuresOf(stats.errors_timeline), "errors"),
  );
  const tables = ["events_timeline", "errors_timeline", "sales_by_day", "trend"].map((name) => tableOfDays(name, stats[name]));
  return section("timeline", charts, ...tables);
}

function chartOfDays(name, days, names, className) {
  const measures = names.map((measure) => {
    const counts = days.map((each) => each[measure]);
    const sum = counts.reduce((before, each) => before + each, 0);
    return { title: `${t(measure)}: ${count(sum)}`, note: `${t("mostADay")} ${count(Math.max(...counts))}` };
  });
  const points = days.map(({ date, ...counts }) => ({
    label: day(date),
    values: names.map((measure) => counts[measure]),
    said: names.map((measure) => `${t(measure)} ${count(counts[measure])}`).join(", "),
  }));
  return element("div", null, chart(name, { label: t(name), points, measures, height: MEASURE_HEIGHT }, className), pictureButton(name));
}

function tableOfDays(name, rows) {
  const columns = measuresOf(rows).map((key) => numberColumn(key, key === "count" ? t("total_sales") : t(key), FORMATS[key]));
  return collapsible(name, [{ key: "date", label: t("day"), format: day }, ...columns], rows);
}

const measuresOf = (days) => Object.keys(days[0] ?? {}).filter((key) => key !== "date");
