// The map of shards, of four bits each: all as columns of shares, where the worst is never thinner than two pixels, and some as cells.
const NAMES = ['waiting', 'waiting after a fault', 'set aside', 'done', 'done, some samples failed', 'committed, not promoted', '', '', 'leased'];
const WORST_FIRST = [2, 1, 4, 8, 5, 0, 3];
const [LEAST, EDGE, CELL, GAP, MOST_CELLS] = [2, 4, 11, 2, 2000];
const count = new Intl.NumberFormat('en-GB');

export function draw() {
  const map = document.getElementById('map');
  const overview = map?.querySelector('.overview');
  if (!overview) return;
  const [cells, grid, said] = [map.querySelector('.cells'), map.querySelector('.grid'), map.querySelector('.said')];
  const shards = Number(map.dataset.shards);
  let states = new Uint8Array(0), first = 0, chosen = 0, asked = '', asking = false;

  const stateOf = shard => (states[shard >> 1] >> (4 * (shard & 1))) & 15;
  const kindOf = shard => Math.min(stateOf(shard), 8);
  const inks = () => Object.fromEntries([...map.querySelectorAll('[data-ink]')].map(swatch => [swatch.dataset.ink, getComputedStyle(swatch).color]));
  const perRow = () => Math.max(1, Math.floor((grid.clientWidth + GAP) / (CELL + GAP)));
  const shown = () => Math.min(shards, MOST_CELLS, 8 * perRow());

  function size(canvas, height) {
    const ratio = devicePixelRatio || 1;
    const width = canvas.parentElement.clientWidth - (canvas === overview ? 12 : 0);
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    canvas.style.height = `${height}px`;
    const context = canvas.getContext('2d');
    context.scale(ratio, ratio);
    return [context, width];
  }

  function paintOverview(ink) {
    const height = 60;
    const [context, width] = size(overview, height);
    const columns = Math.min(shards, Math.max(1, Math.floor(width)));
    for (let column = 0; column < columns; column++) {
      const [from, to] = [Math.floor(column * shards / columns), Math.floor((column + 1) * shards / columns)];
      const counts = new Array(9).fill(0);
      for (let shard = from; shard < to; shard++) counts[kindOf(shard)]++;
      const [left, right] = [Math.floor(column * width / columns), Math.floor((column + 1) * width / columns)];
      let top = EDGE;
      for (const kind of WORST_FIRST) {
        if (counts[kind] === 0) continue;
        const part = kind === WORST_FIRST[6] ? height - EDGE - top : Math.max(LEAST, counts[kind] / (to - from) * (height - 2 * EDGE));
        context.fillStyle = ink[kind];
        context.fillRect(left, top, Math.max(1, right - left), part);
        top += part;
      }
    }
    const [begin, end] = [first / shards * width, (first + shown()) / shards * width];
    // Above and below the columns: a frame around them would hide the first and the last.
    context.fillStyle = getComputedStyle(map).color;
    for (const y of [0, height - EDGE + 1]) context.fillRect(begin, y, Math.max(3, end - begin), EDGE - 1);
  }

  function paintCells(ink) {
    const rows = Math.ceil(shown() / perRow());
    const [context] = size(cells, rows * (CELL + GAP));
    const line = getComputedStyle(map).color;
    for (let place = 0; place < shown(); place++) {
      const shard = first + place;
      if (shard >= shards) break;
      const [x, y] = [(place % perRow()) * (CELL + GAP), Math.floor(place / perRow()) * (CELL + GAP)];
      const state = stateOf(shard);
      const kind = Math.min(state, 8);
      context.fillStyle = ink[kind];
      context.strokeStyle = ink[kind];
      context.lineWidth = 1;
      // Each state has a form of its own, beside its colour.
      if (kind === 3 || kind === 2) context.fillRect(x, y, CELL, CELL);
      else context.strokeRect(x + 0.5, y + 0.5, CELL - 1, CELL - 1);
      if (kind === 2) { context.strokeStyle = getComputedStyle(document.body).backgroundColor; cross(context, x, y); }
      if (kind === 8) context.fillRect(x, y + CELL * (1 - (state - 8) / 8), CELL, CELL * (state - 8) / 8);
      if (kind === 4) { context.beginPath(); context.moveTo(x, y); context.lineTo(x + CELL, y); context.lineTo(x, y + CELL); context.fill(); }
      if (kind === 5) context.fillRect(x, y + CELL / 2, CELL, CELL / 2);
      if (kind === 1) cross(context, x, y);
      if (shard === chosen && document.activeElement === grid) { context.strokeStyle = line; context.lineWidth = 2; context.strokeRect(x - 1, y - 1, CELL + 2, CELL + 2); }
    }
  }

  function cross(context, x, y) {
    context.beginPath();
    context.moveTo(x + 2, y + 2); context.lineTo(x + CELL - 2, y + CELL - 2);
    context.moveTo(x + CELL - 2, y + 2); context.lineTo(x + 2, y + CELL - 2);
    context.stroke();
  }

  function paint() {
    if (states.length === 0) return;
    const ink = inks();
    paintOverview(ink);
    paintCells(ink);
  }

  const words = shard => `shard ${count.format(shard)}: ${NAMES[kindOf(shard)]}${kindOf(shard) === 8 ? `, ${stateOf(shard) - 8} of 8 parts drawn` : ''}`;
  const say = text => { if (said.textContent !== text) said.textContent = text; };

  function choose(shard) {
    chosen = Math.max(0, Math.min(shards - 1, shard));
    if (chosen < first || chosen >= first + shown()) first = Math.max(0, Math.min(shards - shown(), chosen - chosen % perRow()));
    paint();
    say(words(chosen));
  }

  function at(event) {
    const box = cells.getBoundingClientRect();
    const place = Math.floor((event.clientY - box.top) / (CELL + GAP)) * perRow() + Math.floor((event.clientX - box.left) / (CELL + GAP));
    return place >= 0 && place < shown() && first + place < shards ? first + place : -1;
  }

  async function read() {
    const version = document.getElementById('problems')?.dataset.mapVersion ?? 'once';
    if (version === asked || asking) return;
    asking = true;
    try {
      const reply = await fetch(map.dataset.map);
      if (!reply.ok) return;
      states = new Uint8Array(await reply.arrayBuffer());
      asked = version;
      paint();
    } catch { /* It stays as it was; the bar says that there is no connection. */ } finally { asking = false; }
  }

  overview.addEventListener('click', event => {
    const box = overview.getBoundingClientRect();
    choose(Math.floor((event.clientX - box.left) / box.width * shards));
  });
  cells.addEventListener('pointermove', event => { const shard = at(event); if (shard >= 0) say(words(shard)); });
  cells.addEventListener('click', event => { const shard = at(event); if (shard >= 0) location.assign(`${map.dataset.open}?at=${shard}`); });
  grid.addEventListener('focus', () => choose(chosen));
  grid.addEventListener('blur', paint);
  grid.addEventListener('keydown', event => {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: perRow(), ArrowUp: -perRow(), PageDown: shown(), PageUp: -shown() }[event.key];
    if (step) choose(chosen + step);
    else if (event.key === 'Home') choose(0);
    else if (event.key === 'End') choose(shards - 1);
    else if (event.key === 'Enter') location.assign(`${map.dataset.open}?at=${chosen}`);
    else return;
    event.preventDefault();
  });
  document.addEventListener('atelier:changed', event => { if (event.detail === 'problems') read(); });
  new ResizeObserver(paint).observe(map);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', paint);
  read();
}
