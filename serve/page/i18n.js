/** The page's texts in the language that the reader chose. */
import en from "./en.json" with { type: "json" };
import es from "./es.json" with { type: "json" };
import { state } from "./state.js";

const TRANSLATIONS = { en, es };

/** Writes the texts that stand in index.html, and tells the browser their language. */
export function translateDocument() {
  document.documentElement.lang = state.filters.lang;
  for (const translated of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-text]"))) {
    translated.textContent = t(translated.dataset.text);
  }
}

/** The text of a key; the key itself, and an error in the console, where there is none. */
export function t(key) {
  const text = TRANSLATIONS[state.filters.lang][key];
  if (text === undefined) console.error(`${state.filters.lang}.json has no ${key}`);
  return text ?? key;
}

/** The locale of numbers and dates. */
export const locale = () => (state.filters.lang === "es" ? "es-CO" : "en-US");
