/** The points of the cards' lines: the API is asked for each part of the days that are shown. */
import { getStats } from "./api.js";
import { state } from "./state.js";

export const MEASURES = ["total_revenue", "total_sales", "average_order_value", "abandonment_rate"];
const PARTS = 15;
const SIZES = [1, 2, 7, 14, 28]; // Days of a part; the largest is enough for the longest window.

/** The request that runs, or that ran last. */
let request = { key: "", rows: null };

/** The points that are known already, perhaps of an older version of the data: `{ start, end }` and MEASURES. */
export const knownSparklines = (days) => (state.sparklines.window === windowOf(days) ? state.sparklines.rows : []);

/** The points, of whole parts that are counted back from the last day; asked for once a version. Throws ApiError. */
export async function getSparklines(days, version) {
  const window = windowOf(days);
  const key = `${window} ${version}`;
  if (request.key !== key) request = { key, rows: askFor(partsOf(days)) };
  try {
    state.sparklines = { window, rows: await request.rows };
  } catch (error) {
    if (request.key === key) request = { key: "", rows: null };
    throw error;
  }
  return state.sparklines.rows;
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
