import { element } from "./dom.js";
import { t } from "./i18n.js";
import { state } from "./state.js";

/** The name of a field, which shows its definition from the API, or else its parent's, on hover, focus or tap. */
export function withTooltip(field, name = field.split(".").pop()) {
  const parent = field.slice(0, field.lastIndexOf("."));
  const definition = (state.definitions[field] ?? state.definitions[parent])?.[state.filters.lang];
  if (!definition) return element("span", null, t(name));
  return tooltip(t(name), `about-${field.replaceAll(".", "-")}`, element("span", null, definition));
}

/** A text that shows another on hover, focus or tap; `id` is the other's. */
export function tooltip(text, id, other) {
  const about = element("span", { role: "tooltip", id }, other);
  return element("span", { class: "term" }, element("button", { type: "button", "aria-describedby": id }, text), about);
}
