/** Carts that went to WhatsApp, and what became of them. */
import { ApiError, recordSale } from "../api.js";
import { element } from "../dom.js";
import { count, decimal, moment, money, percent } from "../format.js";
import { t } from "../i18n.js";
import { state } from "../state.js";
import { table } from "../table.js";
import { withTooltip } from "../tooltip.js";
import { numberColumn, numbers, section } from "./layout.js";
import { sessionId } from "./session.js";

export function whatsapp({ stats, deals }) {
  const { whatsapp_sessions, whatsapp_purchases } = stats;
  const rate = whatsapp_sessions ? Math.round((1000 * whatsapp_purchases) / whatsapp_sessions) / 10 : 0;
  return section(
    "whatsapp",
    numbers(
      ["whatsapp_sessions", count(whatsapp_sessions)],
      ["whatsapp_purchases", count(whatsapp_purchases)],
      ["whatsappRate", percent(rate)],
      ...(deals ? outcomes(deals) : []),
    ),
    ...(deals ? [openDeals(deals)] : []),
    ...latestSessions(stats),
  );
}

const outcomes = (deals) => [
  ["deals.won.deals", count(deals.won.deals), "won"],
  ["deals.won.amount", money(deals.won.amount), "wonAmount"],
  ["deals.won_on_web.deals", count(deals.won_on_web.deals), "wonOnWeb"],
  ["deals.lost.deals", count(deals.lost.deals), "lost"],
  ["deals.lost.value", money(deals.lost.value), "lostValue"],
  ["deals.open.deals", count(deals.open.deals), "open"],
  ["deals.closing_rate", percent(deals.closing_rate)],
  ["deals.median_minutes", decimal(deals.median_minutes)],
];

function openDeals({ open_deals }) {
  const open = new Set(open_deals.map(({ session_id }) => session_id));
  state.recordedSales.forEach((id) => open.has(id) || state.recordedSales.delete(id));
  const columns = [
    { key: "since", label: t("since"), format: moment },
    numberColumn("value", t("cartValue"), money),
    { key: "items", label: t("items"), format: (items) => items ?? "—", isText: true },
    { key: "session_id", label: t("session"), format: (id) => sessionId(id, state.canTrack ? sale(id) : null), isText: true },
  ];
  return table("deals.open_deals", columns, open_deals);
}

function sale(id) {
  if (state.recordedSales.has(id)) return element("span", { role: "status" }, t("recorded"));
  const name = `${t("recordSale")} ${id}`;
  return element(
    "button",
    { type: "button", class: "quiet", "aria-label": name, "data-sale": id, onclick: () => record(id) },
    t("recordSale"),
  );
}

async function record(id) {
  const amount = askForAmount();
  if (!amount) return;
  // The page may have been drawn anew since the click.
  const buttons = () => /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-sale]"));
  const button = () => [...buttons()].find(({ dataset }) => dataset.sale === id);
  try {
    await recordSale(id, amount);
    state.recordedSales.add(id);
    button()?.replaceWith(sale(id));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    button()?.replaceWith(element("span", { role: "alert" }, error.message || t("away")));
  }
}

/** What the reader wrote, null where they gave up. */
function askForAmount() {
  let amount;
  do {
    const text = prompt(t("saleAmount"));
    if (text === null) return null;
    amount = amountOf(text);
  } while (!(amount > 0));
  return amount;
}

/** `80.000`, `80,000` and `80000,50` alike: what follows the last point or comma are decimals where it has one or two digits. */
function amountOf(text) {
  const [, units, decimals = ""] = text.replace(/[^0-9.,]/g, "").match(/^(.*?)(?:[.,](\d{1,2}))?$/);
  return Number(`${units.replace(/[.,]/g, "")}.${decimals}`);
}

function latestSessions({ whatsapp_sessions_list }) {
  const sessions = whatsapp_sessions_list.map((id) => element("li", null, sessionId(id)));
  return [
    element("h3", null, withTooltip("whatsapp_sessions_list")),
    sessions.length ? element("ol", { class: "sessions" }, ...sessions) : element("p", { class: "empty" }, t("none")),
  ];
}
