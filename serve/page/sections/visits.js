/** Who comes, and from where. */
import { decimal } from "../format.js";
import { t } from "../i18n.js";
import { table } from "../table.js";
import { number, numberColumn, numbers, section, textColumn } from "./layout.js";

export function visits({ stats: { session_stats, traffic_sources } }) {
  return section(
    "visits",
    numbers(
      number("session_stats.unique_sessions", session_stats.unique_sessions),
      number("session_stats.avg_events_per_session", session_stats.avg_events_per_session, decimal),
      number("session_stats.sessions_with_purchase", session_stats.sessions_with_purchase),
    ),
    table("traffic_sources", [textColumn("source"), numberColumn("sessions", t("sessions"))], traffic_sources),
  );
}
