/** What went wrong for visitors. */
import { number, numbers, section } from "./layout.js";

export function errors({ stats }) {
  return section("wrong", numbers(...Object.entries(stats.error_counts).map(([name, value]) => number(`error_counts.${name}`, value))));
}
