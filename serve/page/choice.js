/** What is shown, kept in the address so that it can be shared: `days` or `start` and `end`, `mode`, `lang`. */

const DAY = 86_400_000;

export function readChoice() {
  const given = new URLSearchParams(location.search);
  const [start, end] = [given.get("start") ?? "", given.get("end") ?? ""];
  const spoken = navigator.language.startsWith("es") ? "es" : "en";
  return {
    days: start || end ? "range" : pick(given.get("days"), ["7", "30", "90"]),
    start,
    end,
    mode: pick(given.get("mode"), ["total", "unique"]),
    lang: pick(given.get("lang"), [spoken, "es", "en"]),
  };
}

export function writeChoice(choice) {
  const { start, end, days, mode, lang } = choice;
  const shown = days === "range" ? { start, end } : { days };
  history.replaceState(null, "", `?${parameters({ ...shown, mode, lang })}`);
}

/** The query of the API: seven days are its rolling window; more of them begin on a day and end today. */
export async function queryOf({ days, start, end, mode }, getToday) {
  const asked = { mode, compare: "previous" };
  if (days === "range") return parameters({ ...asked, start, end });
  if (days === "7") return parameters(asked);
  const first = new Date(Date.parse(await getToday()) - (Number(days) - 1) * DAY);
  return parameters({ ...asked, start: first.toISOString().slice(0, 10) });
}

function pick(value, allowed) {
  return allowed.includes(value) ? value : allowed[0];
}

function parameters(values) {
  return new URLSearchParams(Object.entries(values).filter(([, value]) => value)).toString();
}
