/** What became of carts, and which to win back; null where this server has no such endpoint. */
import { count, moment, money, percent } from "../format.js";
import { t } from "../i18n.js";
import { table } from "../table.js";
import { collapsible, numberColumn, numbers, section } from "./layout.js";
import { sessionId } from "./session.js";

const STATES = ["opened", "bought", "sold_over_whatsapp", "emptied", "abandoned", "open"];

export function carts({ carts: answer }) {
  if (!answer) return null;
  return section(
    "carts",
    numbers(
      ...STATES.map((name) => outcome(name, answer[name])),
      ["carts.abandonment_rate", percent(answer.abandonment_rate), "abandonedCarts"],
      ["carts.recovery_rate", percent(answer.recovery_rate), "recoveredCarts"],
    ),
    table("carts.open_carts", openColumns(), answer.open_carts),
    ...Object.entries({ by_furthest_step: step, by_source: (source) => source, by_last_error: t }).map(([field, name]) =>
      collapsible(`carts.${field}`, columns(name), answer[field].map(flat)),
    ),
  );
}

const outcome = (name, { carts, value }) => [`carts.${name}.carts`, count(carts), name, `carts.${name}.value`, money(value)];

const openColumns = () => [
  { key: "silent_since", label: t("silent_since"), format: moment },
  numberColumn("value", t("cartValue"), money),
  { key: "furthest_step", label: t("furthest_step"), format: step, isText: true },
  { key: "session_id", label: t("session"), format: sessionId, isText: true },
];

const columns = (format) => [
  { key: "name", label: t("name"), format },
  numberColumn("opened.carts", t("opened")),
  numberColumn("abandoned.carts", t("abandoned")),
  numberColumn("abandoned.value", t("left"), money),
];

const step = (name) => t(`step_${name}`);

/** `{ name, opened: { carts, value }, … }` as `{ name, "opened.carts", "opened.value", … }`. */
const flat = ({ name, ...states }) =>
  Object.fromEntries([
    ["name", name],
    ...Object.entries(states).flatMap(([state, { carts, value }]) => [
      [`${state}.carts`, carts],
      [`${state}.value`, value],
    ]),
  ]);
