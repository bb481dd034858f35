/** The numbers that were shown last, for as long as the reader stays signed in: what a page that is opened again shows at once. */

const KEY = "storefront-metrics";
const RELEASE = import.meta.url; // Another one's numbers may have other names.

/** Stores the numbers, the choice they are of and when they were asked for. */
export function storeNumbers(choice, shown) {
  try {
    localStorage.setItem(KEY, JSON.stringify({ choice, release: RELEASE, ...shown, askedAt: new Date() }));
  } catch (error) {
    if (!(error instanceof DOMException)) throw error; // There is no room; the next page begins empty.
  }
}

/** What `storeNumbers` stored for this choice, with `askedAt`; null where that is of another one, or of another release of the page. */
export function storedNumbers(choice) {
  const stored = JSON.parse(localStorage.getItem(KEY));
  return stored?.choice === choice && stored.release === RELEASE ? stored : null;
}

export const dropNumbers = () => localStorage.removeItem(KEY);
