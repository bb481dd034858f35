/** Starts the page: reads what the reader does, asks the API and draws what it says. */
import {
  ApiError,
  dropToken,
  getAlerts,
  getCarts,
  getDeals,
  getDocumentation,
  getHealth,
  getOrders,
  getRfm,
  getRisk,
  getStats,
  getStrictFunnel,
  getToday,
  getToken,
  keepToken,
  takeTokenFromAddress,
} from "./api.js";
import { draw } from "./dashboard.js";
import { daysBefore, queryOf, writeFilters } from "./filters.js";
import { moment } from "./format.js";
import { t, translateDocument } from "./i18n.js";
import { getSparklines, knownSparklines } from "./sparkline-data.js";
import { state } from "./state.js";

const REFRESH_MS = 30_000;
const POLL_MS = 2_000;
const [signIn, filterForm, language, main, status, problem, stale] = [
  "sign-in",
  "filters",
  "language",
  "dashboard",
  "status",
  "problem",
  "stale",
].map((id) => document.getElementById(id));
const signInForm = /** @type {HTMLFormElement} */ (signIn);

const documentation = getDocumentation().then(
  (found) => Object.assign(state, found),
  (error) => {
    if (!(error instanceof ApiError)) throw error; // Without it the names have no tooltips, and no sale can be recorded.
  },
);

async function refresh() {
  const [filters, token] = [state.filters, getToken()];
  if (!token || document.hidden) return;
  const isWanted = () => filters === state.filters && token === getToken();
  main.ariaBusy = "true";
  try {
    const query = await queryOf(filters, getToday);
    const [{ stats, version, newestEventAt, unreadable }, alerts, risk, orders, carts, deals] = await Promise.all([
      getStats(query),
      getAlerts(filters.lang),
      getRisk(query),
      getOrders(query),
      getCarts(query),
      getDeals(query),
      documentation,
    ]);
    const numbers = { stats, alerts, risk, orders, carts, deals, unreadable };
    if (isWanted()) {
      state.version = version;
      const known = state.later.filters === filters ? state.later.numbers : {};
      show(newestEventAt, { ...numbers, ...known, sparklines: knownSparklines(stats.events_timeline) });
    }
    const [sparklines, later] = await Promise.all([getSparklines(stats.events_timeline, version), getLater(filters, stats)]);
    if (isWanted()) {
      state.later = { filters, numbers: later };
      show(newestEventAt, { ...numbers, ...later, sparklines });
    }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (isWanted()) handleError(error);
  } finally {
    if (filters === state.filters) main.ariaBusy = "false";
  }
}

/** What is asked by days of the store, once these are known: the funnel in order, and customers now and 30 days before. */
async function getLater({ days }, { events_timeline }) {
  // Seven times 24 hours begin within a day; here they are seven days.
  const [first, last] = [events_timeline.at(days === "7" ? -7 : 0).date, events_timeline.at(-1).date];
  const [strict, rfm, earlierRfm] = await Promise.all([getStrictFunnel(first, last), getRfm(last), getRfm(daysBefore(last, 30))]);
  return { strict, rfm, earlierRfm };
}

/** Refreshes when there is a new version of the data. */
async function pollVersion() {
  if (main.hidden || document.hidden || main.ariaBusy !== "false") return;
  try {
    const { version, is_stale, checked_at } = await getHealth();
    stale.textContent = is_stale ? t("stale").replace("{}", moment(checked_at)) : "";
    stale.hidden = !is_stale;
    if (version !== state.version) refresh();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error; // The next refresh says so.
  }
}

function show(newestEventAt, numbers) {
  showError("");
  status.textContent = newestEventAt ? `${t("newest")}: ${moment(newestEventAt)}` : "";
  state.numbers = numbers;
  const drawing = JSON.stringify([numbers, state.filters.lang]);
  if (drawing !== state.drawing) draw(main, numbers);
  state.drawing = drawing;
  main.hidden = false;
}

function handleError({ status: code, message }) {
  if (code === 401 || code === 403) {
    dropToken();
    updateLayout();
    showError(t(code === 401 ? "unauthorized" : "forbidden"));
  } else {
    showError(message || t("away"));
  }
}

function showError(text) {
  problem.textContent = text;
  problem.hidden = !text;
}

/** Shows the parts of the page for a reader who is signed in, or who is not. */
function updateLayout() {
  const isSignedIn = Boolean(getToken());
  signIn.hidden = isSignedIn;
  filterForm.hidden = !isSignedIn;
  main.hidden = !isSignedIn || !state.numbers;
  status.textContent = isSignedIn ? t("loading") : "";
  stale.hidden = true;
  showError("");
}

function applyFilters() {
  for (const form of [filterForm, language]) {
    for (const input of form.querySelectorAll("input")) {
      if (input.type === "radio") input.checked = state.filters[input.name] === input.value;
      else input.value = state.filters[input.name];
    }
  }
  document.getElementById("range").hidden = state.filters.days !== "range";
  translateDocument();
  document.title = t("title");
}

function changeFilter({ target }) {
  state.filters = { ...state.filters, [target.name]: target.value };
  writeFilters(state.filters);
  applyFilters();
  refresh();
}

filterForm.onchange = changeFilter;
language.onchange = changeFilter;
signIn.onsubmit = (event) => {
  event.preventDefault();
  keepToken(signInForm.elements["token"].value.trim());
  signInForm.reset();
  updateLayout();
  refresh();
};
document.getElementById("sign-out").onclick = () => {
  dropToken();
  state.numbers = null;
  state.drawing = "";
  main.replaceChildren();
  updateLayout();
};
document.onvisibilitychange = refresh;
matchMedia("(prefers-color-scheme: dark)").onchange = () => {
  if (state.numbers) draw(main, state.numbers);
};
setInterval(refresh, REFRESH_MS);
setInterval(pollVersion, POLL_MS);

takeTokenFromAddress();
applyFilters();
updateLayout();
refresh();
