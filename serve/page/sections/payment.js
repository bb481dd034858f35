/** From a checkout that was started to an order that was completed. */
import { element } from "../dom.js";
import { t } from "../i18n.js";
import { section, steps } from "./layout.js";

const RATES = { payment_info_entered: "conversion_checkout_to_payment", order_completed: "conversion_payment_to_order" };

export function payment({ stats }) {
  const rows = ["checkout_started", ...Object.keys(RATES)].map((name) => ({
    name,
    field: `${name}_count`,
    count: stats[`${name}_count`],
    rateField: RATES[name],
    rate: stats[RATES[name]],
  }));
  const isEmpty = rows.every(({ count }) => !count);
  return section("payment", isEmpty ? element("p", { class: "empty" }, t("noPaymentSteps")) : steps(rows));
}
