/** From the view of a product to its purchase. */
import { section, steps } from "./layout.js";

const RATES = { add_to_cart: "visit_to_cart", begin_checkout: "cart_to_checkout", purchase: "checkout_to_purchase" };

export function funnel({ stats }) {
  const rows = ["product_view", ...Object.keys(RATES)].map((name) => ({
    name,
    field: `event_counts.${name}`,
    count: stats.event_counts[name],
    rateField: RATES[name] && `conversion_rates.${RATES[name]}`,
    rate: stats.conversion_rates[RATES[name]],
  }));
  return section("funnel", steps(rows));
}
