/** Texts of the page in the language that was chosen. */
import en from "./en.json" with { type: "json" };
import es from "./es.json" with { type: "json" };

const TRANSLATIONS = { en, es };
let language = "en";

/** Changes the language of the document, and of what is drawn from now on. */
export function setLanguage(chosen) {
  language = chosen;
  document.documentElement.lang = chosen;
  for (const translated of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-text]"))) {
    translated.textContent = t(translated.dataset.text);
  }
}

/** The text of a key; the key itself, and an error in the console, where there is none. */
export function t(key) {
  const text = TRANSLATIONS[language][key];
  if (text === undefined) console.error(`${language}.json has no ${key}`);
  return text ?? key;
}

/** The locale of numbers and dates. */
export const locale = () => (language === "es" ? "es-CO" : "en-US");
