// SPDX-License-Identifier: Apache-2.0
// A run: what came out, then what happened inside, for all sentences or a chosen one; memories and configuration.
"use strict";
Page.views.run = (part, id) => {
  const report = part.report;
  const sentences = report.sentences;
  const detailed = sentences.filter((sentence) => sentence.operators);
  const single = sentences.length === 1;
  const scopes = new Map([["all", {...report.totals, name: `all ${sentences.length} sentences`}],
                          ...detailed.map((sentence) => [String(sentence.index), {...sentence, sentence}])]);
  const inside = Page.element("div", {"aria-live": "polite"});
  const show = (choice) => inside.replaceChildren(...Page.insideRun(scopes.get(choice), report, id));
  show(single ? "0" : "all");
  const why = new Map(part.picks.map((pick) => [pick.index, pick.why.join(", ")]));
  const choice = single ? null : Page.element("p", {class: "choices"}, Page.choice("Look inside", [
    ["all", `all ${sentences.length} sentences together`],
    ...detailed.map((sentence) => {
      const text = Page.printable(sentence.text);
      const note = why.has(sentence.index) ? ` (${why.get(sentence.index)})` : "";
      return [String(sentence.index), `${sentence.index + 1}${note}: ${text.length > 48 ? text.slice(0, 47) + "…" : text}`];
    }),
  ], "all", show));
  return [
    Page.runHeader(part, id),
    Page.section(id + "result", single ? "The sentence" : "Result", () => Page.resultTiles(report),
                 () => single ? Page.sentenceView(sentences[0], report, id) : Page.manySentences(part, id)),
    choice, inside,
    Page.section(id + "memories", "Memory map", () => Page.memoryMap(report, id)),
    Page.section(id + "configuration-section", "Configuration", () => Page.configuration(report, id)),
  ].filter((node) => node !== null);
};

Page.runHeader = (part, id) => {
  const report = part.report;
  const short = (hash) => Page.element("span", {class: "hash"}, String(hash).slice(0, 12));
  return Page.element("header", {},
      Page.element("h1", {}, `${Page.printable(report.soc)}: ${report.sentences.length === 1 ? "one sentence" : `${report.sentences.length} sentences`}`),
      Page.element("p", {class: "quiet"}, Page.printable(report.config), " ", short(report.config_hash), " · ", Page.printable(report.model.file), " ",
                   short(report.model_hash), ` · ${report.model.layers} layers, hidden ${report.model.hidden}, ${report.model.heads} heads, ` +
                   `${report.model.sequence} tokens · ${Page.printable(report.timing)} · ${Page.printable(part.name)}`));
};

Page.resultTiles = (report) => {
  const {totals, sentences} = report;
  const single = sentences.length === 1;
  const checks = totals.checks;
  const tiles = [];
  if (single) {
    const verdict = Page.sentenceVerdict(sentences[0], report);
    tiles.push(["prediction", Page.printable(verdict.name), verdict.note ?? verdict.share]);
    tiles.push(["exit layer", `${sentences[0].exit_layer} of ${report.model.layers}`]);
  } else {
    if (totals.accuracy !== null) tiles.push(["accuracy", (100 * totals.accuracy).toFixed(2) + " %", "of the labelled sentences"]);
    tiles.push(["average exit layer", totals.average_exit_layer.toFixed(3), `of ${report.model.layers}`]);
  }
  const each = single ? "" : " a sentence";
  tiles.push(["latency" + each, Page.scaled(totals.simulated_seconds / sentences.length, "s"), `${Page.exact(totals.cycles)} cycles in all`]);
  if (totals.energy_joules !== null)
    tiles.push(["energy" + each, Page.scaled(totals.energy_joules / sentences.length, "J"), `${report.energy.table.name}`]);
  if (totals.area_mm2 !== null) tiles.push(["area", totals.area_mm2.toFixed(2) + " mm²"]);
  tiles.push(["work", Page.scaled(totals.macs, "MAC"), `${Page.exact(totals.instructions)} instructions of the core`]);
  if (report.exit.deadline_seconds !== null)
    tiles.push(["deadline", Page.scaled(report.exit.deadline_seconds, "s"), `${totals.missed_deadlines} missed, ${totals.infeasible_deadlines} infeasible`]);
  if (checks.tensors_compared > 0)
    tiles.push(["check", checks.mismatches === 0 ? "equal" : `${checks.mismatches} differ`, `${Page.exact(checks.tensors_compared)} tensors, golden`]);
  if (totals.faults !== null)
    tiles.push(["faults", Page.exact(totals.faults.faulty_cells) + " cells", `${Page.exact(totals.faults.wrong_bits)} wrong bits`]);
  return Page.tiles(tiles);
};

Page.manySentences = (part, id) => {
  const report = part.report;
  const sentences = report.sentences;
  const exits = d3.range(1, report.model.layers + 1).map((layer) => ({layer, sentences: sentences.filter((s) => s.exit_layer === layer).length}));
  const energy = report.totals.energy_joules !== null;
  const joules = (sentence) => sentence.energy?.total_joules ?? null;
  const name = (label) => label === null ? null : report.labels[label] ?? `class ${label}`;
  const histogram = (what, unit, values) => Page.histogram(values, {
    caption: `${what} of a sentence: ${Page.scaled(d3.min(values), unit)} to ${Page.scaled(d3.max(values), unit)}, median ${Page.scaled(d3.median(values), unit)} (dashed)`,
    label: `${what}: minimum ${d3.min(values)}, median ${d3.median(values)}, maximum ${d3.max(values)} ${unit}`, unit,
  });
  return [
    Page.element("h3", {}, "Where sentences leave"),
    Page.figure({
      caption: "Sentences by exit layer", label: exits.map((row) => `layer ${row.layer}: ${row.sentences}`).join(", "),
      table: Page.table([{title: "layer", value: (row) => row.layer}, {title: "sentences", value: (row) => row.sentences}], exits, {id: id + "exits"}),
    }, () => ({
      height: 200, marginTop: 22, marginBottom: 36, marginLeft: Page.textWidth([Page.exact(sentences.length)]) + 18,
      x: {label: "layer", labelArrow: "none", domain: exits.map((row) => row.layer)},
      y: {label: null, grid: true, ticks: 4, tickFormat: (count) => Number.isInteger(count) ? Page.exact(count) : ""},
      marks: [
        Plot.barY(exits, {x: "layer", y: "sentences", fill: Page.colour(0), title: (row) => `layer ${row.layer}: ${row.sentences} sentences`, tip: true}),
        Plot.text(exits.filter((row) => row.sentences > 0), {x: "layer", y: "sentences", text: (row) => Page.exact(row.sentences), dy: -8}),
        Plot.ruleY([0]),
      ],
    })),
    Page.element("div", {class: "pair"}, histogram("Latency", "s", sentences.map((sentence) => sentence.seconds)),
                 energy ? histogram("Energy", "J", sentences.map(joules)) : null),
    Page.element("details", {open: sentences.length <= 12}, Page.element("summary", {}, `All ${sentences.length} sentences`), Page.table([
      {title: "sentence", value: (row) => row.index, show: (value) => String(value + 1)},
      {title: "text", value: (row) => row.text, wide: true},
      {title: "predicted", value: (row) => Page.printable(name(row.prediction))},
      {title: "labelled", value: (row) => name(row.label), show: (value, row) => value === null ? "–" :
          Page.printable(value) + (row.label === row.prediction ? " ✓" : " ✗ wrong")},
      {title: "exit layer", value: (row) => row.exit_layer}, {title: "tokens", value: (row) => row.tokens},
      {title: "cycles", value: (row) => row.cycles}, {title: "seconds", value: (row) => row.seconds},
      ...(energy ? [{title: "joules", value: joules}] : []),
    ], sentences, {id: id + "sentences", sortable: true, caption: "Sentences"})),
  ];
};

/// @param scope  the run's totals, or a sentence
Page.insideRun = (scope, report, id) => {
  const sentence = scope.sentence;
  const of = sentence ? (report.sentences.length === 1 ? "" : `, sentence ${sentence.index + 1}`) : `, ${scope.name}`;
  const nodes = [];
  if (sentence && report.sentences.length > 1)
    nodes.push(Page.section(id + "chosen", `Sentence ${sentence.index + 1}`, () => Page.sentenceView(sentence, report, id)));
  nodes.push(Page.section(id + "layers", "Layers and units" + of, () => Page.element(
      "div", {class: "pair"}, Page.cyclesByLayer(scope, id), scope.energy ? Page.energyByLayer(scope, id) : null)));
  nodes.push(Page.section(id + "bottlenecks", "What limits each operator" + of, () => Page.bottlenecks(scope, id)));
  if (sentence?.energy?.power_trace)
    nodes.push(Page.section(id + "time", "Power, voltage and frequency over time" + of, () => Page.powerOverTime(sentence, report, id)));
  nodes.push(Page.section(id + "units", "Units" + of, () => Page.unitTables(scope, id)));
  return nodes;
};

Page.unitTables = (scope, id) => {
  const units = scope.units.filter((unit) => unit.commands > 0);
  const counters = scope.units.flatMap((unit) => Object.entries(unit.counters).map(([counter, value]) => ({unit: unit.unit, counter, value})));
  const items = (scope.energy?.by_unit ?? []).flatMap((unit) => unit.rows.map((row) => ({unit: unit.unit, ...row})));
  const stalled = (name) => ({title: `stalled on ${name}`, value: (unit) => unit.stalled_cycles[name]});
  const fold = (title, table) => Page.element("details", {}, Page.element("summary", {}, title), table);
  return [
    Page.table([
      {title: "unit", value: (unit) => Page.spelled(unit.unit)}, {title: "commands", value: (unit) => unit.commands},
      {title: "busy cycles", value: (unit) => unit.busy_cycles},
      {title: "busy", value: (unit) => scope.cycles === 0 ? null : unit.busy_cycles / scope.cycles, show: (value) => (100 * value).toFixed(1) + " %"},
      stalled("bus"), stalled("memory"), stalled("port"), {title: "idle cycles", value: (unit) => unit.idle_cycles},
    ], units, {id: id + "unit-cycles", caption: "Cycles of the accelerator's units; busy, stalled and idle ones are all cycles", sortable: true}),
    fold("Counters", Page.table([{title: "unit", value: (row) => Page.spelled(row.unit)}, {title: "counter", value: (row) => row.counter.replaceAll("_", " ")},
                                 {title: "value", value: (row) => row.value}], counters, {id: id + "counters", sortable: true, caption: "Counters"})),
    scope.energy ? fold("Energy by action and state", Page.table([
      {title: "unit", value: (row) => Page.spelled(row.unit)}, {title: "action or state", value: (row) => (row.action ?? row.state).replaceAll("_", " ")},
      {title: "times", value: (row) => row.count ?? null}, {title: "seconds", value: (row) => row.seconds ?? null},
      {title: "joules", value: (row) => row.joules}, {title: "the figure is", value: (row) => row.kind},
    ], items, {id: id + "energy-rows", sortable: true, caption: `Total ${Page.exact(scope.energy.total_joules)} J`})) : null,
  ];
};

Page.memoryMap = (report, id) => {
  const memories = report.memories;
  const kinds = [...new Set(memories.flatMap((memory) => memory.parts.map((part) => part.what)))];
  const stacks = memories.flatMap((memory) => {
    let below = 0;
    return memory.parts.map((part) => ({memory, part, from: below, to: below += 100 * part.bytes / memory.bytes}));
  });
  const name = (memory) => Page.spelled(memory.memory);
  const note = (memory) => `${Page.bytes(memory.used_bytes)} of ${Page.bytes(memory.bytes)}, ${Page.percent(memory.used_bytes, memory.bytes)}`;
  const rows = memories.flatMap((memory) => (memory.parts.length ? memory.parts : [{what: null, bytes: null}]).map((part) => ({memory, part})));
  const end = (memory) => memory.address === null ? null : memory.address + memory.bytes - 1;
  return Page.figure({
    caption: "How full each memory is at the end of the run, by what lies there", legend: kinds,
    label: memories.map((memory) => `${name(memory)}: ${note(memory)}`).join("; "),
    table: Page.table([
      {title: "memory", value: (row) => name(row.memory)},
      {title: "from", value: (row) => row.memory.address, show: (value) => value === null ? "not on the bus" : Page.hex(value)},
      {title: "to", value: (row) => end(row.memory), show: (value) => value === null ? "" : Page.hex(value)},
      {title: "bytes", value: (row) => row.memory.bytes}, {title: "used bytes", value: (row) => row.memory.used_bytes},
      {title: "holds", value: (row) => row.part.what}, {title: "bytes of it", value: (row) => row.part.bytes},
    ], rows, {id: id + "memory-map"}),
  }, (width) => {
    const [left, right] = [Page.textWidth(memories.map(name)) + 10, Page.textWidth(memories.map(note)) + 12];
    const narrow = left + right > width * 0.7;
    return {
      height: memories.length * (narrow ? 38 : 26) + 30, marginTop: 4, marginBottom: 26, marginLeft: narrow ? 16 : left,
      marginRight: narrow ? 22 : right,
      x: {label: null, domain: [0, 100], ticks: 5, tickFormat: (value) => value + " %"},
      y: {label: null, domain: memories.map(name), axis: narrow ? null : "left", tickSize: 0, padding: narrow ? 0.05 : 0.2},
      marks: [
        Plot.barX(memories, {y: name, x1: 0, x2: 100, fill: "currentColor", fillOpacity: 0.08, insetTop: narrow ? 18 : 0}),
        Plot.rect(stacks, {y: (row) => name(row.memory), x1: "from", x2: "to", insetTop: narrow ? 18 : 0,
                           fill: {value: (row) => Page.fill(kinds.indexOf(row.part.what)), scale: null},
                           title: (row) => `${name(row.memory)}: ${row.part.what}\n${Page.exact(row.part.bytes)} bytes`, tip: true}),
        narrow ? Plot.text(memories, {y: name, x: 0, text: (memory) => `${name(memory)}: ${note(memory)}`, textAnchor: "start", dy: -9, dx: 2})
            : Plot.text(memories, {y: name, x: 100, text: note, textAnchor: "start", dx: 8}),
      ],
    };
  });
};

Page.configuration = (report, id) => {
  const hashes = ["config_hash", "model_hash", "firmware_hash", "predictor_hash", "inputs_hash"].map((key) => ({key, value: report[key]}));
  if (report.energy) hashes.push({key: "energy table's hash", value: report.energy.table.hash});
  const hash = (value) => value === null ? "–" : Page.element("code", {}, Page.printable(value));
  const own = report.configuration.filter((row) => row.origin === "--set");
  const defaults = report.configuration.filter((row) => row.origin === "default" || row.origin === "timing.preset");
  const columns = [{title: "key", value: (row) => row.key}, {title: "value", value: (row) => row.value}, {title: "origin", value: (row) => row.origin}];
  return [
    Page.element("p", {class: "quiet"}, `${report.configuration.length} values: ${defaults.length} by default or preset, ${own.length} by --set (marked), the others from files.`),
    Page.table([{title: "of", value: (row) => row.key.replaceAll("_", " ").replace(" hash", "")}, {title: "SHA-256", value: (row) => row.value, show: hash}],
               hashes, {id: id + "hashes", caption: "What the result depends on"}),
    Page.element("details", {}, Page.element("summary", {}, "Every value and its origin"), Page.table(
        columns, report.configuration, {id: id + "configuration", sortable: true, caption: "Configuration",
                                        mark: (row) => own.includes(row) ? "marked" : null})),
  ];
};
