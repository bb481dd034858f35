import { element } from "./dom.js";
import { percent, points } from "./format.js";
import { t } from "./i18n.js";

const bought = (stats) => stats.total_sales;
const visited = (stats) => stats.session_stats.unique_sessions;
const checkedOut = (stats) => stats.event_counts.begin_checkout;

/** What a number is about. Where either window has none of it, the numbers cannot be compared. */
const BASES = { total_revenue: visited, total_sales: visited, average_order_value: bought, abandonment_rate: checkedOut };

/**
 * How a number differs from that of the window before: in percent, and for a rate in percentage points.
 *
 * format: writes the number itself, and the difference where the number before is 0.
 */
export function comparison(field, stats, format) {
  const text =
    BASES[field](stats) && BASES[field](stats.previous) ? compared(field, stats[field], stats.previous[field], format) : t("incomparable");
  return element("p", { class: "change" }, text);
}

function compared(field, now, before, format) {
  const [difference, written] = differenceOf(field, now, before, format);
  const size = Math.round(10 * Math.abs(difference)) / 10;
  if (!size) return t("same");
  return difference > 0 ? `▲ +${written(size)} ${t("more")}` : `▼ −${written(size)} ${t("less")}`;
}

function differenceOf(field, now, before, format) {
  if (field === "abandonment_rate") return [now - before, points];
  if (before) return [(100 * (now - before)) / before, percent];
  return [now, format];
}
