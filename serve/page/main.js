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

let documentation;

async function readDocumentation() {
  try {
    Object.assign(state, await getDocumentation());
  } catch (error) {
    if (!(error instanceof ApiError)) throw error; // Without it the names have no tooltips, and no sale can be recorded.
  }
}

async function refresh() {
  const [filters, token] = [state.filters, getToken()];
  if (!token || document.hidden) return;
  const isWanted = () => filters === state.filters && token === getToken();
  main.ariaBusy = "true";
  try {
    const query = await queryOf(filters, getToday);
    const [{ version, newestEventAt, ...first }, alerts] = await Promise.all([getStats(query), getAlerts(filters.lang)]);
    if (!state.numbers && isWanted()) {
      show(newestEventAt, { ...first, alerts });
      await new Promise(requestAnimationFrame); // What is asked next shall not hold it up.
    }
    const [rest] = await Promise.all([getRest(query, filters, first.stats), (documentation ??= readDocumentation())]);
    if (isWanted()) {
      state.version = version;
      show(newestEventAt, { ...first, alerts, ...rest });
    }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (isWanted()) handleError(error);
  } finally {
    if (filters === state.filters) main.ariaBusy = "false";
  }
}

/** What comes after the first numbers; of it the funnel in order, and customers now and 30 days before, by days of the store. */
async function getRest(query, { days }, { events_timeline }) {
  // Seven times 24 hours begin within a day; here they are seven days.
  const [first, last] = [events_timeline.at(days === "7" ? -7 : 0).date, events_timeline.at(-1).date];
  const asked = {
    strict: getStrictFunnel(first, last),
    orders: getOrders(query),
    carts: getCarts(query),
    deals: getDeals(query),
    risk: getRisk(query),
    rfm: getRfm(last),
    earlierRfm: getRfm(daysBefore(last, 30)),
  };
  const answers = await Promise.all(Object.values(asked));
  return Object.fromEntries(Object.keys(asked).map((name, index) => [name, answers[index]]));
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
