/** From the view of a product to its purchase, by events, and beside it by persons who took the steps in order. */
import { element } from "../dom.js";
import { duration, money } from "../format.js";
import { t } from "../i18n.js";
import { withTooltip } from "../tooltip.js";
import { section, steps } from "./layout.js";

const RATES = { add_to_cart: "visit_to_cart", begin_checkout: "cart_to_checkout", purchase: "checkout_to_purchase" };

export function funnel({ stats, strict }) {
  const rows = ["product_view", ...Object.keys(RATES)].map((name) => ({
    name,
    field: `event_counts.${name}`,
    count: stats.event_counts[name],
    rateField: RATES[name] && `conversion_rates.${RATES[name]}`,
    rate: stats.conversion_rates[RATES[name]],
  }));
  return section("funnel", element("div", { class: "beside" }, steps(rows), strict ? inOrder(strict) : null));
}

function inOrder({ funnel }) {
  const rows = funnel.map(({ step, count, rate_from_previous, median_seconds, value_lost }, index) => ({
    name: step,
    field: `strict.funnel.${index}.count`,
    count,
    rateField: index && `strict.funnel.${index}.rate_from_previous`,
    rate: rate_from_previous,
    more: index && count ? `, ${t("after")} ${duration(median_seconds)}` : "",
    note: value_lost ? `${money(value_lost)} ${t("lostHere")}` : null,
  }));
  return element("div", null, element("h3", null, withTooltip("strict.funnel", "inOrder")), steps(rows));
}
