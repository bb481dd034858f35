/** What became of carts; null where this server has no such endpoint. */
import { count, money, percent } from "../format.js";
import { t } from "../i18n.js";
import { collapsible, flat, number, numberColumn, numbers, section } from "./layout.js";

const STATES = ["opened", "bought", "sold_over_whatsapp", "emptied", "abandoned", "open"];

export function carts({ carts: answer }) {
  if (!answer) return null;
  return section(
    "carts",
    numbers(
      ...STATES.map((name) => outcome(name, answer[name])),
      number("carts.abandonment_rate", answer.abandonment_rate, percent, "abandonedCarts"),
      number("carts.recovery_rate", answer.recovery_rate, percent, "recoveredCarts"),
    ),
    ...Object.entries({ by_furthest_step: step, by_source: (source) => source, by_last_error: t }).map(([field, name]) =>
      collapsible(`carts.${field}`, columns(name), answer[field].map(flat)),
    ),
  );
}

const outcome = (name, { carts, value }) =>
  number(`carts.${name}.carts`, carts, count, name, number(`carts.${name}.value`, value, money, "cartValue"));

const columns = (format) => [
  { key: "name", label: t("name"), format },
  numberColumn("opened.carts", t("opened")),
  numberColumn("abandoned.carts", t("abandoned")),
  numberColumn("abandoned.value", t("left"), money),
];

const step = (name) => t(`step_${name}`);
