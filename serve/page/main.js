import {
  Refused,
  dropToken,
  getDefinitions,
  getHealth,
  getRisk,
  getStats,
  getToday,
  getToken,
  keepToken,
  takeTokenFromAddress,
} from "./api.js";
import { queryOf, readChoice, writeChoice } from "./choice.js";
import { define } from "./term.js";
import { getTrend, knownTrend } from "./trend.js";
import { draw } from "./view.js";
import { moment } from "./format.js";
import { setLanguage, t } from "./i18n.js";

const EVERY = 30_000;
const LOOK = 2_000;
const [signIn, choiceForm, language, main, status, problem, stale] = [
  "sign-in",
  "choice",
  "language",
  "dashboard",
  "status",
  "problem",
  "stale",
].map((id) => document.getElementById(id));
const signInForm = /** @type {HTMLFormElement} */ (signIn);

let choice = readChoice();
let shownVersion = null;
let shown = null; // What is drawn: the numbers, their parts and the language.
const defined = getDefinitions().then(define, (error) => {
  if (!(error instanceof Refused)) throw error; // Without them the names just don't explain themselves.
});

async function refresh() {
  const [asked, token] = [choice, getToken()];
  if (!token || document.hidden) return;
  const isWanted = () => asked === choice && token === getToken();
  main.ariaBusy = "true";
  try {
    const query = await queryOf(asked, getToday);
    const [{ stats, version, newestEventAt, unreadable }, risk] = await Promise.all([getStats(query), getRisk(query), defined]);
    if (isWanted()) {
      shownVersion = version;
      show(newestEventAt, stats, risk, unreadable, knownTrend(stats.events_timeline));
    }
    const trend = await getTrend(stats.events_timeline, version);
    if (isWanted()) show(newestEventAt, stats, risk, unreadable, trend);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (isWanted()) explain(error);
  } finally {
    if (asked === choice) main.ariaBusy = "false";
  }
}

/** Refreshes when there is a new version; between two of them only the time moves what is shown. */
async function look() {
  if (main.hidden || document.hidden || main.ariaBusy !== "false") return;
  try {
    const { version, is_stale, checked_at } = await getHealth();
    stale.textContent = is_stale ? t("stale").replace("{}", moment(checked_at)) : "";
    stale.hidden = !is_stale;
    if (version !== shownVersion) refresh();
  } catch (error) {
    if (!(error instanceof Refused)) throw error; // The next refresh says so.
  }
}

function show(newestEventAt, ...numbers) {
  tell("");
  status.textContent = newestEventAt ? `${t("newest")}: ${moment(newestEventAt)}` : "";
  const drawing = JSON.stringify([...numbers, choice.lang]);
  if (drawing !== shown) draw(main, ...numbers);
  shown = drawing;
  main.hidden = false;
}

function explain({ status: code, message }) {
  if (code === 401 || code === 403) {
    dropToken();
    arrange();
    tell(t(code === 401 ? "unauthorized" : "forbidden"));
  } else {
    tell(message || t("away"));
  }
}

function tell(text) {
  problem.textContent = text;
  problem.hidden = !text;
}

/** Shows what goes with being signed in or not. */
function arrange() {
  const isSignedIn = Boolean(getToken());
  signIn.hidden = isSignedIn;
  choiceForm.hidden = !isSignedIn;
  main.hidden = !isSignedIn || !shown;
  status.textContent = isSignedIn ? t("loading") : "";
  stale.hidden = true;
  tell("");
}

function applyChoice() {
  for (const form of [choiceForm, language]) {
    for (const input of form.querySelectorAll("input")) {
      if (input.type === "radio") input.checked = choice[input.name] === input.value;
      else input.value = choice[input.name];
    }
  }
  document.getElementById("range").hidden = choice.days !== "range";
  setLanguage(choice.lang);
  document.title = t("title");
}

function change({ target }) {
  choice = { ...choice, [target.name]: target.value };
  writeChoice(choice);
  applyChoice();
  refresh();
}

choiceForm.onchange = change;
language.onchange = change;
signIn.onsubmit = (event) => {
  event.preventDefault();
  keepToken(signInForm.elements["token"].value.trim());
  signInForm.reset();
  arrange();
  refresh();
};
document.getElementById("sign-out").onclick = () => {
  dropToken();
  shown = null;
  main.replaceChildren();
  arrange();
};
document.onvisibilitychange = refresh;
matchMedia("(prefers-color-scheme: dark)").onchange = () => {
  if (shown) draw(main, ...JSON.parse(shown));
};
setInterval(refresh, EVERY);
setInterval(look, LOOK);

takeTokenFromAddress();
applyChoice();
arrange();
refresh();
