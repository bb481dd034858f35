/** What waits for somebody: deals over WhatsApp whose sale can be recorded, and carts to win back. */
import { ApiError, recordSale } from "../api.js";
import { element } from "../dom.js";
import { moment, money } from "../format.js";
import { t } from "../i18n.js";
import { state } from "../state.js";
import { shortTable } from "../table.js";
import { numberColumn, section } from "./layout.js";
import { sessionId } from "./session.js";

/** null where this server has neither. */
export function todo({ deals, carts }) {
  if (!deals && !carts) return null;
  const tables = [deals && openDeals(deals), carts && shortTable("carts.open_carts", cartColumns(), carts.open_carts)];
  return section("todo", ...tables.filter(Boolean));
}

const cartColumns = () => [
  { key: "silent_since", label: t("silent_since"), format: moment },
  numberColumn("value", t("cartValue"), money),
  { key: "furthest_step", label: t("furthest_step"), format: (step) => t(`step_${step}`), isText: true },
  { key: "session_id", label: t("session"), format: sessionId, isText: true },
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
  return shortTable("deals.open_deals", columns, open_deals);
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
