// SPDX-License-Identifier: Apache-2.0
// A sweep: figures against any swept key, the Pareto front of any two figures, all points, published figures.
"use strict";
Page.figures = [
  {key: "simulated_seconds", name: "latency", unit: "s"},
  {key: "energy_joules", name: "energy", unit: "J"},
  {key: "accelerator_joules", name: "energy of the accelerator", unit: "J"},
  {key: "area_mm2", name: "area", unit: "mm²"},
  {key: "accelerator_mm2", name: "area of the accelerator", unit: "mm²"},
  {key: "cycles", name: "cycles", unit: ""},
  {key: "macs_per_cycle", name: "MACs a cycle", unit: "", better: "more"},
  {key: "accuracy", name: "accuracy", unit: "", better: "more"},
  {key: "average_exit_layer", name: "average exit layer", unit: ""},
];

Page.show = (figure, value) => figure.unit === "mm²" ? Number(value.toPrecision(3)) + " mm²"
    : figure.key === "accuracy" ? (100 * value).toFixed(2) + " %"
    : figure.unit === "" && figure.key !== "cycles" ? String(Number(value.toPrecision(4))) : Page.scaled(value, figure.unit).trim();

Page.views.sweep = (part, id) => {
  const report = part.report;
  const keys = report.keys.map((key) => key.key);
  const points = report.points;
  const done = points.filter((point) => point.totals !== null);
  const missing = points.filter((point) => point.status !== "done").length;
  const figures = Page.figures.filter((figure) => done.some((point) => typeof point.totals[figure.key] === "number"));
  const header = Page.element("header", {},
      Page.element("h1", {}, `${Page.printable(report.soc)}: sweep of ${keys.map(Page.printable).join(", ")}`),
      Page.element("p", {class: "quiet"}, `${points.length} points, ${missing === 0 ? "all done" : `${missing} of them not done`} · ` + Page.printable(part.name)));
  const table = Page.section(id + "points-section", "All points", () => Page.pointTable(part, figures, id));
  if (done.length === 0)
    return [header, Page.section(id + "none", "No result", () => Page.element("p", {}, "No point has a result; why is in the table.")), table];
  const against = Page.element("div", {});
  const front = Page.element("div", {});
  const state = {x: keys[0], y: figures[0].key, cost: figures[0].key, other: (figures[1] ?? figures[0]).key};
  const named = (key) => figures.find((figure) => figure.key === key);
  const redraw = () => {
    against.replaceChildren(Page.againstKey(part, done, state.x, named(state.y)));
    front.replaceChildren(...Page.paretoFront(part, done, named(state.cost), named(state.other), id));
  };
  const choice = (label, name, choices) => Page.choice(label, choices, state[name], (value) => { state[name] = value; redraw(); });
  const figureChoices = figures.map((figure) => [figure.key, figure.name]);
  redraw();
  return [
    header,
    Page.section(id + "against", "Figures against a key", () => Page.element("p", {class: "choices"}, choice("Show", "y", figureChoices),
                 choice("against", "x", keys.map((key) => [key, key]))), () => against),
    Page.section(id + "pareto-section", "Pareto front", () => Page.element("p", {class: "choices"}, choice("Between", "cost", figureChoices),
                 choice("and", "other", figureChoices)), () => front),
    part.references.length ? Page.section(id + "references-section", "Published figures", () => Page.references(part, done, id)) : null,
    table,
    report.campaigns?.some((campaign) => campaign.trials > 1) ?
        Page.section(id + "campaigns-section", "Fault campaigns", () => Page.campaigns(report, keys, id)) : null,
  ].filter((node) => node !== null);
};

/// A point's values, without those of some keys.
Page.pointName = (point, without = []) => Object.entries(point.set).filter(([key]) => !without.includes(key))
    .map(([key, value]) => `${key.split(".").at(-1)} = ${Page.printable(String(value).split("/").at(-1))}`).join(", ");

Page.symbolLegend = (names) => Page.element("ul", {class: "legend"}, names.map((name, i) => {
  const box = Page.element("span", {});
  box.innerHTML = `<svg width="18" height="18" viewBox="-9 -9 18 18" aria-hidden="true"><path d="${d3.symbol(Page.symbol(i), 60)()}" fill="${Page.colour(i)}" stroke="${Page.colour(i)}"></path></svg>`;
  return Page.element("li", {}, box.firstChild, name);
}));

/// How values of a key lie on an axis: by size if they are numbers, on a logarithmic one if they span much.
Page.keyScale = (values, unit) => {
  if (!values.every((value) => typeof value === "number")) {
    const names = [...new Set(values.map(String))];
    return {type: "point", domain: names, tickFormat: (name) => Page.printable(name.split("/").at(-1)), of: String};
  }
  const distinct = [...new Set(values)].sort((a, b) => a - b);
  const log = distinct[0] > 0 && distinct.at(-1) / distinct[0] >= 8;
  const show = (value) => unit === "B" ? Page.bytes(value) : unit ? Page.scaled(value, unit) : String(value);
  const single = distinct.length === 1 ? {domain: [distinct[0] - 1, distinct[0] + 1]} : {};
  if (!log) return {type: "linear", ...single, distinct, ticks: distinct, tickFormat: show, of: (value) => value};
  // Positions are powers of two, so that every value that was swept can have its label.
  const shown = new Map(distinct.map((value) => [Math.log2(value), show(value)]));
  return {type: "linear", distinct, ticks: [...shown.keys()], tickFormat: (position) => shown.get(position) ?? "", of: Math.log2};
};

Page.againstKey = (part, done, key, figure) => {
  const unit = part.report.keys.find((each) => each.key === key).unit;
  const rows = done.filter((point) => typeof point.totals[figure.key] === "number").map((point) => (
      {point, x: point.set[key], y: point.totals[figure.key], series: Page.pointName(point, [key]),
       bound: point.totals.bound_cycles === null ? null : point.totals.bound_cycles * point.totals.simulated_seconds / point.totals.cycles}));
  const series = [...new Set(rows.map((row) => row.series))];
  const scale = Page.keyScale(rows.map((row) => row.x), unit);
  const of = (row) => scale.of(row.x);
  const bounds = figure.key === "simulated_seconds" && scale.distinct ?
      [...Page.grouped(rows.filter((row) => row.bound !== null), (row) => row.x)].map(([x, group]) => ({x, y: d3.min(group, (row) => row.bound)}))
          .sort((a, b) => a.x - b.x) : [];
  const published = figure.key === "accelerator_mm2" ? part.references.filter((each) => each.key === key && each.unit === "mm2")
      .map((each) => ({x: each.at, y: each.value, title: `published, ${each.provenance}: ${each.value} mm² (${each.source})`})) : [];
  const all = [...rows, ...bounds, ...published].map((row) => row.y);
  const log = d3.min(all) > 0 && d3.max(all) / d3.min(all) > 8;
  const index = new Map(series.map((name, i) => [name, i]));
  const node = Page.figure({
    caption: `${figure.name} over ${key}` + (bounds.length ? "; dashed: all MACs at n × n in every cycle, a bound no machine of this kind beats" : "") +
        (published.length ? "; ring: published" : "") + (log ? "; logarithmic" : ""),
    label: `${figure.name} over ${key}: ` + published.map((each) => `${each.title}; `).join("") + rows.map((row) => `${Page.pointName(row.point)}: ${Page.show(figure, row.y)}`).join("; "),
  }, (width) => {
    const ticks = (scale.ticks ?? scale.domain).map(scale.tickFormat);
    const step = Math.max(1, Math.ceil(ticks.length * (Page.textWidth(ticks) + 10) / (width - 80)));
    const half = Page.textWidth(ticks) / 2 + 6;
    return {
      height: Math.min(400, 220 + width * 0.15), marginLeft: Math.max(half, Page.textWidth(all.map((value) => Page.show(figure, value))) + 16),
      marginBottom: 40, marginTop: 22, marginRight: half + 4,
      x: {type: scale.type, domain: scale.domain, label: key, labelArrow: "none", tickFormat: scale.tickFormat, inset: 6,
          ticks: scale.ticks?.filter((value, i) => i % step === 0)},
      y: {type: log ? "log" : "linear", nice: true, zero: !log, grid: true, label: null, ticks: 5, tickFormat: (value) => Page.show(figure, value)},
      marks: [
        bounds.length ? Plot.line(bounds, {x: of, y: "y", stroke: "currentColor", strokeDasharray: "3 4", strokeWidth: 1.5}) : null,
        scale.distinct ? Plot.line(rows, {x: of, y: "y", z: "series", sort: "x", stroke: {value: (row) => Page.colour(index.get(row.series)), scale: null}, strokeWidth: 2}) : null,
        Plot.dot(rows, {x: of, y: "y", r: 5, symbol: {value: (row) => Page.symbol(index.get(row.series)), scale: null},
                        fill: {value: (row) => Page.colour(index.get(row.series)), scale: null},
                        stroke: {value: (row) => Page.colour(index.get(row.series)), scale: null},
                        title: (row) => `${Page.pointName(row.point)}\n${figure.name}: ${Page.show(figure, row.y)}`, tip: true}),
        Plot.dot(published, {x: of, y: "y", r: 11, stroke: "currentColor", strokeWidth: 2, title: "title"}),
      ],
    };
  });
  if (series.length > 1) node.insertBefore(Page.symbolLegend(series), node.children[1]);
  return node;
};

/// Points that no other one beats: as good in both figures and better in one.
Page.undominated = (points, one, other) => {
  const cost = (point, figure) => (figure.better === "more" ? -1 : 1) * point.totals[figure.key];
  const beats = (a, b) => cost(a, one) <= cost(b, one) && cost(a, other) <= cost(b, other) &&
      (cost(a, one) < cost(b, one) || cost(a, other) < cost(b, other));
  return points.filter((point) => !points.some((rival) => beats(rival, point)));
};

Page.paretoFront = (part, done, one, other, id) => {
  const points = done.filter((point) => [one, other].every((figure) => typeof point.totals[figure.key] === "number"));
  const front = Page.undominated(points, one, other).sort((a, b) => a.totals[one.key] - b.totals[one.key] || a.totals[other.key] - b.totals[other.key]);
  const rest = points.filter((point) => !front.includes(point));
  const letters = new Map(front.map((point, i) => [point, i < 26 ? String.fromCharCode(65 + i) : String(i + 1)]));
  const log = (figure) => {
    const values = points.map((point) => point.totals[figure.key]);
    return d3.min(values) > 0 && d3.max(values) / d3.min(values) > 8;
  };
  const axis = (figure) => ({type: log(figure) ? "log" : "linear", nice: true, tickFormat: (value) => Page.show(figure, value), grid: true});
  const x = (point) => point.totals[one.key];
  const y = (point) => point.totals[other.key];
  const title = (point) => `${Page.pointName(point)}\n${one.name}: ${Page.show(one, x(point))}\n${other.name}: ${Page.show(other, y(point))}`;
  return [
    Page.figure({
      caption: `${other.name} over ${one.name}; filled and lettered: points no other one beats in both (${front.length} of ${points.length})`,
      label: `Pareto front of ${one.name} and ${other.name}: ` + front.map((point) => title(point).replaceAll("\n", ", ")).join("; "),
    }, (width) => ({
      height: Math.min(420, 240 + width * 0.15), marginTop: 24, marginBottom: 40,
      marginLeft: Page.textWidth(points.map((point) => Page.show(other, y(point)))) + 18,
      marginRight: Page.textWidth(points.map((point) => Page.show(one, x(point)))) / 2 + 16,
      x: {...axis(one), label: one.name, labelArrow: "none", inset: 12, ticks: Math.max(2, Math.floor(width / 120))},
      y: {...axis(other), label: other.name, labelArrow: "none", inset: 12, ticks: 5},
      marks: [
        Plot.line(front, {x, y, stroke: Page.colour(0), strokeWidth: 1.5, curve: one.better === other.better ? "step-after" : "linear"}),
        Plot.dot(rest, {x, y, r: 5, stroke: "currentColor", strokeOpacity: 0.7, title, tip: true}),
        Plot.dot(front, {x, y, r: 9, fill: Page.colour(0), title, tip: true}),
        Plot.text(front, {x, y, text: (point) => letters.get(point), fill: "var(--raised)", fontWeight: 700}),
      ],
    })),
    Page.table([
      {title: "point", value: (point) => letters.get(point)},
      ...part.report.keys.map((key) => ({title: key.key, value: (point) => point.set[key.key]})),
      {title: one.name, value: (point) => point.totals[one.key]},
      {title: other.name, value: (point) => point.totals[other.key]},
    ], front, {id: id + "pareto", caption: "The front", sortable: true}),
  ];
};

Page.references = (part, done, id) => {
  const ours = (reference) => {
    const at = done.filter((point) => point.set[reference.key] === reference.at);
    if (reference.quantity.startsWith("best n")) {
      const known = done.filter((point) => point.totals.accelerator_joules !== null);
      return known.length === 0 ? [] : [d3.least(known, (point) => point.totals.accelerator_joules).set[reference.key]];
    }
    if (reference.quantity.startsWith("power"))
      return at.filter((point) => point.totals.accelerator_joules !== null).map((point) => 1e3 * point.totals.accelerator_joules / point.totals.simulated_seconds);
    return at.filter((point) => point.totals.accelerator_mm2 !== null).map((point) => point.totals.accelerator_mm2);
  };
  return [Page.element("p", {}, "What is published of the accelerator, beside the points of this sweep that it may be compared with. Models and " +
                       "sentences differ: a deviation is no verdict, and a recalled figure is a hypothesis."),
          Page.table([
            {title: "quantity", value: (row) => row.quantity},
            {title: "at", value: (row) => `${row.key} = ${row.at}`},
            {title: "published", value: (row) => row.value, show: (value, row) => `${value} ${row.unit}`.trim()},
            {title: "ours", value: (row) => { const values = ours(row); return values.length ? [...new Set(values.map((v) => Number(v.toPrecision(4))))].join(", ") + " " + row.unit : null; }},
            {title: "published is", value: (row) => row.provenance}, {title: "source", value: (row) => row.source},
          ], part.references, {id: id + "references", caption: "Published figures"})];
};

Page.pointTable = (part, figures, id) => {
  const value = (key) => (point) => point.totals === null ? null : point.totals[key] ?? null;
  const units = {simulated_seconds: "latency, s", energy_joules: "energy, J", accelerator_joules: "energy of the accelerator, J",
                 area_mm2: "area, mm²", accelerator_mm2: "area of the accelerator, mm²"};
  const failed = part.report.points.some((point) => point.error !== null);
  return Page.table([
    ...part.report.keys.map((key) => ({title: key.key + (key.unit ? `, ${key.unit}` : ""), value: (point) => point.set[key.key]})),
    {title: "status", value: (point) => point.status},
    ...figures.map((figure) => ({title: units[figure.key] ?? figure.name, value: value(figure.key)})),
    ...(failed ? [{title: "error", value: (point) => point.error, wide: true}] : []),
  ], part.report.points, {id: id + "points", caption: "Points; click a heading to sort", sortable: true});
};

Page.campaigns = (report, keys, id) => {
  const swept = keys.filter((key) => report.campaigns.some((campaign) => key in campaign.set));
  const statistics = (name) => ["mean", "min", "max"].map((kind) => ({title: `${name.replaceAll("_", " ")}, ${kind}`,
                                                                   value: (campaign) => campaign[name]?.[kind] ?? null}));
  return Page.table([
    ...swept.map((key) => ({title: key, value: (campaign) => campaign.set[key]})),
    ...["trials", "failed", "unharmed"].map((key) => ({title: key, value: (campaign) => campaign[key]})),
    ...statistics("accuracy"), ...statistics("wrong_bits"),
  ], report.campaigns, {id: id + "campaigns", caption: "Trials that differ in the seed alone", sortable: true});
};
