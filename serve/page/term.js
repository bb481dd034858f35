import { element } from "./dom.js";
import { t } from "./i18n.js";

let definitions = {};

export function define(known) {
  definitions = known;
}

/** The name of a field; it explains itself on hover, focus or tap, in the words of the API. */
export function term(field, name = field.split(".").pop()) {
  const definition = definitions[field]?.[document.documentElement.lang];
  if (!definition) return element("span", null, t(name));
  const id = `about-${field.replace(".", "-")}`;
  const about = element("span", { role: "tooltip", id }, definition);
  return element("span", { class: "term" }, element("button", { type: "button", "aria-describedby": id }, t(name)), about);
}
