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
const SECTIONS = [alerts, cards, orders, funnel, payment, products, people, segments, carts, whatsapp, risk, errors, timeline];

/**
 * Draws the numbers anew; what has the focus and what is unfolded stays so.
 *
 * numbers: `stats`, `risk`, `orders`, `carts`, `deals`, `alerts`, `unreadable` and `sparklines`, as `api.js` and
 * `sparkline-data.js` give them; and, once they are there, `strict`, `rfm` and `earlierRfm`.
 */
export function draw(main, numbers) {
  const focusable = () => [...main.querySelectorAll("button, summary, [tabindex]")];
  const focused = focusable().indexOf(document.activeElement);
  const opened = [...main.querySelectorAll("details")].map((details) => details.open);
  main.replaceChildren(...sections(numbers));
  main.querySelectorAll("details").forEach((details, index) => (details.open = opened[index] ?? false));
  focusable()[focused]?.focus({ preventScroll: true });
}

function sections(numbers) {
  if (!numbers.stats.session_stats.unique_sessions) return [element("p", { class: "empty" }, t("empty"))];
  return SECTIONS.map((section) => section(numbers)).filter(Boolean);
}
