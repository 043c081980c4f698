"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const byId = id => document.getElementById(id);
// plotly reads a little HTML in names; ours are text
const plain = text => String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
const DASHES = ["solid", "dash", "dot", "dashdot", "longdash", "longdashdot"];
const SYMBOLS = {hydrogel: "circle", microneedle: "triangle-up", scaffold: "square",
  ecm: "diamond", measured: "cross", free: "triangle-down"};
const PATTERNS = {"/": "/", "\\": "\\", "x": "x", "-": "-", "|": "|", ".": "."};
const MOST_POINTS = 3000;
const ROWS_SHOWN = 50;
const LAYOUT = {margin: {l: 70, r: 20, t: 20, b: 50}, font: {size: 13}, hovermode: "closest",
  paper_bgcolor: "#fff", plot_bgcolor: "#fff", legend: {orientation: "h", y: -0.18, x: 0}};
const OPTIONS = {responsive: true, displaylogo: false,
  modeBarButtonsToRemove: ["lasso2d", "select2d"]};
const AXIS = {showline: true, linecolor: "#57606a", gridcolor: "#eaeef2", zeroline: false,
  ticks: "outside", exponentformat: "power"};

function make(tag, text, attributes) {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  for (const [name, value] of Object.entries(attributes || {})) element.setAttribute(name, value);
  return element;
}

function choice(parent, label, options, change) {
  const select = make("select");
  for (const [value, said] of options) select.append(make("option", said, {value}));
  select.addEventListener("change", change);
  const frame = make("label", label + " ");
  frame.append(select);
  parent.append(frame);
  return select;
}

function label(column) { return data.labels[column] || column; }

function said(column) { return data.said[column] || column.replace(/_/g, " "); }

function shown(value) {
  if (value === null || value === undefined || value === "") return "";
  if (typeof value !== "number") return String(value);
  const rounded = Number(value.toPrecision(4));
  return Math.abs(rounded) < 1e6 ? String(rounded) : rounded.toExponential();
}

// tables ------------------------------------------------------------------------------------------

// A table that sorts by a click on a heading and saves all its rows as CSV.
// `columns` are names, shown in words, `rows` arrays; `link` says where a row's cell leads, `open` what a click does.
function table(parent, name, columns, rows, {link, open} = {}) {
  let sorted = rows, by = -1, down = false, most = ROWS_SHOWN;
  const tools = make("div", undefined, {class: "tools"});
  const save = make("button", "Save as CSV", {type: "button"});
  const more = make("button", "Show more", {type: "button"});
  const count = make("span", undefined, {class: "note"});
  const frame = make("div", undefined, {class: "frame", tabindex: "0"});
  const grid = make("table"), head = make("thead"), body = make("tbody"), line = make("tr");
  columns.forEach((column, i) => {
    const cell = make("th", undefined, {scope: "col"});
    const button = make("button", label(column), {type: "button", title: "Sort"});
    button.addEventListener("click", () => {
      down = by === i ? !down : typeof rows.find(row => row[i] !== null)?.[i] === "number";
      by = i;
      sorted = [...rows].sort((a, b) => compared(a[i], b[i], down));
      fill();
    });
    cell.append(button);
    line.append(cell);
  });
  function fill() {
    body.replaceChildren(...sorted.slice(0, most).map(row => {
      const tr = make("tr");
      row.forEach((value, i) => {
        const target = link && link(row, i), length = String(value).length;
        const cell = make("td", target ? undefined : shown(value), {class:
          typeof value === "number" ? "number" : length > 160 ? "text" : length > 32 ? "long" : "short"});
        if (target) cell.append(make("a", value, {href: target, rel: "noreferrer"}));
        tr.append(cell);
      });
      if (open) {
        tr.className = "open";
        tr.tabIndex = 0;
        tr.addEventListener("click", () => open(row));
        tr.addEventListener("keydown", event => { if (event.key === "Enter") open(row); });
      }
      return tr;
    }));
    [...line.children].forEach((cell, i) => cell.setAttribute("aria-sort",
      i !== by ? "none" : down ? "descending" : "ascending"));
    more.hidden = most >= rows.length;
    count.textContent = more.hidden ? `${rows.length} row${rows.length === 1 ? "" : "s"}` : `${most} of ${rows.length} rows`;
  }
  more.addEventListener("click", () => { most *= 4; fill(); });
  save.addEventListener("click", () => saveText(name + ".csv",
    [columns, ...sorted].map(row => row.map(quoted).join(",")).join("\n") + "\n"));
  head.append(line);
  grid.append(head, body);
  frame.append(grid);
  tools.append(save, more, count);
  parent.replaceChildren(tools, frame);
  fill();
}

function compared(a, b, down) {
  const absent = value => value === null || value === undefined || value === "";
  if (absent(a) || absent(b)) return absent(a) - absent(b);  // what is not there comes last
  const order = typeof a === "number" && typeof b === "number" ? a - b
    : String(a).localeCompare(String(b));
  return down ? -order : order;
}

function quoted(value) {
  const text = value === null || value === undefined ? "" : String(value);
  return /[",\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}

function saveText(name, text) {
  const link = make("a", "", {download: name});
  link.href = URL.createObjectURL(new Blob([text], {type: "text/csv"}));
  link.click();
  URL.revokeObjectURL(link.href);
}

// curves ------------------------------------------------------------------------------------------

function traces(one, column, particles, index) {
  const curves = one.curves, band = curves[column];
  if (!band) return [];
  const applied = curves.applied_particles_per_cm2;
  if (particles && !applied) return [];
  const of = values => particles
    ? values.map((y, i) => y === null ? null : y * applied.p50[i]) : values;
  const look = {color: one.colour, width: 2.4, dash: DASHES[index % DASHES.length]};
  const common = {x: curves.time_d, mode: "lines", legendgroup: String(index),
    name: plain(one.name)};
  const found = [];
  if (band.p05) {
    found.push({...common, y: of(band.p05), line: {width: 0}, hoverinfo: "skip", showlegend: false});
    found.push({...common, y: of(band.p95), line: {width: 0}, hoverinfo: "skip", showlegend: false,
      fill: "tonexty", fillcolor: one.colour + "2e"});
  }
  found.push({...common, y: of(band.p50), line: look,
    hovertemplate: "%{y:.4g} on day %{x:.3g}<extra>" + plain(one.name) + "</extra>"});
  return found;
}

function valueAxis(title, found, log) {
  const axis = {...AXIS, title: {text: title}, type: log ? "log" : "linear"};
  if (!log) return {...axis, rangemode: "tozero"};
  const positive = found.flatMap(trace => trace.y).filter(y => y > 0);
  const top = Math.log10(Math.max(...positive));
  // a few decades say all; the tail of a band would add many empty ones
  return {...axis, range: [Math.max(Math.log10(Math.min(...positive)), top - 6), top + 0.15]};
}

function drawCurves(target, ones, column, particles, log, measured) {
  const found = ones.flatMap((one, i) => traces(one, column, particles, i));
  if (measured && measured.column === column && !particles) {
    measured.curves.forEach((curve, i) => found.push({x: curve.time_d, y: curve.value,
      mode: "markers", name: "measured: " + plain(curve.name), marker: {symbol: i, size: 9,
        color: "#fff", line: {color: "#000", width: 1.5}},
      error_y: curve.error ? {array: curve.error, color: "#000", width: 3} : undefined}));
  }
  const title = said(column) + (particles ? " [1/cm²]" : " [fraction of dose]");
  return Plotly.react(target, found, {...LAYOUT, showlegend: true,
    xaxis: {...AXIS, title: {text: data.time_label}, rangemode: "tozero"},
    yaxis: valueAxis(title, found, log)}, OPTIONS);
}

function curveControls(parent, ones, columns, draw) {
  const known = columns.filter(column => ones.some(one => one.curves[column]));
  const column = choice(parent, "Show", known.map(each => [each, said(each)]), () => draw());
  const unit = choice(parent, "as", [["fraction", "fraction of dose"],
    ["particles", "particles per cm²"]], () => draw());
  const scale = choice(parent, "axis", [["linear", "linear"], ["log", "logarithmic"]], () => draw());
  unit.disabled = !ones.some(one => one.curves.applied_particles_per_cm2);
  return () => [column.value, unit.value === "particles", scale.value === "log"];
}

const SHOWN = ["retained_fraction", "available_fraction", "released_fraction",
  "released_active_fraction"];

function compareSection() {
  const order = data.measured ? [data.measured.column, ...SHOWN] : SHOWN;
  const state = curveControls(byId("compare-controls"), data.formulations, [...new Set(order)],
    () => drawCurves(byId("curves"), data.formulations, ...state(), data.measured));
  drawCurves(byId("curves"), data.formulations, ...state(), data.measured);
}

function ledgerSection() {
  const select = choice(byId("ledger-controls"), "Formulation",
    data.formulations.map((one, i) => [i, one.name]), draw);
  function draw() {
    const one = data.formulations[Number(select.value)];
    const found = Object.entries(data.ledger_looks).filter(([name]) => one.curves[name]).map(
      ([name, [colour, hatch]]) => ({x: one.curves.time_d, y: one.curves[name].p50, mode: "lines",
        stackgroup: "all", name: said(name), line: {width: 0.6, color: "#333"}, fillcolor: colour,
        fillpattern: {shape: PATTERNS[hatch[0]] || "", fgcolor: "#333", bgcolor: colour, size: 7},
        hovertemplate: "%{y:.4f} on day %{x:.3g}<extra>" + said(name) + "</extra>"}));
    const draws = SHOWN.some(name => one.curves[name] && one.curves[name].p05);
    byId("ledger-note").textContent = draws
      ? "Medians of the draws, each on its own: they need not add up to 1." : "";
    Plotly.react(byId("ledger-chart"), found, {...LAYOUT, hovermode: "x unified",
      legend: {...LAYOUT.legend, traceorder: "normal"},
      xaxis: {...AXIS, title: {text: data.time_label}},
      yaxis: {...AXIS, title: {text: "share of the exosomes applied"}, range: [0, 1]}}, OPTIONS);
  }
  draw();
}

// search ------------------------------------------------------------------------------------------

function column(table_, name) {
  const found = table_[name];
  return found.levels ? found.codes.map(code => found.levels[code])
    : found.split(" ").map(text => text === "" ? null : Number(text));
}

// What a reader looks for comes first; a column without a value does not come at all.
function rowsOf(table_) {
  const first = ["trial", "status", "carrier", "formulation",
    ...data.search.objectives.map(one => one.column)];
  const found = [...new Set([...first, ...Object.keys(table_)])].filter(name => name in table_)
    .map(name => [name, column(table_, name)])
    .filter(([, values]) => values.some(value => value !== null && value !== ""));
  return [found.map(([name]) => name), column(table_, "trial").map(
    (_, i) => found.map(([, values]) => values[i]))];
}

function frontSection() {
  const {objectives, trials, front, curves, picks} = data.search;
  const options = objectives.map(one => [one.column, one.axis]);
  const controls = byId("front-controls");
  const across = choice(controls, "Across", options, draw);
  const up = choice(controls, "Up", options, draw);
  up.value = objectives[Math.min(1, objectives.length - 1)].column;
  const status = column(trials, "status");
  const feasible = status.map((_, i) => i).filter(i => status[i] === "feasible");
  const some = feasible.filter((_, i) => i % Math.ceil(feasible.length / MOST_POINTS) === 0);
  const families = column(front, "carrier"), places = column(front, "trial");
  const names = column(front, "formulation");
  const picked = new Map(picks.map(pick => [pick.trial, pick.name]));

  function draw() {
    const [x, y] = [across.value, up.value];
    const point = (table_, rows) => {
      const [xs, ys] = [column(table_, x), column(table_, y)];
      return {x: rows.map(i => xs[i]), y: rows.map(i => ys[i]), mode: "markers"};
    };
    const label = some.length < feasible.length
      ? `feasible trials, ${some.length} of ${feasible.length} shown` : "feasible trials";
    const found = [{...point(trials, some), name: label, hoverinfo: "skip",
      marker: {color: "#b8bec5", size: 4}}];
    for (const family of new Set(families)) {
      const rows = families.map((_, i) => i).filter(i => families[i] === family);
      found.push({...point(front, rows), name: "front: " + plain(family), customdata: rows,
        text: rows.map(i => plain(picked.get(places[i]) || `${names[i]}, trial ${places[i]}`)),
        hovertemplate: "%{text}<br>%{x:.4g}, %{y:.4g}<extra></extra>",
        marker: {color: data.families[family] || "#000", symbol: SYMBOLS[family] || "star",
          size: rows.map(i => picked.has(places[i]) ? 15 : 9),
          line: {color: "#000", width: rows.map(i => picked.has(places[i]) ? 2 : 0.6)}}});
    }
    const words = name => plain(options.find(one => one[0] === name)[1]);
    return Plotly.react(byId("front"), found, {...LAYOUT,
      xaxis: {...AXIS, title: {text: words(x)}},
      yaxis: {...AXIS, title: {text: words(y).replace(" [", "<br>[")}},
      margin: {...LAYOUT.margin, l: 90}}, OPTIONS);
  }

  function open(i) {
    const name = picked.get(places[i]) || `${names[i]}, trial ${places[i]}`;
    byId("opened").hidden = false;
    byId("opened-title").textContent = name;
    const pick = data.formulations.find(each => each.name === picked.get(places[i]));
    const one = {name, colour: data.families[families[i]] || "#000000", curves: pick ? pick.curves
      : Object.fromEntries(Object.entries(curves[i]).map(([key, values]) =>
        [key, key === "time_d" ? values : {p50: values}]))};
    const drawn = pick && SHOWN.some(key => one.curves[key] && one.curves[key].p05);
    const shown_ = ["retained_fraction", "available_fraction", "released_fraction"].filter(
      key => one.curves[key]);
    const found = shown_.flatMap((key, j) => traces({...one, name: said(key)}, key, false, j));
    Plotly.react(byId("opened-curve"), found, {...LAYOUT, showlegend: true,
      margin: {...LAYOUT.margin, t: 40}, title: {font: {size: 14}, text: drawn
        ? "median and 5 to 95 % of the draws" : "every fact at its nominal value"},
      xaxis: {...AXIS, title: {text: data.time_label}, rangemode: "tozero"},
      yaxis: {...AXIS, title: {text: "fraction of dose"}, range: [0, 1.03]}}, OPTIONS);
    byId("opened-note").textContent = drawn || !data.search.drawn ? "" :
      "The curves of picks have bands; the numbers below are percentiles of the draws for all.";
    const rows = Object.keys(front).map(key => [label(key), column(front, key)[i]]).filter(
      row => row[1] !== null && row[1] !== "");
    table(byId("opened-numbers"), "formulation", ["", "value"], rows);
    byId("opened").scrollIntoView({block: "nearest"});
  }

  draw();
  byId("front").on("plotly_click", event => {
    const point = event.points.find(each => each.customdata !== undefined);
    if (point) open(point.customdata);
  });
  const [headings, rows] = rowsOf(front), trial = headings.indexOf("trial");
  table(byId("front-table"), "front", headings, rows,
    {open: row => open(places.indexOf(row[trial]))});
}

// all ---------------------------------------------------------------------------------------------

function metricsSection() {
  const names = Object.keys(data.metrics).filter(
    name => data.formulations.some(one => one.metrics[name] !== null
      && one.metrics[name] !== undefined));
  const bands = name => ["_p05", "_p95"].map(end => name + end).filter(
    key => data.formulations.some(one => key in one.metrics));
  const keys = names.flatMap(name => [name, ...bands(name)]);
  table(byId("metrics-table"), "metrics", ["formulation", "carrier", ...keys],
    data.formulations.map(one => [one.name, one.carrier, ...keys.map(key => one.metrics[key])]));
}

if (data.search) {
  if (data.search.curves.length) frontSection();
  table(byId("trials-table"), "trials", ...rowsOf(data.search.trials));
}
if (data.formulations.length) {
  compareSection();
  ledgerSection();
  metricsSection();
  const facts = ["fact", "material", "value", "spread", "basis", "conditions", "source", "link",
    "note", "used by"];
  table(byId("facts-table"), "facts", facts, data.facts,
    {link: (row, i) => i === facts.indexOf("link") && row[i]});
}
table(byId("manifest-table"), "manifest", ["", "name", "value"], data.manifest);
window.addEventListener("beforeprint", () => {
  document.querySelectorAll("details").forEach(one => { one.open = true; });
  document.querySelectorAll(".js-plotly-plot").forEach(one => Plotly.Plots.resize(one));
});
