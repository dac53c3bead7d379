// The cells of a sweep by arrow keys, and how they differ from a marked one.
import { isFree } from './keys.js';

const table = document.querySelector('[data-sweep]');
const said = document.querySelector('[data-sweep-said]');
let marked;

function go(cell, down, right) {
  const row = cell.parentElement;
  for (let [y, x] = [row.rowIndex + down, cell.cellIndex + right]; ; y += down, x += right) {
    const next = table.rows[y]?.cells[x];
    if (!next || next.nodeName === 'TH') return;
    const link = next.querySelector('[data-cell]');
    if (link) { link.focus(); link.scrollIntoView({ block: 'nearest', inline: 'nearest' }); return; }
  }
}

// Black where both are alike: the marked image lies over the other, and the browser shows the difference.
function compare(link) {
  table.querySelector('.over')?.remove();
  const [image, mine] = [link?.querySelector('img'), marked?.querySelector('img')];
  if (!image || !mine || link === marked) return;
  const over = mine.cloneNode();
  over.className = 'over';
  over.alt = '';
  image.after(over);
}

function mark(link) {
  table.querySelector('.marked')?.classList.remove('marked');
  marked = link === marked ? undefined : link;
  marked?.classList.add('marked');
  compare(undefined);
  said.textContent = marked ? 'Marked: the others show how they differ from it, black where they do not. m again ends it.' : 'Nothing is marked.';
}

if (table) {
  table.addEventListener('keydown', event => {
    const link = event.target.closest('[data-cell]');
    if (!link || !isFree(event)) return;
    const step = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] }[event.key];
    if (step) go(link.closest('td'), ...step);
    else if (event.key === 'm') mark(link);
    else return;
    event.preventDefault();
  });
  for (const name of ['focusin', 'pointerover']) table.addEventListener(name, event => compare(event.target.closest('[data-cell]')));
  table.addEventListener('pointerleave', () => compare(undefined));
}
