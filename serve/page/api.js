/** Requests to the API. The token lives in session storage; one in the page's address is moved there at once. */

const STATS = "api/analytics/dashboard-stats/";
const RISK = "api/analytics/money-at-risk/";
const ORDERS = "api/analytics/orders/";
const CARTS = "api/analytics/carts/";
const DEALS = "api/analytics/whatsapp/";
const ALERTS = "api/analytics/alerts/";
const FUNNEL = "api/analytics/funnel/";
const RFM = "api/analytics/rfm/";
const ATTRIBUTION = "api/analytics/attribution/";
const TRACK = "api/analytics/track/";

/**
 * A response other than 200. `status` is 0 where the server cannot be reached. `message` is empty where the response is no
 * JSON, as that of a proxy whose server is down.
 */
export class ApiError extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

export function takeTokenFromAddress() {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (token) {
    keepToken(token);
    history.replaceState(null, "", location.pathname + location.search);
  }
}

export const keepToken = (token) => sessionStorage.setItem("token", token);
export const dropToken = () => sessionStorage.removeItem("token");
export const getToken = () => sessionStorage.getItem("token");

/**
 * The numbers for a query, the version of the data, when its newest event happened, and how many sales of its days have
 * which defect. Throws ApiError.
 */
export async function getStats(query) {
  const { body, headers } = await askAsAdmin(`${STATS}?${query}`);
  const [version, newestEventAt] = ["X-Data-Version", "X-Data-Newest-Event-At"].map((name) => headers.get(name));
  const defects = (headers.get("X-Data-Unreadable-Sales") ?? "").split(", ").filter(Boolean);
  return { stats: body, version, newestEventAt, unreadable: defects.map((defect) => defect.split("=")) };
}

/** What was begun and not bought, for a query; null where this server has no such endpoint. Throws ApiError. */
export const getRisk = (query) => getOptional(RISK, query);

/** Orders and refunds, likewise. */
export const getOrders = (query) => getOptional(ORDERS, query);

/** Carts, likewise. */
export const getCarts = (query) => getOptional(CARTS, query);

/** Deals over WhatsApp, likewise. */
export const getDeals = (query) => getOptional(DEALS, query);

/** What needs attention now, in a language, likewise. */
export const getAlerts = (lang) => getOptional(ALERTS, parameters({ lang }));

/** Persons who took the steps to a purchase in order, between two days, likewise. */
export const getStrictFunnel = (start, end) => getOptional(FUNNEL, parameters({ order: "strict", start, end }));

/** Customers by segment in the 90 days up to the end of a day, likewise, without the customers themselves. */
export async function getSegments(end) {
  const answer = await getOptional(RFM, parameters({ end }));
  return answer && { segments: answer.segments };
}

/** What led to the orders between two days, by a model: sources, their campaigns, and paths; likewise. */
export const getAttribution = (start, end, model) =>
  getOptional(ATTRIBUTION, parameters({ start, end, model, include: "paths,campaigns" }));

const parameters = (values) => new URLSearchParams(values).toString();

async function getOptional(path, query) {
  try {
    return (await askAsAdmin(`${path}?${query}`)).body;
  } catch (error) {
    if (error.status === 404) return null;
    throw error;
  }
}

/** The day it is for the shop, whose calendar need not be the browser's. Throws ApiError. */
export async function getToday() {
  const { stats } = await getStats("");
  return stats.events_timeline.at(-1).date;
}

/** The version of the data that is served and how fresh it is, which needs no token. Throws ApiError. */
export const getHealth = async () => (await ask("healthz")).body;

/**
 * Records a sale that was closed over WhatsApp in this session. Throws ApiError.
 *
 * Without the token, because the API takes the e-mail of a token for that of the customer.
 */
export async function recordSale(session_id, amount) {
  const event = { event_type: "whatsapp_purchase", session_id, metadata: { amount, recorded_by: "dashboard" } };
  await ask(TRACK, { method: "POST", body: JSON.stringify(event) });
}

/**
 * What each field means in either language, by the names that lead to it: `session_stats.unique_sessions`, say; and whether
 * this server takes events.
 */
export async function getDocumentation() {
  const { components, paths } = (await ask("openapi.json")).body;
  const { schemas } = components;
  const definitions = {};
  const collect = (schema, path) => {
    for (const [name, field] of Object.entries(schema.properties ?? {})) {
      const inner = field.$ref ?? field.items?.$ref ?? field.items?.anyOf?.[0].$ref;
      if (field["x-description-es"]) definitions[path + name] = { en: field.description, es: field["x-description-es"] };
      if (inner) collect(schemas[inner.split("/").pop()], `${path}${name}.`);
    }
  };
  const roots = {
    DashboardStats: "",
    MoneyAtRisk: "",
    Orders: "orders.",
    Carts: "carts.",
    WhatsApp: "deals.",
    Funnel: "strict.",
    Rfm: "rfm.",
    Attribution: "attribution.",
  };
  for (const [name, path] of Object.entries(roots)) collect(schemas[name] ?? {}, path);
  return { definitions, canTrack: `/${TRACK}` in paths };
}

const askAsAdmin = (url) => ask(url, { headers: { Authorization: `Bearer ${getToken()}` } });

async function ask(url, options) {
  let response, body;
  try {
    response = await fetch(url, options);
    body = await response.json();
  } catch {
    throw new ApiError(response?.status ?? 0, "");
  }
  if (!response.ok) throw new ApiError(response.status, body.detail ?? "");
  return { body, headers: response.headers };
}
