/** What needs attention now, with what it costs; null where this server has no such endpoint. */
import { rowsOf } from "../csv.js";
import { element } from "../dom.js";
import { money } from "../format.js";
import { t } from "../i18n.js";
import { section } from "./layout.js";

const SHOWN = 3; // Those after it, and what is only good to know, are unfolded by a click.

export function alerts({ alerts: answer }) {
  if (!answer) return null;
  const urgent = answer.alerts.filter(({ severity, type }) => severity !== "info" || type === "all_clear");
  const shown = new Set(urgent.slice(0, SHOWN));
  const more = answer.alerts.filter((each) => !shown.has(each));
  const title = element("summary", null, t("moreAlerts").replace("{}", String(more.length)));
  return section("alerts", list([...shown]), more.length ? element("details", null, title, list(more)) : null);
}

function list(alerts) {
  return rowsOf(
    element("ul", { class: "alerts" }, ...alerts.map(alert)),
    alerts.map(({ severity, message, money: difference }) => [t(severity), message, difference]),
  );
}

function alert({ type, message, severity, money: difference }) {
  const cost = difference < 0 ? element("span", { class: "rate" }, `${money(-difference)} ${t("belowUsual")}`) : null;
  const kind = type === "all_clear" ? null : element("b", null, t(severity));
  return element("li", { class: type === "all_clear" ? type : severity }, kind, element("span", null, message), cost);
}
