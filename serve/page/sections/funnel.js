/** From the visit to the purchase: by persons who took the steps in order, and, to be unfolded, by events. */
import { element } from "../dom.js";
import { count, duration, money, percent } from "../format.js";
import { t } from "../i18n.js";
import { number, numbers, section, steps } from "./layout.js";

const RATES = { add_to_cart: "visit_to_cart", begin_checkout: "cart_to_checkout", purchase: "checkout_to_purchase" };

export function funnel({ stats, strict, orders }) {
  const hasPersons = Boolean(strict?.funnel[0].count);
  return section(
    "funnel",
    hasPersons ? inOrder(strict, orders) : element("p", { class: "empty" }, t("nobodyInOrder")),
    byEvents(stats, !hasPersons),
  );
}

function inOrder({ funnel }, orders) {
  const rows = funnel.map(({ step, count, rate_from_previous, median_seconds, value_lost }, index) => ({
    name: step,
    field: `strict.funnel.${index}.count`,
    count,
    rateField: index && `strict.funnel.${index}.rate_from_previous`,
    rate: rate_from_previous,
    more: index && count ? `, ${t("after")} ${duration(median_seconds)}` : "",
    note: value_lost ? `${money(value_lost)} ${t("lostHere")}` : null,
  }));
  const [before, after] = t("ordersInAll").split("{}");
  const inAll = orders && element("p", { class: "explanation" }, before, element("b", null, count(orders.orders)), after);
  return element("div", { class: "persons" }, element("p", { class: "explanation" }, t("inOrder")), steps(rows), inAll);
}

/** The counts and rates of the API's own funnel, in which a step can have more than the one before. */
function byEvents({ event_counts, conversion_rates, mode }, isOpen) {
  const counted = Object.entries(event_counts).map(([name, value]) => {
    const rate = RATES[name] && number(`conversion_rates.${RATES[name]}`, conversion_rates[RATES[name]], percent, "rate");
    return number(`event_counts.${name}`, value, count, name, rate);
  });
  const explanation = element("p", { class: "explanation" }, t(mode === "unique" ? "bySessionsMeans" : "byEventsMeans"));
  const title = element("summary", null, t(mode === "unique" ? "bySessions" : "byEvents"));
  return element("details", { open: isOpen && "" }, title, explanation, numbers(...counted));
}
