/** The id of a session, which a click copies, and what else can be done with it. */
import { element } from "../dom.js";
import { t } from "../i18n.js";

export function sessionId(id, ...more) {
  return element("span", { class: "session" }, element("code", null, id), copyButton(id), ...more);
}

function copyButton(id) {
  const copy = async ({ currentTarget }) => {
    await navigator.clipboard.writeText(id);
    currentTarget.textContent = t("copied");
  };
  return element("button", { type: "button", class: "quiet", "aria-label": `${t("copy")} ${id}`, onclick: copy }, t("copy"));
}
