/** Who comes back. */
import { count, percent } from "../format.js";
import { number, numbers, section } from "./layout.js";

export function customers({ stats: { retention_metrics } }) {
  return section(
    "customers",
    numbers(
      number("retention_metrics.total_unique_buyers", retention_metrics.total_unique_buyers),
      number("retention_metrics.recurrent_customers", retention_metrics.recurrent_customers, count),
      number("retention_metrics.repurchase_rate", retention_metrics.repurchase_rate, percent),
    ),
  );
}
