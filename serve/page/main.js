/** Starts the page: reads what the reader does, asks the API and draws what it says. */
import {
  ApiError,
  dropToken,
  getCarts,
  getDeals,
  getDocumentation,
  getHealth,
  getOrders,
  getRisk,
  getStats,
  getToday,
  getToken,
  keepToken,
  takeTokenFromAddress,
} from "./api.js";
import { draw } from "./dashboard.js";
import { queryOf, writeFilters } from "./filters.js";
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
    const [{ stats, version, newestEventAt, unreadable }, risk, orders, carts, deals] = await Promise.all([
      getStats(query),
      getRisk(query),
      getOrders(query),
      getCarts(query),
      getDeals(query),
      documentation,
    ]);
    if (isWanted()) {
      state.version = version;
      show(newestEventAt, { stats, risk, orders, carts, deals, unreadable, sparklines: knownSparklines(stats.events_timeline) });
    }
    const sparklines = await getSparklines(stats.events_timeline, version);
    if (isWanted()) show(newestEventAt, { stats, risk, orders, carts, deals, unreadable, sparklines });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (isWanted()) handleError(error);
  } finally {
    if (filters === state.filters) main.ariaBusy = "false";
  }
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
