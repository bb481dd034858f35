/** Numbers, money and times as people write them. */
import { locale, t } from "./i18n.js";

/** @type {Intl.DateTimeFormatOptions} */
const DAY = { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" };
/** @type {Intl.DateTimeFormatOptions} */
const MOMENT = { weekday: "short", day: "numeric", month: "short", hour: "numeric", minute: "2-digit" };

/** Making a formatter takes long, and there are many numbers. */
const made = new Map();

function formatter(kind, options) {
  const key = JSON.stringify([locale(), options]);
  if (!made.has(key)) made.set(key, new kind(locale(), options));
  return made.get(key);
}

const numbers = (options) => formatter(Intl.NumberFormat, options);

const tenths = (value) => numbers({ minimumFractionDigits: 1 }).format(value);

export const count = (value) => numbers({}).format(value);

export const percent = (value) => `${tenths(value)} %`;

/** A number with up to two decimals. */
export const decimal = (value) => numbers({ maximumFractionDigits: 2 }).format(value);

/** Percentage points. */
export const points = (value) => `${tenths(value)} ${t("points")}`;

const CURRENCY = /** @type {HTMLMetaElement} */ (document.querySelector('meta[name="currency"]')).content;

const currency = (digits, more) =>
  numbers({
    ...{ style: "currency", currency: CURRENCY, currencyDisplay: "narrowSymbol" },
    ...{ minimumFractionDigits: digits, maximumFractionDigits: digits, ...more },
  });

/** Money in the shop's currency, with decimals only where there are some. */
export const money = (value) => moneyLike([value])(value);

/** Writes the amounts of a column alike: all with decimals, or none. */
export function moneyLike(amounts) {
  const { format } = currency(amounts.every(Number.isInteger) ? 0 : 2);
  return format;
}

const LARGE = 1_000_000;

/** A large number with three digits, such as "$ 2,6 M"; `format` is how it is written whole. */
export function short(value, format) {
  if (Math.abs(value) < LARGE) return format(value);
  const shortened = { notation: "compact", maximumSignificantDigits: 3 };
  return (format === money ? currency(undefined, shortened) : numbers(shortened)).format(value);
}

const UNITS = { day: 86_400, hour: 3_600, minute: 60, second: 1 };

/** So many seconds in the largest unit of which there is one, such as "2.5 hours". */
export function duration(seconds) {
  const unit = Object.keys(UNITS).find((name) => seconds >= UNITS[name]) ?? "second";
  return numbers({ style: "unit", unit, unitDisplay: "long", maximumFractionDigits: 1 }).format(seconds / UNITS[unit]);
}

/** A calendar day of the store, such as "lun 16 mar". */
export function day(date) {
  const parts = formatter(Intl.DateTimeFormat, DAY).formatToParts(new Date(date));
  return parts
    .filter(({ type }) => type !== "literal")
    .map(({ value }) => value)
    .join(" ");
}

/** An instant in the browser's time zone. */
export const moment = (instant) => formatter(Intl.DateTimeFormat, MOMENT).format(new Date(instant));
