/** Charts whose points can be read by hovering, tapping and the arrow keys, and that can be saved as a picture. */
import { element } from "./dom.js";
import { save } from "./save.js";
import { t } from "./i18n.js";
import { mark, plotted } from "./plot.js";

const PICTURE = { width: 800, scale: 2 };
const UNSEEN = 640; // The width in pixels while the chart is in no page, or in a part of it that is hidden.
const KEYS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, Home: -Infinity, End: Infinity };
const STYLES = ["fill", "stroke", "stroke-width", "stroke-linejoin", "font-family", "font-size", "font-weight"];

/** The charts of the page by their names; each stays the same element from drawing to drawing. */
const charts = {};

/**
 * The chart of that name, as an element.
 *
 * plot: as `plotted` takes it, and `label`, what the chart is about. `said` of a point tells its values in words.
 * className: `errors` and `spark` are styled.
 */
export function chart(name, plot, className = "") {
  return (charts[name] ??= new Chart(className)).show(plot);
}

/** A button that saves the chart of that name as a picture. */
export function pictureButton(name) {
  return element("button", { type: "button", class: "quiet", onclick: () => charts[name].savePicture(name) }, t("png"));
}

class Chart {
  constructor(className) {
    this.reading = element("p", { class: "reading", hidden: "" });
    this.holder = element("div", {
      ...{ class: `chart ${className}`, role: "slider", tabindex: "0", "aria-valuemin": "0" },
      onkeydown: (event) => this.move(event),
      onpointermove: (event) => this.point(event),
      onpointerdown: (event) => this.point(event),
      onpointerleave: () => this.leave(),
      onfocus: () => this.read(this.index),
      onblur: () => (this.reading.hidden = true),
    });
    new ResizeObserver(() => this.draw()).observe(this.holder);
  }

  show(plot) {
    this.plot = plot;
    this.index = Math.min(this.reading.hidden ? Infinity : this.index, plot.points.length - 1);
    this.holder.ariaLabel = plot.label;
    this.holder.ariaValueMax = String(plot.points.length - 1);
    this.draw();
    return this.holder;
  }

  draw() {
    this.drawn = plotted(this.plot, this.holder.clientWidth || UNSEEN);
    this.holder.replaceChildren(this.drawn.svg, this.reading);
    this.say();
  }

  /** Tells the values of the point that is read, and marks it where that is shown. */
  say() {
    const { label, said } = this.plot.points[this.index];
    this.holder.ariaValueNow = String(this.index);
    this.holder.ariaValueText = `${label}: ${said}`;
    this.reading.replaceChildren(element("b", null, label), ` ${said}`);
    if (this.reading.hidden) return;
    mark(this.drawn, this.index);
    const left = this.drawn.xs[this.index] - this.reading.offsetWidth / 2;
    this.reading.style.left = `${Math.max(0, Math.min(left, this.holder.clientWidth - this.reading.offsetWidth))}px`;
  }

  read(index) {
    this.index = Math.min(Math.max(index, 0), this.plot.points.length - 1);
    this.reading.hidden = false;
    this.say();
  }

  move(event) {
    if (!(event.key in KEYS)) return;
    event.preventDefault();
    this.read(this.index + KEYS[event.key]);
  }

  point({ clientX }) {
    const x = clientX - this.holder.getBoundingClientRect().left;
    const distances = this.drawn.xs.map((each) => Math.abs(each - x));
    this.read(distances.indexOf(Math.min(...distances)));
  }

  leave() {
    if (document.activeElement === this.holder) return;
    this.reading.hidden = true;
    this.index = this.plot.points.length - 1;
    this.draw();
  }

  async savePicture(name) {
    const { width, scale } = PICTURE;
    const { svg } = plotted(this.plot, width);
    this.holder.append(svg); // Only what is in the page has styles.
    for (const each of svg.querySelectorAll("*")) {
      for (const style of STYLES) each.setAttribute(style, getComputedStyle(each).getPropertyValue(style));
    }
    svg.remove();
    svg.setAttribute("width", String(width));
    const image = new Image();
    image.src = `data:image/svg+xml,${encodeURIComponent(new XMLSerializer().serializeToString(svg))}`;
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: width * scale, height: image.height * scale });
    const context = canvas.getContext("2d");
    context.fillStyle = getComputedStyle(this.holder.closest("section")).backgroundColor;
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((picture) => save(`${name}.png`, picture));
  }
}
