/** Charts by Plotly, which is fetched when the first is drawn; an element stays the same from drawing to drawing. */
import { element } from "./dom.js";
import { count, day } from "./format.js";
import { t } from "./i18n.js";

const ROW = 96; // Pixels of a measure, of which its title takes the upper 28 and a space the lower 12.
const FONT = "system-ui, sans-serif";
const holders = {};
let library;

/** A line without axes; hovering tells its points. `rows` are parts of the days, of which the last may not be over. */
export function sparkline(field, rows, format) {
  const holder = (holders[field] ??= element("div", { class: "spark", role: "img" }));
  holder.ariaLabel = `${t(field)}: ${t("trend")}`;
  const trace = {
    y: rows.map((row) => row[field]),
    text: rows.map((row) => `${row.start === row.end ? day(row.start) : `${day(row.start)} – ${day(row.end)}`}: ${format(row[field])}`),
    mode: "lines",
    line: { color: style("--accent"), width: 2 },
    hovertemplate: "%{text}<extra></extra>",
  };
  const hidden = { visible: false, fixedrange: true };
  const layout = {
    ...{ height: 40, margin: { t: 4, r: 4, b: 4, l: 4 }, paper_bgcolor: "transparent", plot_bgcolor: "transparent" },
    ...{ showlegend: false, hovermode: "x", font: { family: FONT }, xaxis: hidden, yaxis: { ...hidden, rangemode: "tozero" } },
  };
  render(holder, [trace], layout);
  return holder;
}

/** The days of a field, a small chart for each measure, as each has a scale of its own. */
export function chart(field, days, measures, color) {
  const holder = (holders[field] ??= element("div", { class: "chart", role: "img" }));
  holder.ariaLabel = t(field);
  const rows = measures.length;
  const tops = measures.map((_, index) => 1 - index / rows);
  const names = days.map(({ date }) => day(date));
  const last = days.length - 1;
  const named = [...new Set([0, Math.round(last / 2), last])];
  const traces = measures.map((measure, index) => ({
    x: days.map((_, index) => index),
    y: days.map((counts) => counts[measure]),
    name: t(measure),
    yaxis: `y${index + 1}`,
    mode: last ? "lines" : "markers",
    line: { color: style(color), width: 2 },
    marker: { color: style(color) },
    text: names,
    hovertemplate: "%{text}: %{y}<extra></extra>",
  }));
  const titles = measures.map((measure, index) => ({
    text: `${t(measure)}: ${count(days.reduce((sum, counts) => sum + counts[measure], 0))}`,
    ...{ x: 0, y: tops[index], xref: "paper", yref: "paper", xanchor: "left", yanchor: "top", showarrow: false },
  }));
  const layout = {
    height: ROW * rows + 32,
    margin: { t: 0, r: 48, b: 32, l: 48 },
    paper_bgcolor: "transparent",
    plot_bgcolor: "transparent",
    font: { family: FONT, size: 14, color: style("--soft") },
    showlegend: false,
    annotations: titles,
    xaxis: {
      ...{ tickvals: named, ticktext: named.map((index) => names[index]), tickangle: 0, anchor: `y${rows}` },
      ...{ range: [0, Math.max(last, 1)], fixedrange: true, showgrid: false, zeroline: false },
    },
  };
  tops.forEach((top, index) => {
    const domain = [top - 1 / rows + 12 / ROW / rows, top - 28 / ROW / rows];
    layout[`yaxis${index + 1}`] = { domain, nticks: 2, rangemode: "tozero", fixedrange: true, gridcolor: style("--line"), zeroline: false };
  });
  render(holder, traces, layout);
  const save = async () => (await load()).downloadImage(holder, { format: "png", filename: field, width: 800, height: layout.height });
  return element("div", null, holder, element("button", { type: "button", class: "quiet", onclick: save }, t("png")));
}

function render(holder, traces, layout) {
  const options = { displayModeBar: false, responsive: true };
  const left = () => {}; // The table behind the chart says the same, and the next drawing tries again.
  load().then((plotly) => plotly.react(holder, traces, layout, options), left);
}

function load() {
  library ??= new Promise((loaded, failed) => {
    const meta = /** @type {HTMLMetaElement} */ (document.querySelector('meta[name="charts"]'));
    document.head.append(element("script", { src: meta.content, onload: () => loaded(window["Plotly"]), onerror: failed }));
  });
  library.catch(() => (library = undefined));
  return library;
}

/** A colour of the style sheet, as it is in the light or the dark. */
function style(name) {
  const probe = element("span");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
