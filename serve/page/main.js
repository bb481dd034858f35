/** Starts the page: reads what the reader does, asks the API and draws what it says. */
import {
  ApiError,
  dropToken,
  getAttribution,
  getCarts,
  getDeals,
  getDocumentation,
  getHealth,
  getOrders,
  getRisk,
  getSegments,
  getStrictFunnel,
  getToken,
  keepToken,
} from "./api.js";
import { saveAll } from "./csv.js";
import { draw, showPart } from "./dashboard.js";
import { daysBefore, writeAddress } from "./filters.js";
import { firstNumbers } from "./first.js";
import { day, duration, moment } from "./format.js";
import { t, translateDocument } from "./i18n.js";
import { dropNumbers, storeNumbers, storedNumbers } from "./stored-numbers.js";
import { state } from "./state.js";

const REFRESH_MS = 30_000;
const POLL_MS = 2_000;
const [signIn, filterForm, language, parts, main, footer, status, problem, stale, age] = [
  "sign-in",
  "filters",
  "language",
  "parts",
  "dashboard",
  "footer",
  "status",
  "problem",
  "stale",
  "age",
].map((id) => document.getElementById(id));
const signInForm = /** @type {HTMLFormElement} */ (signIn);

let documentation;

async function readDocumentation() {
  try {
    Object.assign(state, await getDocumentation());
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    documentation = null; // Until the next refresh the names have no tooltips, and no sale can be recorded.
  }
}

async function refresh() {
  const [filters, token] = [state.filters, getToken()];
  if (!token || document.hidden) return;
  const isWanted = () => filters === state.filters && token === getToken();
  main.ariaBusy = "true";
  try {
    const { query, version, newestEventAt, ...first } = await firstNumbers(filters);
    if (!state.numbers && isWanted()) {
      show(newestEventAt, first);
      await new Promise(requestAnimationFrame); // What is asked next shall not hold it up.
    }
    const [rest] = await Promise.all([getRest(query, filters, first.stats), (documentation ??= readDocumentation())]);
    if (isWanted()) {
      state.version = version;
      const numbers = { ...first, ...rest };
      show(newestEventAt, numbers);
      storeNumbers(choiceOf(filters), { newestEventAt, numbers });
    }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (isWanted()) handleError(error);
  } finally {
    if (filters === state.filters) main.ariaBusy = "false";
  }
}

/** What comes after the first numbers; of it the funnel in order, what led to orders, and customers by days of the store. */
async function getRest(query, { days, model }, { events_timeline }) {
  // Seven times 24 hours begin within a day; here they are seven days.
  const [first, last] = [events_timeline.at(days === "7" ? -7 : 0).date, events_timeline.at(-1).date];
  const asked = {
    strict: getStrictFunnel(first, last),
    orders: getOrders(query),
    carts: getCarts(query),
    deals: getDeals(query),
    risk: getRisk(query),
    attribution: getAttribution(first, last, model),
    rfm: getSegments(last),
    earlierRfm: getSegments(daysBefore(last, 30)),
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

/** Shows numbers; `askedAt` of those that were stored tells their age. */
function show(newestEventAt, numbers, askedAt = null) {
  showError("");
  const [first, last] = [0, -1].map((index) => day(numbers.stats.events_timeline.at(index).date));
  const newest = newestEventAt ? ` · ${t("newest")}: ${moment(newestEventAt)}` : "";
  status.textContent = `${first} – ${last}${newest}`;
  age.textContent = askedAt ? t("old").replace("{}", duration(Math.max(1, (Date.now() - Date.parse(askedAt)) / 1000))) : "";
  age.hidden = !askedAt;
  state.numbers = numbers;
  const drawing = JSON.stringify([numbers, state.filters.lang, state.definitions]);
  if (drawing !== state.drawing) draw(main, numbers);
  state.drawing = drawing;
  for (const each of [main, parts, footer]) each.hidden = false;
}

/** What a page that is opened again shows until the answers come. */
function showStored() {
  const stored = getToken() && storedNumbers(choiceOf(state.filters));
  if (stored) show(stored.newestEventAt, stored.numbers, stored.askedAt);
}

const choiceOf = (filters) => JSON.stringify(filters);

function handleError({ status: code, message }) {
  if (code === 401 || code === 403) {
    signOut();
    showError(t(code === 401 ? "unauthorized" : "forbidden"));
  } else {
    showError(message || t("away"));
  }
}

function showError(text) {
  problem.textContent = text;
  problem.hidden = !text;
}

function signOut() {
  dropToken();
  dropNumbers();
  state.numbers = null;
  state.drawing = "";
  main.replaceChildren();
  updateLayout();
}

/** Shows what of the page is for a reader who is signed in, or who is not. */
function updateLayout() {
  const isSignedIn = Boolean(getToken());
  signIn.hidden = isSignedIn;
  filterForm.hidden = !isSignedIn;
  for (const each of [main, parts, footer]) each.hidden = !isSignedIn || !state.numbers;
  status.textContent = isSignedIn ? t("loading") : "";
  stale.hidden = age.hidden = true;
  showError("");
}

function applyFilters() {
  const chosen = { ...state.filters, part: state.part };
  for (const form of [filterForm, language, parts]) {
    for (const input of form.querySelectorAll("input")) {
      if (input.type === "radio") input.checked = chosen[input.name] === input.value;
      else input.value = chosen[input.name];
    }
  }
  document.getElementById("range").hidden = state.filters.days !== "range";
  translateDocument();
  document.title = t("title");
}

function changeFilter({ target }) {
  state.filters = { ...state.filters, [target.name]: target.value };
  writeAddress(state.filters, state.part);
  applyFilters();
  refresh();
}

filterForm.onchange = changeFilter;
language.onchange = changeFilter;
main.onclick = ({ target }) => {
  if (target instanceof HTMLButtonElement && target.name === "model") changeFilter({ target });
};
signIn.onsubmit = (event) => {
  event.preventDefault();
  keepToken(signInForm.elements["token"].value.trim());
  signInForm.reset();
  updateLayout();
  refresh();
};
document.getElementById("sign-out").onclick = signOut;
parts.onchange = ({ target }) => {
  state.part = /** @type {HTMLInputElement} */ (target).value;
  writeAddress(state.filters, state.part);
  showPart(main);
};
document.getElementById("save-all").onclick = () => saveAll(main);
document.getElementById("print").onclick = () => print();
document.onvisibilitychange = refresh;
setInterval(refresh, REFRESH_MS);
setInterval(pollVersion, POLL_MS);

applyFilters();
updateLayout();
showStored();
refresh();
