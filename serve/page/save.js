/** Saves what the page made as a file of the reader's. */
import { element } from "./dom.js";

export function save(name, blob) {
  const url = URL.createObjectURL(blob);
  element("a", { href: url, download: name }).click();
  URL.revokeObjectURL(url);
}
