/** Lines and bars as SVG. Colours and letters are the style sheet's. */

const NAMESPACE = "http://www.w3.org/2000/svg";
const EDGE = 6; // Pixels beside the first and the last point, so that their marks are whole.
const TITLE = 28; // Pixels above a measure, for its title; where there is none, EDGE.
const DAYS = 24; // Pixels at the foot, for the names of three points.
const LETTERS = 16; // Pixels from the top of a line of text to its foot.

/**
 * One measure below the other, each with a scale of its own from 0 to its largest value.
 *
 * plot: `points`, each with a `label` and `values`; `measures`, one for each value, with the `title` and the `note` above it,
 * if any; `height` of one measure in pixels; `isBars`.
 * Gives the `svg`; `xs`, where each point lies; and `ys`, for each measure the same of its values. All in pixels.
 */
export function plotted(plot, width) {
  const { points, measures, height } = plot;
  const isTitled = Boolean(measures[0].title);
  const tallest = height * measures.length + (isTitled ? DAYS : 0);
  const svg = shape("svg", { viewBox: `0 0 ${width} ${tallest}`, height: tallest, "aria-hidden": "true" });
  const step = (width - 2 * EDGE) / (plot.isBars ? points.length : Math.max(points.length - 1, 1));
  const first = plot.isBars ? EDGE + step / 2 : points.length > 1 ? EDGE : width / 2;
  const xs = points.map((_, index) => first + index * step);
  const ys = measures.map((measure, number) => {
    const [top, foot] = [height * number + (isTitled ? TITLE : EDGE), height * (number + 1) - EDGE];
    const values = points.map((point) => point.values[number]);
    const largest = Math.max(...values) || 1;
    const heights = values.map((value) => foot - ((foot - top) * value) / largest);
    if (isTitled) svg.append(...frame(measure, width, top, foot));
    svg.append(...(plot.isBars ? bars(xs, heights, foot, step * 0.7) : line(xs, heights)));
    return heights;
  });
  if (isTitled) svg.append(...pointNames(points, xs, tallest - DAYS + LETTERS));
  return { svg, xs, ys };
}

/** What marks a point: a line through all measures and a dot on each. */
export function mark({ svg, xs, ys }, index) {
  const x = xs[index];
  svg.querySelector(".mark")?.remove();
  const dots = ys.map((heights) => shape("circle", { class: "dot", cx: x, cy: heights[index], r: 4 }));
  const group = shape(
    "g",
    { class: "mark" },
    shape("line", { class: "grid", x1: x, x2: x, y1: 0, y2: svg.getAttribute("height") }),
    ...dots,
  );
  svg.append(group);
}

function frame({ title, note }, width, top, foot) {
  const grid = [top, foot].map((y) => shape("line", { class: "grid", x1: 0, x2: width, y1: y, y2: y }));
  const y = top - TITLE + LETTERS;
  return [...grid, text(title, { class: "title", x: 0, y }), text(note, { x: width, y, "text-anchor": "end" })];
}

function line(xs, heights) {
  if (xs.length === 1) return [shape("circle", { class: "dot", cx: xs[0], cy: heights[0], r: 4 })];
  const at = xs.map((x, index) => `${x.toFixed(1)},${heights[index].toFixed(1)}`);
  return [shape("polyline", { class: "line", points: at.join(" ") })];
}

const bars = (xs, heights, foot, width) =>
  xs.map((x, index) => shape("rect", { class: "bars", x: x - width / 2, y: heights[index], width, height: foot - heights[index] }));

/** The names of the first, the middle and the last point. */
function pointNames(points, xs, y) {
  const last = points.length - 1;
  const anchors = new Map([
    [last, "end"],
    [Math.round(last / 2), "middle"],
    [0, "start"],
  ]);
  return [...anchors].map(([index, anchor]) => text(points[index].label, { x: xs[index], y, "text-anchor": anchor }));
}

function text(words, attributes) {
  const made = shape("text", attributes);
  made.textContent = words;
  return made;
}

function shape(tag, attributes, ...children) {
  const made = document.createElementNS(NAMESPACE, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}
