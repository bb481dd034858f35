/** What needs attention now, with what it costs; null where nothing does, or this server has no such endpoint. */
import { element } from "../dom.js";
import { money } from "../format.js";
import { t } from "../i18n.js";
import { section } from "./layout.js";

export function alerts({ alerts: answer }) {
  const found = answer?.alerts.filter(({ type }) => type !== "all_clear") ?? [];
  return found.length ? section("alerts", element("ul", { class: "alerts" }, ...found.map(alert))) : null;
}

function alert({ message, severity, money: difference }) {
  const cost = difference < 0 ? element("span", { class: "rate" }, `${money(-difference)} ${t("belowUsual")}`) : null;
  return element("li", { class: severity }, element("b", null, t(severity)), element("span", null, message), cost);
}
