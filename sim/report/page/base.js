// SPDX-License-Identifier: Apache-2.0
// Elements, numbers and tables of every page. Text enters the page as text nodes only, never as markup.
"use strict";
const Page = {views: {}};

/// An element. Attributes named on... are listeners; children are nodes, text or null.
Page.element = (tag, attributes, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined) node.append(child);
  }
  return node;
};

/// Foreign text as one line of visible characters: control characters and direction marks spelled out, as the
/// program's text reports do.
Page.printable = (text) => String(text).replace(
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/g, (character) => {
      const code = character.codePointAt(0);
      return code < 0x80 ? "\\x" + code.toString(16).padStart(2, "0") : "\\u{" + code.toString(16) + "}";
    });

/// The number itself, all its digits; whole ones in groups of three.
Page.exact = (value) => {
  if (value === null || value === undefined) return "–";
  if (typeof value !== "number") return Page.printable(value);
  if (!Number.isInteger(value) || Math.abs(value) >= 1e21) return String(value);
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
};

/// Three digits and the SI prefix that suits, for charts and headlines: 57.2 µJ.
Page.scaled = (value, unit) => {
  if (value === null || value === undefined) return "–";
  if (value === 0) return "0 " + unit;
  const prefixes = [[1e9, "G"], [1e6, "M"], [1e3, "k"], [1, ""], [1e-3, "m"], [1e-6, "µ"], [1e-9, "n"], [1e-12, "p"]];
  const [factor, prefix] = prefixes.find(([least]) => Math.abs(value) >= least * 0.9995) ?? prefixes.at(-1);
  return Number((value / factor).toPrecision(3)) + " " + prefix + unit;
};

Page.bytes = (count) => count >= 1 << 20 ? Number((count / (1 << 20)).toPrecision(3)) + " MiB"
    : count >= 1 << 10 ? Number((count / (1 << 10)).toPrecision(3)) + " KiB" : count + " B";

Page.percent = (part, whole) => whole === 0 ? "–" : (100 * part / whole).toFixed(1) + " %";

/// A unit's identifier as a person writes it.
Page.spelled = (unit) => ({dma: "DMA", envm: "eNVM", lpddr4: "LPDDR4", system_sram: "system SRAM", boot_rom: "boot ROM",
                           core: "core", dvfs: "DVFS"})[unit] ?? String(unit).replaceAll("_", " ");

Page.hex = (address) => "0x" + address.toString(16).padStart(8, "0");

Page.sum = (values) => values.reduce((sum, value) => sum + value, 0);

/// Values over which rows are equal, in their order of appearance, and the rows of each.
Page.grouped = (rows, key) => {
  const groups = new Map();
  for (const row of rows) {
    const name = key(row);
    if (!groups.has(name)) groups.set(name, []);
    groups.get(name).push(row);
  }
  return groups;
};

/// A table. @param columns  objects of `title`, `value` (row -> number, text or null) and, if not exact(value), `show`; `wide` for prose
/// @param options  `id`, `caption`, and `sortable`: headers are buttons that sort
Page.table = (columns, rows, options) => {
  const isNumber = columns.map((column) => rows.some((row) => typeof column.value(row) === "number"));
  const kinds = columns.map((column, i) => isNumber[i] ? "number" : column.wide ? "wide" : null);
  const body = Page.element("tbody");
  const fill = (sorted) => body.replaceChildren(...sorted.map((row) => Page.element(
      "tr", {class: options.mark?.(row)}, columns.map((column, i) => {
        const value = column.value(row);
        const shown = column.show ? column.show(value, row) : Page.exact(value);
        return Page.element(i === 0 ? "th" : "td", {scope: i === 0 ? "row" : null, class: kinds[i]}, shown);
      }))));
  fill(rows);
  const heads = columns.map((column, i) => {
    const head = Page.element("th", {scope: "col", class: kinds[i]});
    if (!options.sortable) {
      head.append(column.title);
      return head;
    }
    const sort = () => {
      const ascending = head.getAttribute("aria-sort") !== "ascending";
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
      fill(Page.sorted(rows, column.value, ascending));
    };
    head.append(Page.element("button", {type: "button", onclick: sort}, column.title));
    return head;
  });
  const name = options.caption ?? "Numbers of the figure";
  const table = Page.element("table", {id: options.id, "aria-label": name}, Page.element("thead", {}, Page.element("tr", {}, heads)), body);
  return Page.element("div", {}, options.caption ? Page.element("p", {class: "caption"}, name) : null,
                      Page.element("div", {class: "scroll", tabindex: "0", role: "region", "aria-label": name}, table));
};

/// Rows by a value, numbers by size; what has none comes last whichever the direction. Equal rows keep their order.
Page.sorted = (rows, value, ascending) => [...rows].sort((one, other) => {
  const [a, b] = [value(one), value(other)];
  if (a === null || b === null) return (a === null) - (b === null);
  const order = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "en", {numeric: true});
  return ascending ? order : -order;
});

/// A heading and what belongs below it. What cannot be drawn says so and does not take the rest of the page with it.
Page.section = (id, title, ...makers) => {
  const section = Page.element("section", {id}, Page.element("h2", {}, title));
  for (const make of makers) {
    try {
      section.append(...[make()].flat().filter((node) => node !== null));
    } catch (error) {
      section.append(Page.element("p", {class: "failed", role: "alert"}, "This part of the report cannot be shown: " + error.message));
      console.error(error);
    }
  }
  return section;
};

/// Figures in large print: pairs of what it is and its value, with a line below.
Page.tiles = (tiles) => Page.element("dl", {class: "tiles"}, tiles.filter((tile) => tile !== null).map(([name, value, note]) =>
    Page.element("div", {}, Page.element("dt", {}, name), Page.element("dd", {}, value),
                 note ? Page.element("dd", {class: "note"}, note) : null)));

/// One of some values. @param choices  pairs of value and text
Page.choice = (label, choices, chosen, onchange) => {
  const select = Page.element("select", {onchange: () => onchange(select.value)}, choices.map(([value, text]) =>
      Page.element("option", {value, selected: value === chosen}, text)));
  return Page.element("label", {class: "choice"}, label + " ", select);
};

/// Shows every part of the data; called when all views are there.
Page.start = () => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const page = document.getElementById("page");
  document.body.prepend(Page.patternDefinitions());
  data.parts.forEach((part, i) => {
    const id = data.parts.length === 1 ? "" : `part${i + 1}-`;
    page.append(...Page.views[part.kind](part, id));
  });
  page.append(Page.element("footer", {}, "edgebert-sim " + data.version +
                           ". Tables give every number as it is in the JSON; charts and headlines round."));
  document.documentElement.dataset.ready = "yes";
};
