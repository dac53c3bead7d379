// Changes of the page, as the server renders them. One stream a page, and only while the page is seen: browsers have six connections a server for all their tabs.
import { clockTime, now, setNow, tell } from './clock.js';
import { patch } from './patch.js';

const [FIRST_PAUSE, LONGEST_PAUSE, HIDDEN, SILENT] = [1000, 30000, 10000, 15000];
const url = document.body.dataset.live;
const mark = document.getElementById('connection');
const bar = document.getElementById('lost');
let source, pause = FIRST_PAUSE, retry, hiding, heard = Date.now(), lostAt = 0, fresh = new Set();

function show(state, words) {
  mark.dataset.state = state;
  mark.textContent = words;
}

function say(words) {
  const live = document.getElementById('announce');
  if (live.textContent !== words) live.textContent = words;
}

function connected() {
  heard = Date.now();
  pause = FIRST_PAUSE;
  if (mark.dataset.state === 'live') return;
  show('live', 'live');
  if (lostAt) say('Connected again.');
  lostAt = 0;
  bar.hidden = true;
  document.body.classList.remove('is-lost');
  for (const button of document.querySelectorAll('[data-off]')) { button.disabled = false; button.removeAttribute('data-off'); }
}

function lost() {
  source?.close();
  source = undefined;
  if (!lostAt) {
    lostAt = now();
    bar.firstElementChild.textContent = `No connection since ${clockTime(lostAt)}; numbers are from then.`;
    bar.hidden = false;
    show('lost', 'no connection');
    document.body.classList.add('is-lost');
    for (const button of document.querySelectorAll('main form[method="post"] button:not(:disabled), main button[popovertarget]:not(:disabled)')) { button.disabled = true; button.dataset.off = ''; }
  }
  clearTimeout(retry);
  retry = setTimeout(connect, pause * (0.75 + Math.random() / 2));
  pause = Math.min(2 * pause, LONGEST_PAUSE);
}

function put(html) {
  const template = document.createElement('template');
  template.innerHTML = html;
  const element = template.content.firstElementChild;
  if (!element) return;
  tell(template.content);
  const old = document.getElementById(element.id);
  if (old) {
    const before = old.dataset.state;
    patch(old, element);
    if (element.dataset.state && before && element.dataset.state !== before) say(element.dataset.say ?? element.dataset.state);
  } else if (element.hasAttribute('data-row')) {
    announce(element.id);
  }
  document.dispatchEvent(new CustomEvent('atelier:changed', { detail: element.id }));
}

// New rows wait until they are asked for: nothing moves under the pointer.
function announce(id) {
  const chip = document.getElementById('fresh');
  if (!chip) return;
  fresh.add(id);
  chip.hidden = false;
  chip.firstElementChild.textContent = `${fresh.size} new`;
}

function connect() {
  clearTimeout(retry);
  if (source || document.hidden) return;
  source = new EventSource(url);
  source.addEventListener('hello', event => {
    connected();
    if (event.data !== document.body.dataset.assets) show('live', 'live, of an older version: reload');
  });
  source.addEventListener('html', event => { connected(); put(event.data); });
  source.addEventListener('ping', event => { connected(); setNow(Number(event.data)); });
  source.addEventListener('bye', lost);
  // It gives up for good on some answers, and on others tries as often as it likes: either way this decides.
  source.addEventListener('error', lost);
}

export function listen() {
  if (!url) return;
  connect();
  bar.querySelector('button').addEventListener('click', () => { pause = FIRST_PAUSE; connect(); });
  addEventListener('pagehide', () => source?.close());
  addEventListener('pageshow', event => { if (event.persisted) { source = undefined; connect(); } });
  document.addEventListener('visibilitychange', () => {
    clearTimeout(hiding);
    if (!document.hidden) connect();
    else hiding = setTimeout(() => { source?.close(); source = undefined; show('still', 'resting'); }, HIDDEN);
  });
  // A server that stands still keeps its connections.
  setInterval(() => { if (source && Date.now() - heard > SILENT) lost(); }, 1000);
}
