// SPDX-License-Identifier: Apache-2.0
// Two runs side by side: answers first, then configuration, totals, and who contributes to the change.
"use strict";
Page.views.comparison = (part, id) => {
  const report = part.report;
  const signed = (value) => value === null ? "–" : (value > 0 ? "+" : "") + Page.exact(value);
  const share = (value) => value === null ? "" : (value > 0 ? "+" : "") + value.toFixed(1) + " %";
  const columns = (title, name, whole) => [
    {title, value: name}, {title: "A", value: (row) => row.a}, {title: "B", value: (row) => row.b},
    {title: "B − A", value: (row) => row.delta, show: signed},
    {title: whole ? "of A's total" : "change", value: (row) => (whole ?? row.a) === 0 ? null : 100 * row.delta / (whole ?? row.a), show: share},
  ];
  const side = (letter, of) => Page.element("p", {class: "quiet"}, Page.element("strong", {}, letter),
      ` ${Page.printable(of.name)} · ${Page.printable(of.soc)}, ${of.sentences} sentence${of.sentences === 1 ? "" : "s"}`);
  const total = (quantity) => report.totals.find((row) => row.quantity === quantity);
  const tile = (name, quantity, unit) => {
    const row = total(quantity);
    return row === undefined ? null : [name, share(row.a === 0 ? null : 100 * row.delta / row.a) || "–", `${Page.scaled(row.a, unit)} → ${Page.scaled(row.b, unit)}`];
  };
  return [
    Page.element("header", {}, Page.element("h1", {}, "What changed from A to B"), side("A", report.a), side("B", report.b),
                 ...report.notes.map((note) => Page.element("p", {}, Page.element("strong", {}, "Note: "), note))),
    Page.section(id + "answers-section", "Answers", () => Page.comparedAnswers(report, id),
                 () => Page.tiles([tile("latency", "simulated_seconds", "s"), tile("cycles", "cycles", ""), tile("energy", "energy_joules", "J"),
                                   tile("area", "area_mm2", "mm²"), tile("average exit layer", "average_exit_layer", "")])),
    Page.section(id + "differences", "Configuration", () => Page.comparedConfiguration(report, id)),
    Page.section(id + "totals-section", "Totals", () => Page.table(columns("quantity", (row) => row.quantity.replaceAll("_", " ")), report.totals,
                                                                  {id: id + "totals", caption: "Totals of both runs", sortable: true})),
    ...report.breakdowns.map((breakdown) => Page.section(
        `${id}${breakdown.quantity}-by-${breakdown.by}-section`, `${breakdown.quantity} by ${breakdown.by}: ${signed(breakdown.total.delta)} ${breakdown.unit}`,
        () => Page.element("div", {class: "pair broad"}, Page.contributionBars(breakdown),
            Page.table(columns(breakdown.by, (row) => row.name, breakdown.total.a), [...breakdown.rows, breakdown.total],
                       {id: `${id}${breakdown.quantity}-by-${breakdown.by}`, caption: "The largest change first; the rows above the last add up to it"})))),
  ];
};

Page.comparedAnswers = (report, id) => {
  if (!report.same_sentences) return Page.element("p", {}, "Answers are not compared.");
  if (report.answers.length === 0)
    return Page.element("p", {}, `The same predictions and exit layers in ${report.a.sentences === 1 ? "the sentence" : `all ${report.a.sentences} sentences`}.`);
  const answer = (of) => `${Page.printable(of.prediction)} after layer ${of.exit_layer}`;
  return [Page.element("p", {}, `${report.answers.length} of ${report.a.sentences} sentences are answered differently.`),
          Page.table([{title: "sentence", value: (row) => row.index, show: (value) => String(value + 1)}, {title: "text", value: (row) => row.text, wide: true},
                      {title: "A", value: (row) => answer(row.a)}, {title: "B", value: (row) => answer(row.b)}],
                     report.answers, {id: id + "answers", caption: "Different answers", sortable: true})];
};

Page.comparedConfiguration = (report, id) => [
  report.configuration.length === 0 ? Page.element("p", {}, "No value of the configuration differs.") : Page.table([
    {title: "key", value: (row) => row.key}, {title: "A", value: (row) => row.a.value}, {title: "from", value: (row) => row.a.origin},
    {title: "B", value: (row) => row.b.value}, {title: "from", value: (row) => row.b.origin},
  ], report.configuration, {id: id + "configuration", caption: "Values that differ"}),
  report.inputs.length === 0 ? null : Page.table([
    {title: "what", value: (row) => row.what}, {title: "A", value: (row) => row.a, show: (value) => Page.element("code", {}, Page.printable(value))},
    {title: "B", value: (row) => row.b, show: (value) => Page.element("code", {}, Page.printable(value))},
  ], report.inputs, {id: id + "inputs", caption: "Inputs and programs that differ"}),
];

/// Bars to the left for less, to the right for more.
Page.contributionBars = (breakdown) => {
  const rows = breakdown.rows.filter((row) => row.delta !== 0).slice(0, 12);
  const unit = breakdown.unit === "cycles" ? "" : breakdown.unit;
  const show = (value) => (value > 0 ? "+" : "") + Page.scaled(value, unit).trim();
  if (rows.length === 0) return Page.element("p", {}, "Nothing differs.");
  return Page.figure({
    caption: `Largest changes of ${breakdown.quantity}`,
    label: rows.map((row) => `${row.name} ${show(row.delta)}`).join("; "),
  }, (width) => {
    const most = d3.max(rows, (row) => Math.abs(row.delta));
    const right = Page.textWidth(rows.map((row) => show(row.delta))) + 10;
    const left = Page.textWidth(rows.map((row) => row.name)) + 10;
    const narrow = left + right > width * 0.6;
    const some = [rows.some((row) => row.delta < 0), rows.some((row) => row.delta > 0)];
    return {
      height: rows.length * (narrow ? 36 : 24) + 12, marginTop: 6, marginBottom: 6, marginLeft: narrow ? 4 : left, marginRight: 4,
      insetLeft: some[0] ? right : 2, insetRight: some[1] ? right : 2,
      x: {axis: null, domain: [some[0] ? -most : 0, some[1] ? most : 0]},
      y: {label: null, domain: rows.map((row) => row.name), axis: narrow ? null : "left", tickSize: 0, padding: narrow ? 0.05 : 0.2},
      marks: [
        Plot.barX(rows, {x1: 0, x2: "delta", y: "name", insetTop: narrow ? 18 : 0, fill: {value: (row) => Page.fill(row.delta < 0 ? 2 : 1), scale: null}}),
        narrow ? Plot.text(rows, {y: "name", frameAnchor: "left", textAnchor: "start", text: (row) => row.name, dy: -10, dx: 2}) : null,
        Plot.text(rows.filter((row) => row.delta < 0), {x: "delta", y: "name", text: (row) => show(row.delta), textAnchor: "end", dx: -5, dy: narrow ? 9 : 0}),
        Plot.text(rows.filter((row) => row.delta > 0), {x: "delta", y: "name", text: (row) => show(row.delta), textAnchor: "start", dx: 5, dy: narrow ? 9 : 0}),
        Plot.ruleX([0]),
      ],
    };
  });
};
