"""An open page and what is asked of it, in JavaScript: its policy is bypassed for that."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

WIDTHS = (1280, 820, 390, 320)


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A page with everything that it asked for or said since it was opened."""

    page: Any
    heard: list[str]
    path: Path

    def ask(self, script: str, argument: Any = None) -> Any:
        """The answer of a script."""
        return self.page.evaluate(script, argument)

    def at(self, width: int, *, details: bool = True, scheme: str = "light") -> "Opened":
        """The same page at that width, with all disclosures open or closed."""
        self.page.emulate_media(color_scheme=scheme, media="screen")
        self.page.set_viewport_size({"width": width, "height": 900})
        self.ask("open => document.querySelectorAll('details').forEach(d => { d.open = open })", details)
        return self

    def texts(self, selector: str) -> list[str]:
        """The text of all elements, white space made single spaces; hidden text too."""
        script = "all => all.map(e => e.textContent.replace(/\\s+/g, ' ').trim())"
        return list(self.page.eval_on_selector_all(selector, script))


def opened(browser: Any, path: Path, **context: Any) -> Opened:
    """The page in a new context. Its policy is bypassed, so that only escaping keeps foreign text from running."""
    page = browser.new_context(bypass_csp=True, viewport={"width": 1280, "height": 900}, **context).new_page()
    heard: list[str] = []
    page.on("console", lambda message: heard.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: heard.append(f"error: {error}"))
    page.on("dialog", lambda dialog: (heard.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.on("request", lambda r: None if _own(r.url, path) else heard.append(f"request: {r.url[:80]}"))
    page.goto(path.as_uri(), wait_until="load")
    page.evaluate("document.fonts.ready.then(() => 0)")
    return Opened(page=page, heard=heard, path=path)


def _own(url: str, path: Path) -> bool:
    """The page itself, and what it carries within (fonts)."""
    return url == path.as_uri() or url.startswith("data:")


#: Text that is smaller than 12 px as it is drawn: SVG text by the size of its drawing.
SMALL_TEXT = """() => {
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walk.nextNode());) {
    const parent = node.parentElement;
    if (!node.textContent.trim() || parent.closest('title,desc,style,.vh') || !parent.getClientRects().length) continue;
    const drawn = parent.closest('text');
    const scale = drawn ? drawn.getScreenCTM().a : 1;
    const size = parseFloat(getComputedStyle(parent).fontSize) * scale;
    if (size < 11.95) found.push(`${size.toFixed(1)}px ${parent.closest('[class]')?.getAttribute('class')}: `
      + node.textContent.trim().slice(0, 40));
  }
  return found;
}"""

#: Texts of a chart that leave their drawing, or lie on one another by more than 2 px both ways.
CHART_TEXT = """() => {
  const found = [];
  for (const svg of document.querySelectorAll('svg[role=img]')) {
    const frame = svg.getBoundingClientRect();
    if (!frame.width) continue;
    const name = svg.getAttribute('aria-labelledby').split(' ')[0];
    const texts = [...svg.querySelectorAll('text')].filter(t => t.textContent.trim());
    const boxes = texts.map(t => t.getBoundingClientRect());
    boxes.forEach((box, i) => {
      const out = Math.max(frame.left - box.left, box.right - frame.right,
        frame.top - box.top, box.bottom - frame.bottom);
      if (out > 1) found.push(`${name}: cut by ${out.toFixed(0)}px: ${texts[i].textContent.trim().slice(0, 60)}`);
      boxes.slice(i + 1).forEach((other, j) => {
        const x = Math.min(box.right, other.right) - Math.max(box.left, other.left);
        const y = Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top);
        if (x > 2 && y > 2) found.push(`${name}: ${x.toFixed(0)}x${y.toFixed(0)}px: `
          + `${texts[i].textContent.trim().slice(0, 40)} | ${texts[i + 1 + j].textContent.trim().slice(0, 40)}`);
      });
    });
  }
  return found;
}"""

#: Text outside charts that leaves the cell, list item or paragraph that it stands in, or is cut by it.
LEAVING_TEXT = """() => {
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walk.nextNode());) {
    const parent = node.parentElement;
    if (!node.textContent.trim() || parent.closest('svg,style,.vh,thead,.skip')) continue;
    const box = parent.closest('td,th,li,p,dd,dt,h1,h2,h3,caption,summary,figcaption,pre');
    if (!box || !box.getClientRects().length) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const text = range.getBoundingClientRect(), frame = box.getBoundingClientRect();
    const out = Math.max(text.right - frame.right, frame.left - text.left);
    if (text.width && out > 2) found.push(`${out.toFixed(0)}px out of ${box.tagName.toLowerCase()}.`
      + `${box.className || box.parentElement.className}: ${node.textContent.trim().slice(0, 40)}`);
  }
  return found;
}"""

#: What makes the page wider than its window.
TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const held = e => { for (let p = e.parentElement; p && p !== document.body; p = p.parentElement)
    if (getComputedStyle(p).overflowX !== 'visible') return true; return false; };
  const out = e => e.getBoundingClientRect().right > width + 1;
  return [...document.querySelectorAll('body *')].filter(e => out(e) && !held(e) && ![...e.children].some(out))
    .slice(0, 5).map(e => `${Math.round(e.getBoundingClientRect().right)} px: ${e.tagName.toLowerCase()}.`
      + `${e.getAttribute('class') || ''} ${e.textContent.trim().slice(0, 40)}`);
}"""

#: Ids that stand twice, and references to ids that are not there.
IDS = """() => {
  const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  const twice = ids.filter((id, i) => ids.indexOf(id) !== i).map(id => `twice: ${id}`);
  const asked = [];
  for (const name of ['aria-labelledby', 'aria-describedby', 'for'])
    for (const e of document.querySelectorAll(`[${name}]`)) asked.push(...e.getAttribute(name).split(/\\s+/));
  for (const e of document.querySelectorAll('use,a[href^="#"]')) asked.push((e.getAttribute('href') || '').slice(1));
  for (const e of document.querySelectorAll('svg *')) for (const a of e.attributes)
    for (const m of a.value.matchAll(/url\\(#([^)]*)\\)/g)) asked.push(m[1]);
  return [...twice, ...asked.filter(id => !ids.includes(decodeURIComponent(id))).map(id => `nowhere: ${id}`)];
}"""

#: What markup in a text would change: how many landmarks, headings, links, rows, pictures, cells there are.
SHAPE = """() => Object.fromEntries(['main', 'nav', 'header', 'footer', 'section', 'h1', 'h2', 'h3', 'h4', 'a',
  'a[href]', 'li', 'tr', 'td', 'th', 'table', 'dt', 'dd', 'p', 'b', 'em', 'svg', 'use', 'svg[role=img]', 'details',
  'form', 'script', 'img', 'style', 'iframe', 'title', 'meta', '[style]', '[onload]', '[onerror]', '[id]', 'code',
  'math']
  .map(name => [name, document.querySelectorAll(name).length]))"""
