// SPDX-License-Identifier: Apache-2.0
// What a run did, for one sentence or all of them: exits, cycles and energy by layer and unit, operators, power.
"use strict";
Page.layerName = (layer) => layer === null ? "after the answer" : layer === 0 ? "embedding" : String(layer);
Page.layerTick = (layer) => layer === 0 ? "emb." : String(layer);

/// What an operator's cycles are, as rows of a stack; the order is that of the legend.
Page.cycleKinds = [["processing unit", "processing_unit_cycles"], ["special function unit", "special_function_unit_cycles"],
                   ["memory transfers", "transfer_cycles"], ["waiting for a buffer's port", "port_stall_cycles"],
                   ["firmware", "firmware_cycles"]];

/// What limits an operator: the same series in every chart.
Page.limits = ["processing unit", "special function unit", "memory transfers", "buffer port", "firmware"];

Page.sentenceVerdict = (sentence, report) => {
  const name = (label) => report.labels[label] ?? `class ${label}`;
  const largest = Math.max(...sentence.logits);
  const weights = sentence.logits.map((logit) => Math.exp(logit - largest));
  const share = weights[sentence.prediction] / Page.sum(weights);
  const right = sentence.label === null ? null : sentence.label === sentence.prediction;
  return {name: name(sentence.prediction), share: (100 * share).toFixed(1) + " %", right,
          note: right === null ? null : right ? "right" : `wrong: labelled ${name(sentence.label)}`};
};

Page.sentenceView = (sentence, report, id) => {
  const verdict = Page.sentenceVerdict(sentence, report);
  return [
    Page.element("blockquote", {id: id + "sentence", dir: "auto"}, Page.printable(sentence.text)),
    Page.element("p", {}, "Predicted ", Page.element("strong", {}, Page.printable(verdict.name)), `, ${verdict.share} sure`,
                 verdict.note === null ? null : Page.element("span", {class: verdict.right ? "good" : "bad"}, `; ${verdict.note}`),
                 `. Left after layer ${sentence.exit_layer} of ${report.model.layers}`,
                 sentence.predicted_layer === null ? "" : `; firmware had predicted layer ${sentence.predicted_layer}`, "."),
    sentence.deadline === null ? null : Page.element("p", {}, `Deadline ${Page.scaled(sentence.deadline.seconds, "s")}: `,
        Page.element("strong", {class: sentence.deadline.missed ? "bad" : "good"}, sentence.deadline.missed ? "missed" : "met"),
        sentence.deadline.infeasible ? "; firmware found it infeasible" : "", "."),
    Page.entropyFigure(sentence, report, id),
  ];
};

Page.entropyFigure = (sentence, report, id) => {
  const {threshold, early} = report.exit;
  const rows = sentence.entropy.map((entropy, i) => ({layer: i + 1, entropy, exit: i + 1 === sentence.exit_layer}));
  const most = Math.max(Math.log(Math.max(2, sentence.logits.length)), ...sentence.entropy);
  const exit = rows.find((row) => row.exit);
  const table = Page.table([
    {title: "layer", value: (row) => row.layer},
    {title: "entropy, nats", value: (row) => row.entropy},
    {title: "", value: (row) => row.exit ? "exit" : null, show: (value) => value ?? ""},
  ], rows, {id: id + "entropy"});
  return Page.figure({
    caption: early ? `Entropy of the off-ramp behind each layer; a sentence leaves below ${threshold} nats` :
        "Entropy of the off-ramp behind each layer; early exit is off",
    label: `Entropy by layer: ${rows.map((row) => `layer ${row.layer} ${row.entropy.toFixed(4)} nats`).join(", ")}; ` +
        `${early ? `threshold ${threshold}` : "no threshold"}; exit after layer ${sentence.exit_layer}.`,
    table,
  }, (width) => ({
    height: 220, marginLeft: 40, marginRight: 46, marginTop: 24, marginBottom: 36,
    x: {label: "layer", labelArrow: "none", domain: [0.5, report.model.layers + 0.5], tickFormat: "d",
        ticks: d3.range(1, report.model.layers + 1, Math.ceil(report.model.layers / (width / 26)))},
    y: {label: "nats", labelArrow: "none", domain: [0, most * 1.05], grid: true, ticks: 4},
    marks: [
      Plot.ruleY([0]),
      early ? Plot.ruleY([threshold], {stroke: Page.colour(3), strokeWidth: 2, strokeDasharray: "6 4"}) : null,
      early ? Plot.text([threshold], {x: report.model.layers + 0.5, y: (value) => value, text: () => "threshold", textAnchor: "end", dy: -8,
                                      fill: Page.colour(3), stroke: "var(--raised)", strokeWidth: 4}) : null,
      Plot.line(rows, {x: "layer", y: "entropy", stroke: Page.colour(0), strokeWidth: 2}),
      Plot.dot([exit], {x: "layer", y: "entropy", r: 7, symbol: "square", fill: Page.colour(0)}),
      Plot.dot(rows, {x: "layer", y: "entropy", r: 4, fill: Page.colour(0), stroke: "var(--raised)", title: (row) => `layer ${row.layer}: ${row.entropy} nats`, tip: true}),
      Plot.text([exit], {x: "layer", y: "entropy", text: () => "exit", dx: 12, dy: -2, textAnchor: "start", fontWeight: 700,
                         stroke: "var(--raised)", strokeWidth: 4, fill: "currentColor"}),
    ],
  }));
};

Page.cyclesByLayer = (scope, id) => {
  const layers = Page.grouped(scope.operators, (row) => row.layer);
  const sums = [...layers].map(([layer, rows]) => ({layer, ...Object.fromEntries(Page.cycleKinds.map(([name, key]) =>
      [name, Page.sum(rows.map((row) => row[key]))]))}));
  const series = Page.cycleKinds.map(([name]) => name);
  const rows = sums.flatMap((sum) => series.map((name) => ({at: Page.layerTick(sum.layer), series: name, value: sum[name]})));
  return Page.stackedBars(rows, {
    caption: "Accelerator cycles by layer and unit. Units work at the same time: a bar is work, and higher than the time it took",
    label: "Stacked cycles: " + sums.map((sum) => `layer ${Page.layerName(sum.layer)}: ` +
        series.map((name) => `${name} ${Page.exact(sum[name])}`).join(", ")).join("; "),
    series, unit: "", what: "cycles", x: "layer",
    table: Page.table([{title: "layer", value: (row) => Page.layerName(row.layer)},
                       ...series.map((name) => ({title: name, value: (row) => row[name]}))], sums, {id: id + "cycles-by-layer"}),
  });
};

Page.energyByLayer = (scope, id) => {
  const layers = scope.energy.by_layer;
  const total = (unit) => Page.sum(layers.map((layer) => layer.units[unit] ?? 0));
  const units = [...new Set(layers.flatMap((layer) => Object.keys(layer.units)))].sort((a, b) => total(b) - total(a));
  const most = Page.patterns.length - 1;
  const shown = units.length > most + 1 ? units.slice(0, most) : units;
  const rest = units.filter((unit) => !shown.includes(unit));
  const series = [...shown.map(Page.spelled), ...(rest.length ? ["others"] : [])];
  const rows = layers.flatMap((layer) => [
    ...shown.map((unit) => ({at: Page.layerTick(layer.layer), series: Page.spelled(unit), value: layer.units[unit] ?? 0})),
    ...(rest.length ? [{at: Page.layerTick(layer.layer), series: "others", value: Page.sum(rest.map((unit) => layer.units[unit] ?? 0))}] : []),
  ]);
  return Page.stackedBars(rows, {
    caption: "Energy by layer and unit, dynamic and leakage together" +
        (scope.energy.idle_joules > 0 ? `; ${Page.scaled(scope.energy.idle_joules, "J")} after the answer are not in it` : ""),
    label: "Stacked energy: " + layers.map((layer) => `layer ${Page.layerName(layer.layer)}: ` +
        units.map((unit) => `${Page.spelled(unit)} ${Page.scaled(layer.units[unit] ?? 0, "J")}`).join(", ")).join("; "),
    series, unit: "J", x: "layer",
    table: Page.table([{title: "layer", value: (layer) => Page.layerName(layer.layer)},
                       ...units.map((unit) => ({title: Page.spelled(unit) + ", J", value: (layer) => layer.units[unit] ?? null}))],
                      layers, {id: id + "energy-by-layer"}),
  });
};

/// Operators summed over layers, the longest first, each with a letter that stands for it in both charts.
Page.operatorSums = (operators) => {
  const keys = ["commands", "cycles", "firmware_cycles", "processing_unit_cycles", "special_function_unit_cycles", "transfer_cycles",
                "port_stall_cycles", "macs", "bytes_loaded", "bytes_stored", "bytes"];
  const sums = [...Page.grouped(operators, (row) => row.operator)].map(([operator, rows]) => {
    const sum = {operator, compute_bound: rows[0].compute_bound};
    for (const key of keys) sum[key] = Page.sum(rows.map((row) => row[key]));
    const resources = [sum.processing_unit_cycles, sum.special_function_unit_cycles, sum.transfer_cycles, sum.port_stall_cycles,
                       sum.firmware_cycles];
    sum.limited_by = Page.limits[resources.indexOf(Math.max(...resources))];
    sum.macs_per_cycle = sum.cycles === 0 ? 0 : sum.macs / sum.cycles;
    sum.bytes_per_cycle_bound = Math.max(0, ...rows.filter((row) => row.memory_bound !== null && row.macs > 0)
        .map((row) => row.memory_bound * row.bytes / row.macs));
    sum.all_cycles = sum.cycles + sum.firmware_cycles;
    return sum;
  });
  sums.sort((a, b) => b.all_cycles - a.all_cycles);
  sums.forEach((sum, i) => { sum.letter = i < 26 ? String.fromCharCode(65 + i) : String(i + 1); });
  return sums;
};

Page.bottlenecks = (scope, id) => {
  const sums = Page.operatorSums(scope.operators).filter((sum) => sum.all_cycles > 0);
  const used = Page.limits.filter((limit) => sums.some((sum) => sum.limited_by === limit));
  const name = (sum) => `${sum.letter}  ${sum.operator}`;
  const note = (sum) => `${Page.percent(sum.all_cycles, scope.cycles)}, ${sum.limited_by}`;
  const table = Page.table([
    {title: "operator", value: (row) => row.operator},
    {title: "layer", value: (row) => row.layer, show: (value) => Page.layerName(value)},
    ...["commands", "cycles", "firmware_cycles", "processing_unit_cycles", "special_function_unit_cycles", "transfer_cycles",
        "port_stall_cycles", "macs", "bytes_loaded", "bytes_stored", "macs_per_cycle", "compute_bound", "memory_bound"]
        .map((key) => ({title: key.replaceAll("_", " "), value: (row) => row[key]})),
    {title: "limited by", value: (row) => row.limited_by},
  ], scope.operators, {id: id + "operators", caption: "Every operator of every layer", sortable: true});
  const bars = Page.figure({
    caption: "Operators over all layers: cycles from the first to the last command, the share of all cycles, and what limits them",
    label: "Cycles by operator: " + sums.map((sum) => `${sum.operator} ${Page.exact(sum.all_cycles)}, limited by ${sum.limited_by}`).join("; "),
    table,
  }, (width) => {
    const [left, right] = [Page.textWidth(sums.map(name)) + 10, Page.textWidth(sums.map(note)) + 10];
    const narrow = left + right > width * 0.72;
    return {
      height: sums.length * (narrow ? 34 : 22) + 30, marginTop: 4, marginBottom: 26, marginLeft: narrow ? 12 : left, marginRight: narrow ? 20 : right,
      x: {label: null, tickFormat: (value) => Page.scaled(value, ""), ticks: 4, grid: true, domain: [0, sums[0].all_cycles]},
      y: {label: null, domain: sums.map(name), axis: narrow ? null : "left", tickSize: 0, padding: narrow ? 0.05 : 0.15},
      marks: [
        Plot.barX(sums, {y: name, x: "all_cycles", insetTop: narrow ? 17 : 0,
                         fill: {value: (sum) => Page.fill(Page.limits.indexOf(sum.limited_by)), scale: null},
                         title: (sum) => `${sum.operator}: ${Page.exact(sum.all_cycles)} cycles\nlimited by ${sum.limited_by}`, tip: true}),
        narrow ? Plot.text(sums, {y: name, x: 0, text: (sum) => `${name(sum)}: ${note(sum)}`, textAnchor: "start", dy: -8, dx: 2, fontSize: 11})
            : Plot.text(sums, {y: name, x: "all_cycles", text: note, textAnchor: "start", dx: 6}),
        Plot.ruleX([0]),
      ],
    };
  });
  bars.insertBefore(Page.limitLegend(used), bars.children[1]);
  return [Page.element("div", {class: "pair"}, bars, Page.roofline(sums))];
};

Page.limitLegend = (used) => {
  const legend = Page.legend(Page.limits);
  [...legend.children].forEach((item, i) => { if (!used.includes(Page.limits[i])) item.remove(); });
  return legend;
};

Page.roofline = (sums) => {
  const dots = sums.filter((sum) => sum.macs > 0 && sum.bytes > 0 && sum.macs_per_cycle > 0)
      .map((sum) => ({...sum, intensity: sum.macs / sum.bytes}));
  if (dots.length === 0) return null;
  const peak = dots[0].compute_bound;
  const bandwidth = Math.max(...dots.map((dot) => dot.bytes_per_cycle_bound));
  const ridge = peak / bandwidth;
  const x = [Math.min(ridge, ...dots.map((dot) => dot.intensity)) / 1.8, Math.max(ridge, ...dots.map((dot) => dot.intensity)) * 1.8];
  const y = [Math.min(bandwidth * x[0], ...dots.map((dot) => dot.macs_per_cycle)) / 1.6, peak * 2.4];
  const roof = [{x: x[0], y: bandwidth * x[0]}, {x: ridge, y: peak}, {x: x[1], y: peak}];
  return Page.figure({
    caption: `Roofline: at most ${peak} MACs and ${Number(bandwidth.toPrecision(3))} bytes a cycle. Letters as beside; what lies far below the roof waits`,
    label: `Roofline of ${peak} MACs a cycle and ${bandwidth} bytes a cycle: ` + dots.map((dot) => `${dot.operator} at ` +
        `${dot.intensity.toPrecision(3)} MACs a byte reaches ${dot.macs_per_cycle.toPrecision(3)} MACs a cycle`).join("; "),
  }, () => ({
    height: 320, marginLeft: 44, marginBottom: 38, marginTop: 24, marginRight: 14,
    x: {type: "log", domain: x, label: "MACs a byte", labelArrow: "none", ticks: 4, tickFormat: (value) => Page.scaled(value, "")},
    y: {type: "log", domain: y, label: "MACs a cycle", labelArrow: "none", grid: true, ticks: 4, tickFormat: (value) => Page.scaled(value, "")},
    marks: [
      Plot.line(roof, {x: "x", y: "y", stroke: Page.colour(3), strokeWidth: 2.5}),
      Plot.dot(dots, {x: "intensity", y: "macs_per_cycle", r: 9, fill: "var(--raised)", strokeWidth: 2,
                      stroke: {value: (dot) => Page.colour(Page.limits.indexOf(dot.limited_by)), scale: null},
                      title: (dot) => `${dot.operator}: ${dot.macs_per_cycle.toPrecision(4)} MACs a cycle, ${dot.intensity.toPrecision(4)} MACs a byte\nlimited by ${dot.limited_by}`, tip: true}),
      Plot.text(dots, {x: "intensity", y: "macs_per_cycle", text: "letter", fontWeight: 600, fontSize: 11}),
    ],
  }));
};

Page.powerOverTime = (sentence, report, id) => {
  const trace = sentence.energy.power_trace;
  const start = trace[0].start;
  const domains = Object.keys(trace[0].joules);
  const constant = sentence.points.every((point) => point.hertz === 0 || point.hertz === report.hertz.accelerator);
  const clock = (layer) => constant ? report.hertz.accelerator : sentence.points[layer - 1]?.hertz ?? null;
  const segments = trace.filter((segment) => segment.end > segment.start).map((segment) => ({...segment, hertz: clock(segment.layer),
      watts: Object.fromEntries(domains.map((domain) => [domain, segment.joules[domain] / (segment.end - segment.start)]))}));
  const stacks = segments.flatMap((segment) => {
    let below = 0;
    return domains.map((domain, i) => ({segment, domain, i, from: below, to: below += segment.watts[domain]}));
  });
  const end = segments.at(-1).end - start;
  const where = (segment) => segment.layer === null ? "after the answer" : `layer ${Page.layerName(segment.layer)}`;
  const x = (width) => ({label: null, domain: [0, end], tickFormat: (value) => Page.scaled(value, "s"), ticks: Math.max(1, Math.floor(width / 150))});
  const left = Page.textWidth(["888 mW", "999 MHz"]) + 14;
  const frame = {marginLeft: left, marginRight: Page.textWidth([Page.scaled(end, "s")]) / 2 + 8, marginTop: 14};
  const steps = (caption, label, unit, value, colour) => {
    const shown = segments.filter((segment) => value(segment) !== null);
    if (shown.length === 0) return null;
    const most = Math.max(...shown.map(value));
    return Page.figure({caption, label}, (width) => ({
      ...frame, height: 110, marginBottom: 24, x: x(width), y: {label: null, grid: true, ticks: 3, domain: [0, most * 1.15], tickFormat: (v) => Page.scaled(v, unit)},
      marks: [Plot.link(shown, {x1: (s) => s.start - start, x2: (s) => s.end - start, y1: value, y2: value, stroke: Page.colour(colour), strokeWidth: 3,
                                title: (s) => `${where(s)}: ${Page.scaled(value(s), unit)}`, tip: true}), Plot.ruleY([0])],
    }));
  };
  const table = Page.table([
    {title: "layer", value: (row) => Page.layerName(row.layer)},
    {title: "start, s", value: (row) => row.start}, {title: "end, s", value: (row) => row.end}, {title: "supply, V", value: (row) => row.volts},
    {title: "clock, Hz", value: (row) => row.hertz},
    ...domains.map((domain) => ({title: Page.spelled(domain) + ", J", value: (row) => row.joules[domain]})),
  ], segments, {id: id + "power"});
  return [
    Page.figure({
      caption: "Power by supply domain, a step for each layer and voltage", legend: domains.map(Page.spelled), table,
      label: "Power over time: " + segments.map((segment) => `${where(segment)} ${Page.scaled(Page.sum(Object.values(segment.watts)), "W")}`).join("; "),
    }, (width) => ({
      ...frame, height: Math.min(260, 150 + width * 0.12), marginBottom: 24, x: x(width),
      y: {label: null, grid: true, ticks: 4, tickFormat: (value) => Page.scaled(value, "W")},
      marks: [
        Plot.rect(stacks, {x1: (s) => s.segment.start - start, x2: (s) => s.segment.end - start, y1: "from", y2: "to",
                           fill: {value: (s) => Page.fill(s.i), scale: null},
                           title: (s) => `${where(s.segment)}\n${Page.spelled(s.domain)}: ${Page.scaled(s.to - s.from, "W")}`, tip: true}),
        Plot.ruleY([0]),
      ],
    })),
    steps("Supply of the accelerator", "Supply: " + segments.map((s) => `${where(s)} ${s.volts} V`).join("; "), "V", (s) => s.volts, 1),
    steps("Clock of the accelerator", "Clock: " + segments.map((s) => `${where(s)} ${Page.scaled(s.hertz, "Hz")}`).join("; "), "Hz", (s) => s.hertz, 2),
  ];
};
