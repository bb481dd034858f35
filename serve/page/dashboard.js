/** Draws the sections: first what needs attention, how the shop is doing, then what sells, who comes, carts, WhatsApp, what goes wrong and may cost. */
import { element } from "./dom.js";
import { t } from "./i18n.js";
import { alerts } from "./sections/alerts.js";
import { cards } from "./sections/cards.js";
import { carts } from "./sections/carts.js";
import { errors } from "./sections/errors.js";
import { funnel } from "./sections/funnel.js";
import { orders } from "./sections/orders.js";
import { payment } from "./sections/payment.js";
import { people } from "./sections/people.js";
import { products } from "./sections/products.js";
import { risk } from "./sections/risk.js";
import { segments } from "./sections/segments.js";
import { timeline } from "./sections/timeline.js";
import { whatsapp } from "./sections/whatsapp.js";

/** In the order of the page. Each takes the numbers, and gives an element or null. */
const FIRST = [alerts, cards];
const SECTIONS = [...FIRST, orders, funnel, payment, products, people, segments, carts, whatsapp, risk, errors, timeline];

/**
 * Draws the numbers anew. What has the focus and what is unfolded stays so, and what is read stays where it is.
 *
 * numbers: `stats`, `unreadable`, `alerts`; and, once they are there, `risk`, `orders`, `carts`, `deals`, `strict`, `rfm` and
 * `earlierRfm`; all as `api.js` gives them.
 */
export function draw(main, numbers) {
  const focused = main.contains(document.activeElement) && placeOf(document.activeElement, main);
  const opened = [...main.querySelectorAll("details[open] > summary")].map((summary) => placeOf(summary, main));
  const read = [...main.querySelectorAll("section")].find((section) => section.getBoundingClientRect().bottom > 0);
  const top = read?.getBoundingClientRect().top;
  main.replaceChildren(...sections(numbers));
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

function sections(numbers) {
  if (!numbers.stats.session_stats.unique_sessions) return [element("p", { class: "empty" }, t("empty"))];
  return ("orders" in numbers ? SECTIONS : FIRST).map((section) => section(numbers)).filter(Boolean);
}
