/** Orders, what was paid back of them, and the newest ones; null where this server has no such endpoint. */
import { element } from "../dom.js";
import { count, decimal, moment, money, percent } from "../format.js";
import { t } from "../i18n.js";
import { table } from "../table.js";
import { numberColumn, numbers, section, textColumn } from "./layout.js";

export function orders({ orders: answer }) {
  if (!answer) return null;
  const refunds = [
    ["orders.refunded", money(answer.refunded)],
    ["orders.refund_rate", percent(answer.refund_rate)],
    ["orders.refunds_in_window", money(answer.refunds_in_window)],
  ];
  return section(
    "orders",
    numbers(
      ["orders.orders", count(answer.orders)],
      ["orders.net_revenue", money(answer.net_revenue)],
      ["orders.average_order_value", money(answer.average_order_value), "averageOrder"],
      ["orders.new_buyers", count(answer.new_buyers)],
      ["orders.returning_buyers", count(answer.returning_buyers)],
      ...(answer.refunded || answer.refunds_in_window ? refunds : []),
    ),
    linesPerOrder(answer),
    table("orders.last_orders", columns(), answer.last_orders),
  );
}

function linesPerOrder(answer) {
  const [before, after] = t("linesPerOrder").split("{}");
  const value = element("b", { "data-field": "orders.lines_per_order" }, decimal(answer.lines_per_order));
  return element("p", { class: "explanation" }, before, value, after);
}

const columns = () => [
  { key: "ordered_at", label: t("ordered_at"), format: moment },
  { ...textColumn("order_id"), format: (id) => id ?? "—", isText: true },
  numberColumn("gross_revenue", t("total_revenue"), money),
  numberColumn("refunded", t("refunded"), money),
  numberColumn("lines", t("lines")),
  numberColumn("units", t("units")),
  textColumn("source"),
];
