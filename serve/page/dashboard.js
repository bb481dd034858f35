/** Draws the parts of the page: how the shop is doing and what waits, then why, then carts, then who comes back and day by day. */
import { element } from "./dom.js";
import { t } from "./i18n.js";
import { alerts } from "./sections/alerts.js";
import { cards } from "./sections/cards.js";
import { carts } from "./sections/carts.js";
import { channels } from "./sections/channels.js";
import { customers } from "./sections/customers.js";
import { errors } from "./sections/errors.js";
import { funnel } from "./sections/funnel.js";
import { orders } from "./sections/orders.js";
import { payment } from "./sections/payment.js";
import { products } from "./sections/products.js";
import { risk } from "./sections/risk.js";
import { segments } from "./sections/segments.js";
import { timeline } from "./sections/timeline.js";
import { todo } from "./sections/todo.js";
import { visits } from "./sections/visits.js";
import { whatsapp } from "./sections/whatsapp.js";
import { state } from "./state.js";

/** The sections of each part, in their order. Each takes the numbers, and gives an element or null. */
const PARTS = {
  overview: [alerts, cards, todo, orders],
  why: [funnel, payment, channels, products, visits],
  carts: [carts, whatsapp, risk, errors],
  customers: [customers, segments, timeline],
};
/** What is drawn of the first numbers, when the others are not there yet. */
const FIRST = { overview: [alerts, cards] };

/**
 * Draws the numbers anew. What has the focus and what is unfolded stays so, and what is read stays where it is.
 *
 * numbers: `stats`, `unreadable`, `alerts`; and, once they are there, `risk`, `orders`, `carts`, `deals`, `strict`,
 * `attribution`, `rfm` and `earlierRfm`; all as `api.js` gives them.
 */
export function draw(main, numbers) {
  const focused = main.contains(document.activeElement) && placeOf(document.activeElement, main);
  const opened = [...main.querySelectorAll("details[open] > summary")].map((summary) => placeOf(summary, main));
  const read = [...main.querySelectorAll("section")].find((section) => section.getBoundingClientRect().bottom > 0 && section.offsetParent);
  const top = read?.getBoundingClientRect().top;
  main.replaceChildren(...parts(numbers));
  showPart(main);
  opened.forEach((place) => at(place, main)?.parentElement.setAttribute("open", ""));
  if (focused) at(focused, main)?.focus({ preventScroll: true });
  const again = read && document.getElementById(read.id);
  if (again && scrollY) scrollBy({ top: again.getBoundingClientRect().top - top, behavior: "instant" });
}

/** What the reader can use on the page is found again by its section, what it is called, and how many before it are alike. */
function placeOf(used, main) {
  const key = keyOf(used);
  return { key, before: usable(main, key).indexOf(used) };
}

const at = ({ key, before }, main) => usable(main, key)[before];

const usable = (main, key) => [...main.querySelectorAll("button, summary, [tabindex]")].filter((each) => keyOf(each) === key);

const keyOf = (used) =>
  [used.closest("section")?.id, used.getAttribute("aria-describedby") ?? used.ariaLabel ?? used.textContent].join(" ");

function parts(numbers) {
  if (!numbers.stats.session_stats.unique_sessions) {
    const isUrgent = numbers.alerts?.alerts.some(({ severity }) => severity !== "info");
    const nothing = element("section", null, element("p", { class: "empty" }, t("empty")));
    return [element("div", { class: "part" }, isUrgent ? alerts(numbers) : null, nothing)];
  }
  return Object.entries("orders" in numbers ? PARTS : FIRST).map(([name, sections]) =>
    element("div", { class: "part", "data-part": name }, ...sections.map((section) => section(numbers))),
  );
}

/** Shows the part that the reader chose; printed, all are there. */
export function showPart(main) {
  for (const part of main.querySelectorAll("[data-part]")) part.hidden = part.dataset.part !== state.part;
}
