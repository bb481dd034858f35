/** What abandoned checkouts and errors may cost; null where this server has no such endpoint. */
import { money } from "../format.js";
import { t } from "../i18n.js";
import { table } from "../table.js";
import { number, numberColumn, numbers, section, textColumn } from "./layout.js";

export function risk({ risk: answer }) {
  if (!answer) return null;
  const left = [numberColumn("abandoned_checkouts", t("abandoned")), numberColumn("abandoned_value", t("left"), money)];
  const bySource = [textColumn("source"), numberColumn("checkouts", t("checkouts")), ...left];
  return section(
    "risk",
    numbers(
      number("abandoned_value", answer.abandoned_value, money),
      number("abandoned_checkouts", answer.abandoned_checkouts),
      number("error_value", answer.error_value, money),
      number("error_checkouts", answer.error_checkouts),
    ),
    table("abandoned_by_source", bySource, answer.abandoned_by_source),
    table("abandoned_by_error", [{ key: "error_type", label: t("error"), format: t }, ...left], answer.abandoned_by_error),
  );
}
