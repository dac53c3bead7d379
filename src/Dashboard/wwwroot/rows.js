// Rows by keys, and how many are selected.
import { isFree } from './keys.js';

const items = () => [...document.querySelectorAll('[data-row]')];

function move(step) {
  const all = items();
  if (all.length === 0) return;
  const here = all.findIndex(item => item.contains(document.activeElement));
  const next = all[Math.max(0, Math.min(all.length - 1, here < 0 ? 0 : here + step))];
  for (const item of all) item.tabIndex = item === next ? 0 : -1;
  next.focus();
  next.scrollIntoView({ block: 'nearest' });
}

function count() {
  const words = document.querySelector('[data-picked]');
  if (!words) return;
  const chosen = document.querySelectorAll('[data-row] input:checked').length;
  words.textContent = chosen === 0 ? 'With the selected jobs:' : `With ${chosen} selected:`;
}

document.addEventListener('keydown', event => {
  if (!isFree(event) || document.querySelector('dialog[open]')) return;
  const row = document.activeElement?.closest('[data-row]');
  if (event.key === 'j') move(1);
  else if (event.key === 'k') move(-1);
  else if (event.key === 'Enter' && row && row === document.activeElement) (row.matches('a') ? row : row.querySelector('a'))?.click();
  else if (event.key === 'x' && row?.querySelector('input[type="checkbox"]')) row.querySelector('input[type="checkbox"]').click();
  else return;
  event.preventDefault();
});
document.addEventListener('change', event => {
  if (event.target.matches('[data-all]')) for (const box of document.querySelectorAll('[data-row] input[type="checkbox"]')) box.checked = event.target.checked;
  count();
});
for (const box of document.querySelectorAll('[data-all]')) box.hidden = false;
addEventListener('pageshow', count);
