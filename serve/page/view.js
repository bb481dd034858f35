/** Draws the numbers: first how the shop is doing, then what sells, who comes, WhatsApp, what goes wrong and may cost. */
import { change } from "./change.js";
import { chart, spark } from "./chart.js";
import { element } from "./dom.js";
import { table } from "./table.js";
import { term } from "./term.js";
import { MEASURES } from "./trend.js";
import { count, day, money, percent } from "./format.js";
import { t } from "./i18n.js";

const FORMATS = { total_revenue: money, total_sales: count, average_order_value: money, abandonment_rate: percent };
const performanceOrder = { key: "views", descending: true };

export function draw(main, stats, risk, unreadable, trend) {
  const focusable = () => [...main.querySelectorAll("button, summary, [tabindex]")];
  const focused = focusable().indexOf(document.activeElement);
  const opened = [...main.querySelectorAll("details")].map((details) => details.open);
  main.replaceChildren(...(stats.session_stats.unique_sessions ? sections(stats, risk, unreadable, trend) : [nobody()]));
  main.querySelectorAll("details").forEach((details, index) => (details.open = opened[index] ?? false));
  focusable()[focused]?.focus({ preventScroll: true });
}

function nobody() {
  return element("p", { class: "empty" }, t("empty"));
}

function sections(stats, risk, unreadable, trend) {
  const { event_counts, conversion_rates, session_stats, retention_metrics } = stats;
  return [
    element(
      "section",
      { class: "cards", "aria-label": t("title") },
      ...MEASURES.map((name) => card(name, stats, trend, name === "total_revenue" ? unreadable : [])),
    ),
    section(
      "funnel",
      steps("event_counts", event_counts, [
        ["product_view"],
        ["add_to_cart", "conversion_rates.visit_to_cart", conversion_rates.visit_to_cart],
        ["begin_checkout", "conversion_rates.cart_to_checkout", conversion_rates.cart_to_checkout],
        ["purchase", "conversion_rates.checkout_to_purchase", conversion_rates.checkout_to_purchase],
      ]),
    ),
    section("payment", paymentSteps(stats)),
    section("products", ...products(stats)),
    section(
      "people",
      numbers(
        ["session_stats.unique_sessions", count(session_stats.unique_sessions)],
        ["session_stats.avg_events_per_session", count(session_stats.avg_events_per_session)],
        ["session_stats.sessions_with_purchase", count(session_stats.sessions_with_purchase)],
        ["retention_metrics.total_unique_buyers", count(retention_metrics.total_unique_buyers)],
        ["retention_metrics.recurrent_customers", count(retention_metrics.recurrent_customers)],
        ["retention_metrics.repurchase_rate", percent(retention_metrics.repurchase_rate)],
      ),
      table("traffic_sources", [text("source"), number("sessions", t("sessions"))], stats.traffic_sources),
    ),
    section("whatsapp", ...whatsapp(stats)),
    ...(risk ? [section("risk", ...moneyAtRisk(risk))] : []),
    section("wrong", numbers(...Object.entries(stats.error_counts).map(([name, value]) => [`error_counts.${name}`, count(value)]))),
    section("timeline", ...timelines(stats, trend)),
  ];
}

function paymentSteps(stats) {
  const counts = {
    checkout_started: stats.checkout_started_count,
    payment_info_entered: stats.payment_info_entered_count,
    order_completed: stats.order_completed_count,
  };
  return steps("", counts, [
    ["checkout_started"],
    ["payment_info_entered", "conversion_checkout_to_payment", stats.conversion_checkout_to_payment],
    ["order_completed", "conversion_payment_to_order", stats.conversion_payment_to_order],
  ]);
}

function products(stats) {
  const columns = [
    text("name", t("product")),
    number("views", t("views")),
    number("add_to_cart", t("carts")),
    number("purchases", t("purchases")),
    ...(stats.mode === "unique" ? [number("purchases_units", t("units"))] : []),
    number("conversion_rate", t("rate"), percent),
  ];
  return [
    table("top_products", [text("slug", t("product")), number("count", t("units"))], stats.top_products),
    table("top_viewed_products", [text("slug", t("product")), number("count", t("views"))], stats.top_viewed_products),
    table("product_performance", columns, stats.product_performance, performanceOrder),
  ];
}

function whatsapp({ whatsapp_sessions, whatsapp_purchases, whatsapp_sessions_list }) {
  const rate = whatsapp_sessions ? Math.round((1000 * whatsapp_purchases) / whatsapp_sessions) / 10 : 0;
  const sessions = whatsapp_sessions_list.map((id) => element("li", null, element("code", null, id), copier(id)));
  return [
    numbers(
      ["whatsapp_sessions", count(whatsapp_sessions)],
      ["whatsapp_purchases", count(whatsapp_purchases)],
      ["whatsappRate", percent(rate)],
    ),
    element("h3", null, term("whatsapp_sessions_list")),
    sessions.length ? element("ol", { class: "sessions" }, ...sessions) : element("p", { class: "empty" }, t("none")),
  ];
}

function moneyAtRisk(risk) {
  const left = [number("abandoned_checkouts", t("abandoned")), number("abandoned_value", t("left"), money)];
  return [
    numbers(
      ["abandoned_value", money(risk.abandoned_value)],
      ["abandoned_checkouts", count(risk.abandoned_checkouts)],
      ["error_value", money(risk.error_value)],
      ["error_checkouts", count(risk.error_checkouts)],
    ),
    table("abandoned_by_source", [text("source"), number("checkouts", t("checkouts")), ...left], risk.abandoned_by_source),
    table("abandoned_by_error", [{ key: "error_type", label: t("error"), format: t }, ...left], risk.abandoned_by_error),
  ];
}

function copier(id) {
  const copy = async ({ currentTarget }) => {
    await navigator.clipboard.writeText(id);
    currentTarget.textContent = t("copied");
  };
  return element("button", { type: "button", class: "quiet", "aria-label": `${t("copy")} ${id}`, onclick: copy }, t("copy"));
}

function timelines(stats, trend) {
  const charts = [
    chart("events_timeline", stats.events_timeline, Object.keys(stats.event_counts), "--accent"),
    chart("errors_timeline", stats.errors_timeline, [...Object.keys(stats.error_counts), "address_error"], "--error"),
  ];
  const tables = ["events_timeline", "errors_timeline", "sales_by_day"].map((name) => {
    const measures = Object.keys(stats[name][0] ?? {}).filter((key) => key !== "date");
    const columns = measures.map((key) => number(key, key === "count" ? t("total_sales") : t(key)));
    return folded(name, [{ key: "date", label: t("day"), format: day }, ...columns], stats[name]);
  });
  const parts = [
    ...["start", "end"].map((key) => ({ key, label: t(key), format: day })),
    ...MEASURES.map((name) => number(name, t(name), FORMATS[name])),
  ];
  return [element("div", { class: "charts" }, ...charts), ...tables, ...(trend.length ? [folded("trend", parts, trend)] : [])];
}

function folded(name, columns, rows) {
  return element("details", null, element("summary", null, t(name)), table(name, columns, rows));
}

function section(name, ...content) {
  return element("section", { id: name, "aria-labelledby": `${name}-title` }, element("h2", { id: `${name}-title` }, t(name)), ...content);
}

/** A number with how it moved, and with notes on what it lacks: defects and how many sales have each. */
function card(field, stats, trend, unreadable) {
  const format = FORMATS[field];
  const name = element("h2", null, term(field));
  const value = element("p", { class: "value", "data-field": field }, format(stats[field]));
  const notes = unreadable.map(([defect, sales]) => element("p", { class: "note" }, t(defect).replace("{}", count(sales))));
  return element("article", { class: "card" }, name, value, ...notes, change(field, stats, format), spark(field, trend, format));
}

/** Steps one below the other, each with its share of the first; the rates are those of the API. */
function steps(parent, counts, rows) {
  const first = Math.max(...Object.values(counts), 1);
  const items = rows.map(([name, rateField, rate]) => {
    const bar = element("span", { class: "bar" });
    bar.style.width = `${(100 * counts[name]) / first}%`;
    const field = parent ? `${parent}.${name}` : `${name}_count`;
    const share = rateField
      ? element("span", { class: "rate" }, element("b", { "data-field": rateField }, percent(rate)), ` ${t("ofBefore")}`)
      : null;
    return element(
      "li",
      null,
      element("span", null, term(field, name)),
      element("b", { class: "value", "data-field": field }, count(counts[name])),
      bar,
      share,
    );
  });
  return element("ol", { class: "steps" }, ...items);
}

function numbers(...rows) {
  return element(
    "dl",
    { class: "numbers" },
    ...rows.map(([field, value]) => element("div", null, element("dt", null, term(field)), element("dd", { "data-field": field }, value))),
  );
}

const text = (key, label = t(key)) => ({ key, label });
const number = (key, label, format = count) => ({ key, label, format });
