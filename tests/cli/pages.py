# SPDX-License-Identifier: Apache-2.0
"""JavaScript that the tests of pages ask in the page; each is an expression."""


def table(identifier):
    """Rows of cells of a table; what is a number, grouped in threes or not, as a number."""
    return f"""[...document.querySelectorAll('#{identifier} tbody tr')].map(row => [...row.children].map(cell => {{
        const text = cell.textContent;
        return /^-?[\\d,]*\\.?\\d+(e[-+]?\\d+)?$/.test(text) ? Number(text.replaceAll(',', '')) : text;
    }}))"""


# Text of charts that leaves its SVG, and text of the page that its box cuts off.
CLIPPED = """(() => {
    const found = [];
    for (const svg of document.querySelectorAll('.chart svg')) {
        const frame = svg.getBoundingClientRect();
        for (const text of svg.querySelectorAll('text')) {
            const box = text.getBoundingClientRect();
            if (box.width === 0) continue;
            if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1)
                found.push(`${svg.getAttribute('aria-label').slice(0, 40)}: ${text.textContent}`);
        }
    }
    for (const node of document.querySelectorAll('main *:not(.scroll):not(select):not(option)')) {
        if (node.closest('svg')) continue;
        if (node.scrollWidth > node.clientWidth + 1 && getComputedStyle(node).overflowX !== 'visible')
            found.push(`${node.tagName} ${node.className}: ${node.textContent.slice(0, 40)}`);
    }
    return found;
})()"""

# Labels of an axis that lie on each other.
OVERLAPPING = """(() => {
    const found = [];
    for (const axis of document.querySelectorAll('.chart [aria-label$="tick label"]')) {
        const boxes = [...axis.querySelectorAll('text')].filter(text => text.textContent).map(text => [text.textContent, text.getBoundingClientRect()]);
        boxes.forEach(([one, a], i) => boxes.slice(i + 1).forEach(([other, b]) => {
            if (a.left < b.right && b.left < a.right && a.top + 2 < b.bottom && b.top + 2 < a.bottom) found.push(`${axis.getAttribute('aria-label')}: ${one} on ${other}`);
        }));
    }
    return found;
})()"""

# The least contrast between text and what it stands on, of the page's colours.
CONTRAST = """(() => {
    const style = getComputedStyle(document.documentElement);
    const luminance = name => {
        const hex = style.getPropertyValue(name).trim().slice(1);
        const parts = [0, 2, 4].map(i => parseInt(hex.slice(i, i + 2), 16) / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
    };
    const ratio = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    return Math.min(...['--surface', '--raised'].flatMap(below => ['--text', '--quiet', '--accent', '--bad', '--good'].map(
        above => ratio(luminance(above), luminance(below)))));
})()"""
