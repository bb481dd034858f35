/** Which visits led to the orders; null where this server has no such endpoint. */
import { element } from "../dom.js";
import { decimal, money } from "../format.js";
import { t } from "../i18n.js";
import { table } from "../table.js";
import { collapsible, numberColumn, section, textColumn } from "./layout.js";

const NONE = "(none)"; // What the API calls the campaign of a visit that has none.
const LARGEST = 5; // Sources whose models are shown beside each other.

export function channels({ attribution }) {
  if (!attribution) return null;
  return section(
    "channels",
    element("p", { class: "explanation" }, t("touchesMean")),
    models(attribution),
    table("attribution.rows", columns(attribution.rows), attribution.rows.map(withCampaigns)),
    collapsible("attribution.compared", comparedColumns(attribution), compared(attribution)),
    collapsible("attribution.paths", pathColumns(), attribution.paths),
  );
}

/** The switch of model; `main.js` listens to it. */
function models({ model: chosen, models }) {
  const button = (model) =>
    element(
      "button",
      { type: "button", class: "quiet", name: "model", value: model, "aria-pressed": model === chosen },
      t(`model_${model}`),
    );
  return element("div", { class: "choice", role: "group", "aria-label": t("model") }, ...Object.keys(models).map(button));
}

/** A source with its campaigns below it, where it has any. */
const withCampaigns = (row) => ({ ...row, below: row.campaigns.some(({ name }) => name !== NONE) ? row.campaigns : [] });

/** What was paid for visits is shown where it is known. */
const columns = (rows) => [
  { ...textColumn("name", t("sourceAndCampaigns")), format: (name) => (name === NONE ? t("noCampaign") : name), isText: true },
  numberColumn("visits", t("visitsBegun")),
  numberColumn("orders", t("orders"), decimal),
  numberColumn("revenue", t("net_revenue"), money),
  numberColumn("new_buyers", t("new_buyers"), decimal),
  ...(rows.some(({ cost }) => cost !== null)
    ? [numberColumn("cost", t("cost"), known(money)), numberColumn("roas", t("roas"), known(decimal))]
    : []),
];

const known = (format) => (value) => (value === null ? "—" : format(value));

/** The largest names of the chosen model, each with its revenue by all models. */
const compared = ({ rows, models }) =>
  rows.slice(0, LARGEST).map(({ name }) => ({
    name,
    ...Object.fromEntries(Object.entries(models).map(([model, all]) => [model, all.find((each) => each.name === name)?.revenue ?? 0])),
  }));

const comparedColumns = ({ models }) => [
  textColumn("name", t("source")),
  ...Object.keys(models).map((model) => numberColumn(model, t(`model_${model}`), money)),
];

const pathColumns = () => [
  textColumn("path"),
  numberColumn("orders", t("orders")),
  numberColumn("revenue", t("net_revenue"), money),
  numberColumn("touches_per_order", t("touches_per_order"), decimal),
  numberColumn("days", t("daysToOrder"), decimal),
];
