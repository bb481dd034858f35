/** Who comes, from where, and who comes back. */
import { count, percent } from "../format.js";
import { t } from "../i18n.js";
import { table } from "../table.js";
import { numberColumn, numbers, section, textColumn } from "./layout.js";

export function people({ stats: { session_stats, retention_metrics, traffic_sources } }) {
  return section(
    "people",
    numbers(
      ["session_stats.unique_sessions", count(session_stats.unique_sessions)],
      ["session_stats.avg_events_per_session", count(session_stats.avg_events_per_session)],
      ["session_stats.sessions_with_purchase", count(session_stats.sessions_with_purchase)],
      ["retention_metrics.total_unique_buyers", count(retention_metrics.total_unique_buyers)],
      ["retention_metrics.recurrent_customers", count(retention_metrics.recurrent_customers)],
      ["retention_metrics.repurchase_rate", percent(retention_metrics.repurchase_rate)],
    ),
    table("traffic_sources", [textColumn("source"), numberColumn("sessions", t("sessions"))], traffic_sources),
  );
}
