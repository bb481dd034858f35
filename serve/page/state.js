/** All that the page remembers from one drawing to the next. */
import { readFilters, readPart } from "./filters.js";

export const state = {
  /** What the reader chose. A change replaces the object, so that a response can tell whether it is still wanted. */
  filters: readFilters(),
  /** The part of the page that the reader chose. */
  part: readPart(),
  /** What each field means, by its path and then by language. */
  definitions: {},
  /** Whether this server takes events. */
  canTrack: false,
  /** The version of the data that the numbers are of. */
  version: null,
  /** The numbers that are drawn, as `draw` takes them; null where none are. */
  numbers: null,
  /** The same with their language and definitions, as JSON: what did not change is not drawn again. */
  drawing: "",
  /** How the reader sorts the table of products. */
  productOrder: { key: "views", descending: true },
  /** What the reader unfolded: the fields of tables whose rows are all shown, and rows with those below them. */
  unfolded: new Set(),
  /** Sessions whose sale was recorded on this page and is not counted yet. */
  recordedSales: new Set(),
};
