/** What went wrong for visitors. */
import { count } from "../format.js";
import { numbers, section } from "./layout.js";

export function errors({ stats }) {
  return section("wrong", numbers(...Object.entries(stats.error_counts).map(([name, value]) => [`error_counts.${name}`, count(value)])));
}
