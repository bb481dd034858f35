/** Carts that went to WhatsApp, and what was sold there. */
import { element } from "../dom.js";
import { count, percent } from "../format.js";
import { t } from "../i18n.js";
import { withTooltip } from "../tooltip.js";
import { numbers, section } from "./layout.js";

export function whatsapp({ stats: { whatsapp_sessions, whatsapp_purchases, whatsapp_sessions_list } }) {
  const rate = whatsapp_sessions ? Math.round((1000 * whatsapp_purchases) / whatsapp_sessions) / 10 : 0;
  const sessions = whatsapp_sessions_list.map((id) => element("li", null, element("code", null, id), copyButton(id)));
  return section(
    "whatsapp",
    numbers(
      ["whatsapp_sessions", count(whatsapp_sessions)],
      ["whatsapp_purchases", count(whatsapp_purchases)],
      ["whatsappRate", percent(rate)],
    ),
    element("h3", null, withTooltip("whatsapp_sessions_list")),
    sessions.length ? element("ol", { class: "sessions" }, ...sessions) : element("p", { class: "empty" }, t("none")),
  );
}

function copyButton(id) {
  const copy = async ({ currentTarget }) => {
    await navigator.clipboard.writeText(id);
    currentTarget.textContent = t("copied");
  };
  return element("button", { type: "button", class: "quiet", "aria-label": `${t("copy")} ${id}`, onclick: copy }, t("copy"));
}
