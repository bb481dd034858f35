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
  const focusable = () => [...main.querySelectorAll("button, summary, [tabindex]")];
  const focused = focusable().indexOf(document.activeElement);
  const opened = [...main.querySelectorAll("details")].map((details) => details.open);
  const read = [...main.querySelectorAll("section")].find((section) => section.getBoundingClientRect().bottom > 0);
  const top = read?.getBoundingClientRect().top;
  main.replaceChildren(...sections(numbers));
  main.querySelectorAll("details").forEach((details, index) => (details.open = opened[index] ?? false));
  focusable()[focused]?.focus({ preventScroll: true });
  const again = read && document.getElementById(read.id);
  if (again && scrollY) scrollBy({ top: again.getBoundingClientRect().top - top, behavior: "instant" });
}

function sections(numbers) {
  if (!numbers.stats.session_stats.unique_sessions) return [element("p", { class: "empty" }, t("empty"))];
  return ("orders" in numbers ? SECTIONS : FIRST).map((section) => section(numbers)).filter(Boolean);
}
