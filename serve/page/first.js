/** Asks for the first numbers while the rest of the page still loads. */
import { getAlerts, getStats, getToday, getToken, takeTokenFromAddress } from "./api.js";
import { queryOf } from "./filters.js";
import { state } from "./state.js";

takeTokenFromAddress();

/** The answers that were asked for when this page was opened, for the one who asks first. */
let early = getToken() ? { filters: state.filters, answers: ask(state.filters) } : null;
early?.answers.catch(() => {}); // Who takes the answers handles the error.

/** The first numbers for what the reader chose, and the query that they are the answer to. Throws ApiError. */
export function firstNumbers(filters) {
  const answers = early?.filters === filters ? early.answers : ask(filters);
  early = null;
  return answers;
}

async function ask(filters) {
  const query = await queryOf(filters, getToday);
  const [first, alerts] = await Promise.all([getStats(query), getAlerts(filters.lang)]);
  return { query, alerts, ...first };
}
