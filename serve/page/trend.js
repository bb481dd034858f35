/** How the numbers of the cards moved: the API is asked for each part of the days that are shown. */
import { getStats } from "./api.js";

export const MEASURES = ["total_revenue", "total_sales", "average_order_value", "abandonment_rate"];
const PARTS = 15;
const SIZES = [1, 2, 7, 14, 28]; // Days of a part; the largest is enough for the longest window.

let known = { window: "", rows: [] };
let asked = { key: "", rows: null };

/** The parts known of a window, which may be those of an older version of the data: `{ start, end }` and MEASURES. */
export const knownTrend = (days) => (known.window === windowOf(days) ? known.rows : []);

/** The parts of the days, which are whole and counted back from the last day; asked for once a version. Raises Refused. */
export async function getTrend(days, version) {
  const window = windowOf(days);
  const key = `${window} ${version}`;
  if (asked.key !== key) asked = { key, rows: askFor(partsOf(days)) };
  try {
    known = { window, rows: await asked.rows };
  } catch (error) {
    if (asked.key === key) asked = { key: "", rows: null };
    throw error;
  }
  return known.rows;
}

async function askFor(parts) {
  const rows = [];
  for (const part of parts) {
    const { stats } = await getStats(new URLSearchParams(part));
    rows.push({ ...part, ...Object.fromEntries(MEASURES.map((measure) => [measure, stats[measure]])) });
  }
  return rows;
}

const windowOf = (days) => `${days[0].date} ${days.length}`;

function partsOf(days) {
  const size = SIZES.find((size) => days.length <= size * PARTS);
  const parts = [];
  for (let end = days.length; end >= size; end -= size) parts.unshift({ start: days[end - size].date, end: days[end - 1].date });
  return parts;
}
