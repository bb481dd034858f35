/** Carts that went to WhatsApp, and what became of them. */
import { chart, pictureButton } from "../chart.js";
import { element } from "../dom.js";
import { count, decimal, money, percent } from "../format.js";
import { t } from "../i18n.js";
import { withTooltip } from "../tooltip.js";
import { collapsible, flat, number, numberColumn, numbers, section } from "./layout.js";
import { sessionId } from "./session.js";

const HOURS_HEIGHT = 128;

export function whatsapp({ stats, deals }) {
  return section(
    "whatsapp",
    numbers(
      number("whatsapp_sessions", stats.whatsapp_sessions),
      number("whatsapp_purchases", stats.whatsapp_purchases),
      ...(deals ? outcomes(deals) : []),
    ),
    ...(deals ? hours(deals) : []),
    ...latestSessions(stats),
  );
}

const outcomes = (deals) => [
  number("deals.won.deals", deals.won.deals, count, "won", number("deals.won.amount", deals.won.amount, money, "wonAmount")),
  number("deals.won_on_web.deals", deals.won_on_web.deals, count, "wonOnWeb"),
  number("deals.lost.deals", deals.lost.deals, count, "lost", number("deals.lost.value", deals.lost.value, money, "lostValue")),
  number("deals.open.deals", deals.open.deals, count, "open"),
  number("deals.closing_rate", deals.closing_rate, percent),
  number("deals.median_minutes", deals.median_minutes, decimal),
];

/** At which hours carts went to WhatsApp that were sold there. */
function hours({ by_hour }) {
  const name = "deals.by_hour";
  const points = by_hour.map(({ hour, won: { deals } }) => ({ label: clock(hour), values: [deals], said: `${t("won")} ${count(deals)}` }));
  const most = Math.max(...by_hour.map(({ won }) => won.deals));
  const measures = [{ title: t("wonByHour"), note: `${t("mostAnHour")} ${count(most)}` }];
  const columns = ["won", "lost", "open"].map((state) => numberColumn(`${state}.deals`, t(state)));
  const drawn = chart(name, { label: t("wonByHour"), points, measures, height: HOURS_HEIGHT, isBars: true });
  const hourColumn = { key: "hour", label: t("hour"), format: clock };
  return [element("div", null, drawn, pictureButton(name)), collapsible(name, [hourColumn, ...columns], by_hour.map(flat))];
}

const clock = (hour) => `${hour}:00`;

function latestSessions({ whatsapp_sessions_list }) {
  const sessions = whatsapp_sessions_list.map((id) => element("li", null, sessionId(id)));
  return [
    element("h3", null, withTooltip("whatsapp_sessions_list")),
    sessions.length ? element("ol", { class: "sessions" }, ...sessions) : element("p", { class: "empty" }, t("none")),
  ];
}
