/** Orders, what was paid back of them, and the newest ones; null where this server has no such endpoint. */
import { element } from "../dom.js";
import { decimal, moment, money, percent } from "../format.js";
import { t } from "../i18n.js";
import { shortTable } from "../table.js";
import { number, numberColumn, numbers, section, textColumn } from "./layout.js";

export function orders({ orders: answer }) {
  if (!answer) return null;
  const refunds = [
    number("orders.refunded", answer.refunded, money),
    number("orders.refund_rate", answer.refund_rate, percent),
    number("orders.refunds_in_window", answer.refunds_in_window, money),
  ];
  return section(
    "orders",
    numbers(
      number("orders.orders", answer.orders),
      number("orders.net_revenue", answer.net_revenue, money),
      number("orders.average_order_value", answer.average_order_value, money, "averageOrder"),
      number("orders.new_buyers", answer.new_buyers),
      number("orders.returning_buyers", answer.returning_buyers),
      ...(answer.refunded || answer.refunds_in_window ? refunds : []),
    ),
    linesPerOrder(answer),
    shortTable("orders.last_orders", columns(), answer.last_orders),
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
