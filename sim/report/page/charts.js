// SPDX-License-Identifier: Apache-2.0
// Figures drawn by Observable Plot as inline SVG. A series is told apart by colour and by pattern; every figure has a
// text alternative and, folded below it, a table of its numbers. Figures follow the width of the page.
"use strict";

/// What lies over the colour of series 1, 2 ...: nothing, then lines and dots.
Page.patterns = ["", "M-2,2l4,-4M0,8l8,-8M6,10l4,-4", "M2,2h2v2h-2zM6,6h2v2h-2z", "M-2,6l4,4M0,0l8,8M6,-2l4,4", "M0,2h8M0,6h8",
                 "M0,4h8M4,0v8", "M2,0v8M6,0v8", "M3,3h2v2h-2z", "M0,0l8,8M0,8l8,-8", "M0,4h8"];

Page.patternDefinitions = () => {
  const svg = (tag, attributes, ...children) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  };
  return svg("svg", {id: "patterns", "aria-hidden": "true"}, svg("defs", {}, ...Page.patterns.map((path, i) =>
      svg("pattern", {id: `series${i + 1}`, width: 8, height: 8, patternUnits: "userSpaceOnUse"},
          svg("rect", {width: 8, height: 8, fill: `var(--s${i + 1})`}),
          svg("path", {d: path, stroke: "var(--raised)", "stroke-width": 1.4, "stroke-opacity": 0.75, fill: "none"})))));
};

/// How the i-th series is filled; more than there are patterns look like the last.
Page.fill = (i) => `url(#series${Math.min(i, Page.patterns.length - 1) + 1})`;
Page.colour = (i) => `var(--s${Math.min(i, Page.patterns.length - 1) + 1})`;
/// Marks of the series of a line chart.
Page.symbols = [d3.symbolCircle, d3.symbolSquare, d3.symbolTriangle, d3.symbolDiamond, d3.symbolStar, d3.symbolCross, d3.symbolWye,
                d3.symbolPlus, d3.symbolTimes, d3.symbolAsterisk];
Page.symbol = (i) => Page.symbols[i % Page.symbols.length];

Page.legend = (names) => {
  const swatch = (i) => {
    const box = Page.element("span", {"aria-hidden": "true"});
    box.innerHTML = `<svg width="16" height="16"><rect width="16" height="16" rx="3" fill="${Page.fill(i)}"></rect></svg>`;
    return box.firstChild;
  };
  return Page.element("ul", {class: "legend"}, names.map((name, i) => Page.element("li", {}, swatch(i), name)));
};

/// Pixels the longest of some texts takes in a chart.
Page.textWidth = (texts, size = 12) => {
  const context = document.createElement("canvas").getContext("2d");
  context.font = `${size}px ${getComputedStyle(document.body).fontFamily}`;
  return Math.ceil(Math.max(0, ...texts.map((text) => context.measureText(text).width)));
};

/// A figure. @param draw  (width in pixels) -> options of Plot.plot, without its width
/// @param options  `caption`, `label` (the text alternative), `legend` (names of series), `table`
Page.figure = (options, draw) => {
  const chart = Page.element("div", {class: "chart"});
  let drawn = 0;
  const redraw = () => {
    const width = Math.floor(chart.clientWidth);
    if (width < 50 || width === drawn) return;
    drawn = width;
    try {
      const plot = Plot.plot({style: {fontSize: "12px", background: "none", overflow: "hidden"}, ...draw(width), width, figure: false,
                              ariaLabel: options.label});
      plot.setAttribute("role", "img");
      chart.replaceChildren(plot);
    } catch (error) {
      chart.replaceChildren(Page.element("p", {class: "failed", role: "alert"}, "This chart cannot be drawn: " + error.message));
      console.error(error);
    }
  };
  new ResizeObserver(redraw).observe(chart);
  return Page.element("figure", {}, Page.element("figcaption", {}, options.caption), options.legend ? Page.legend(options.legend) : null,
                      chart, options.table ? Page.element("details", {}, Page.element("summary", {}, "Numbers"), options.table) : null);
};

/// Bars of stacked series over some categories. @param rows  objects of `at`, `series` and `value`, all series of each
/// @param options  as of Page.figure, `series` (their names in order), `unit`, `x` (the axis' label)
Page.stackedBars = (rows, options) => {
  const places = [...new Set(rows.map((row) => row.at))];
  const index = new Map(options.series.map((name, i) => [name, i]));
  const show = (value) => Page.scaled(value, options.unit);
  const highest = Math.max(...places.map((place) => Page.sum(rows.filter((row) => row.at === place).map((row) => row.value))));
  return Page.figure({...options, legend: options.series}, (width) => {
    const each = (width - 60) / places.length;
    const labels = places.map(String);
    const step = Math.max(1, Math.ceil(Page.textWidth(labels) / each));
    return {
      height: Math.min(320, 180 + width * 0.15),
      marginLeft: Page.textWidth([show(highest * 1.11), show(highest * 0.88)]) + 14, marginTop: 22, marginBottom: 38, marginRight: 8,
      x: {label: options.x, domain: places, labelArrow: "none", ticks: places.filter((place, i) => i % step === 0), labelAnchor: "right"},
      y: {label: null, grid: true, tickFormat: show, ticks: 5, nice: true},
      marks: [
        Plot.barY(rows, {x: "at", y: "value", z: "series", order: options.series, insetLeft: 1, insetRight: 1,
                         fill: {value: (row) => Page.fill(index.get(row.series)), scale: null},
                         title: (row) => `${options.x} ${row.at}\n${row.series}: ${Page.exact(row.value)} ${options.unit || options.what}`, tip: true}),
        Plot.ruleY([0]),
      ],
    };
  });
};

/// How often values fall between equal steps. @param options  as of Page.figure, `unit`
Page.histogram = (values, options) => Page.figure(options, (width) => {
  const show = (value) => Page.scaled(value, options.unit);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const one = least === most;
  const few = Math.max(3, Math.floor(width / 110));
  const bins = d3.bin().domain(one ? [least * 0.9, least * 1.1 || 1] : [least, most]).thresholds(Math.min(40, Math.floor(width / 14)))(values);
  const domain = [bins[0].x0, bins.at(-1).x1];
  return {
    height: 190, marginLeft: Page.textWidth([Page.exact(Math.max(...bins.map((bin) => bin.length)))]) + 18, marginBottom: 36, marginTop: 20,
    marginRight: Page.textWidth([show(domain[1])]) / 2 + 6,
    x: {label: null, tickFormat: show, ticks: few, domain},
    y: {label: "sentences", labelArrow: "none", grid: true, tickFormat: (count) => Number.isInteger(count) ? Page.exact(count) : "", ticks: 4},
    marks: [
      Plot.rectY(bins, {x1: "x0", x2: "x1", y: "length", fill: Page.colour(0), insetLeft: 0.5, insetRight: 0.5,
                        title: (bin) => `${show(bin.x0)} to ${show(bin.x1)}: ${bin.length} sentences`, tip: true}),
      Plot.ruleX([d3.median(values)], {stroke: "currentColor", strokeDasharray: "4 3"}),
      Plot.ruleY([0]),
    ],
  };
});
