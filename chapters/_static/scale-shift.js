/* The figure of the chapter "definition" that the reader can move: sliders for gamma,
   beta and epsilon, a drawing of one feature before and after. No dependencies. Without
   this script the page shows the same figure, standing still. */
(() => {
  "use strict";
  const SVG = "http://www.w3.org/2000/svg";
  const LIMIT = 4.2; // the number line runs from -LIMIT to LIMIT
  const WIDTH = 440;
  const RED = "#d55e00";
  const BLUE = "#0072b2";

  const element = (name, attributes, parent) => {
    const node = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    parent.append(node);
    return node;
  };
  const place = (value) => WIDTH / 2 + (value / LIMIT) * (WIDTH / 2 - 8);
  const mean = (row) => row.reduce((sum, v) => sum + v, 0) / row.length;
  const variance = (row) => mean(row.map((v) => (v - mean(row)) ** 2));
  const outputs = (row, { gamma, beta, eps }) => {
    const centre = mean(row);
    const spread = Math.sqrt(variance(row) + eps);
    return row.map((v) => (gamma * (v - centre)) / spread + beta);
  };
  const short = (eps) => (eps < 0.001 ? eps.toExponential(0) : String(+eps.toPrecision(1)));
  const round = (value) => (Math.abs(value) < 0.005 ? 0 : value).toFixed(2);

  const sentence = (row, now) => {
    const out = outputs(row, now);
    const shown = out.map(round).join(", ");
    const outside = out.some((y) => Math.abs(y) > LIMIT)
      ? " Some outputs lie outside the drawing."
      : "";
    return (
      `With γ = ${now.gamma.toFixed(1)}, β = ${now.beta.toFixed(1)} and ` +
      `ε = ${short(now.eps)} the outputs are ${shown}. Their mean is ` +
      `${round(mean(out))} and their standard deviation ` +
      `${round(Math.sqrt(variance(out)))}.${outside}`
    );
  };

  const line = (drawing, height, text, color, values) => {
    const group = element("g", {}, drawing);
    element("line", { x1: 8, x2: WIDTH - 8, y1: height, y2: height,
      stroke: "currentColor", "stroke-opacity": 0.5 }, group);
    element("text", { x: 8, y: height - 16, fill: "currentColor", "font-weight": "bold",
      "font-size": 14 }, group).textContent = text;
    const dots = values.map(() =>
      element("circle", { r: 7, cy: height, fill: color, "fill-opacity": 0.7 }, group));
    return (row) => row.forEach((v, i) => dots[i].setAttribute("cx", place(v)));
  };

  const axis = (drawing) => {
    for (let tick = -4; tick <= 4; tick += 1) {
      element("text", { x: place(tick), y: 148, "text-anchor": "middle", "font-size": 13,
        fill: "currentColor" }, drawing).textContent = String(tick).replace("-", "−");
    }
  };

  const slider = (box, name, settings, change) => {
    const label = document.createElement("label");
    const title = document.createElement("span");
    title.textContent = name;
    const input = document.createElement("input");
    Object.assign(input, { type: "range", ...settings });
    const value = document.createElement("output");
    const update = () => {
      value.textContent = change(Number(input.value));
      input.setAttribute("aria-valuetext", value.textContent);
    };
    input.addEventListener("input", update);
    label.append(title, input, value);
    box.append(label);
    update();
  };

  const start = (figure) => {
    const { values, ...now } = JSON.parse(figure.dataset.scaleShift);
    const caption = figure.querySelector("figcaption");
    const drawing = document.createElementNS(SVG, "svg");
    drawing.setAttribute("viewBox", `0 0 ${WIDTH} 156`);
    drawing.setAttribute("role", "img");
    drawing.setAttribute("aria-label",
      "Inputs as dots on the upper line, outputs on the lower one; the text below says where.");
    const inputs = line(drawing, 40, "inputs x", RED, values);
    const results = line(drawing, 110, "outputs y", BLUE, values);
    axis(drawing);
    inputs(values);
    const box = document.createElement("div");
    const draw = () => {
      results(outputs(values, now));
      caption.textContent = sentence(values, now);
    };
    figure.querySelector("svg").replaceWith(drawing);
    caption.setAttribute("aria-live", "polite");
    figure.insertBefore(box, caption);
    slider(box, "γ, scale", { min: -3, max: 3, step: 0.1, value: now.gamma },
      (v) => { now.gamma = v; draw(); return v.toFixed(1); });
    slider(box, "β, shift", { min: -3, max: 3, step: 0.1, value: now.beta },
      (v) => { now.beta = v; draw(); return v.toFixed(1); });
    slider(box, "ε", { min: -5, max: 0, step: 0.5, value: Math.log10(now.eps) },
      (v) => { now.eps = 10 ** v; draw(); return short(now.eps); });
  };

  const all = () => document.querySelectorAll("figure[data-scale-shift]").forEach(start);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", all);
  else all();
})();
