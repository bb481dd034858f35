/** Customers by segment, now and 30 days before; null where this server has no such endpoint. */
import { money } from "../format.js";
import { t } from "../i18n.js";
import { table } from "../table.js";
import { numberColumn, section, textColumn } from "./layout.js";

export function segments({ rfm, earlierRfm }) {
  if (!rfm) return null;
  return section(
    "segments",
    table("rfm.segments", columns(), rfm.segments, undefined, "now"),
    earlierRfm ? table("earlierRfm.segments", columns(), earlierRfm.segments, undefined, "earlier") : null,
  );
}

const columns = () => [textColumn("segmento"), numberColumn("buyers", t("buyers")), numberColumn("monetary", t("total_revenue"), money)];
