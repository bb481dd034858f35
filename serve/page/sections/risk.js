/** What abandoned checkouts and errors may cost; null where this server has no such endpoint. */
import { count, money } from "../format.js";
import { t } from "../i18n.js";
import { table } from "../table.js";
import { numberColumn, numbers, section, textColumn } from "./layout.js";

export function risk({ risk: answer }) {
  if (!answer) return null;
  const left = [numberColumn("abandoned_checkouts", t("abandoned")), numberColumn("abandoned_value", t("left"), money)];
  const bySource = [textColumn("source"), numberColumn("checkouts", t("checkouts")), ...left];
  return section(
    "risk",
    numbers(
      ["abandoned_value", money(answer.abandoned_value)],
      ["abandoned_checkouts", count(answer.abandoned_checkouts)],
      ["error_value", money(answer.error_value)],
      ["error_checkouts", count(answer.error_checkouts)],
    ),
    table("abandoned_by_source", bySource, answer.abandoned_by_source),
    table("abandoned_by_error", [{ key: "error_type", label: t("error"), format: t }, ...left], answer.abandoned_by_error),
  );
}
