/** What the reader chose: `days`, or `start` and `end`; `mode`; `model`; `lang`; and the part of the page. It is in the page's address, which can be shared. */

const DAY = 86_400_000;
/** How visits share an order; the first is what is chosen. */
const MODELS = ["last_non_direct", "first", "last", "linear", "position", "time_decay"];

export function readFilters() {
  const given = new URLSearchParams(location.search);
  const [start, end] = [given.get("start") ?? "", given.get("end") ?? ""];
  const browserLanguage = navigator.language.startsWith("es") ? "es" : "en";
  return {
    days: start || end ? "range" : pick(given.get("days"), ["7", "30", "90"]),
    start,
    end,
    mode: pick(given.get("mode"), ["total", "unique"]),
    model: pick(given.get("model"), MODELS),
    lang: pick(given.get("lang"), [browserLanguage, "es", "en"]),
  };
}

/** The part of the page: how the shop is doing is the first. */
export const readPart = () => pick(new URLSearchParams(location.search).get("part"), ["overview", "why", "carts", "customers"]);

export function writeAddress({ start, end, days, mode, model, lang }, part) {
  const range = days === "range" ? { start, end } : { days };
  history.replaceState(null, "", `?${parameters({ ...range, mode, model, lang, part })}`);
}

/** The query string for the API. Seven days are its rolling window; 30 and 90 days begin on a day of the store and end now. */
export async function queryOf({ days, start, end, mode }, getToday) {
  const always = { mode, compare: "previous", include: "trend,names" };
  if (days === "range") return parameters({ ...always, start, end });
  if (days === "7") return parameters(always);
  return parameters({ ...always, start: daysBefore(await getToday(), Number(days) - 1) });
}

/** The day so many days before another. */
export const daysBefore = (day, count) => new Date(Date.parse(day) - count * DAY).toISOString().slice(0, 10);

function pick(value, allowed) {
  return allowed.includes(value) ? value : allowed[0];
}

function parameters(values) {
  return new URLSearchParams(Object.entries(values).filter(([, value]) => value)).toString();
}
