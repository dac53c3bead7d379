// A sample over its gallery: the page of the sample, without leaving. Its address is the one shown, so a reload or a link comes to the same.
const box = document.getElementById('lightbox');
const gallery = document.querySelector('[data-gallery]');
let opener, home, asked = 0;

async function show(url) {
  const turn = ++asked;
  const reply = await fetch(url);
  if (turn !== asked) return;
  const sample = reply.ok ? new DOMParser().parseFromString(await reply.text(), 'text/html').getElementById('sample') : null;
  if (!sample) { location.assign(url); return; }
  const close = document.createElement('button');
  close.textContent = 'Close';
  close.type = 'button';
  close.addEventListener('click', () => box.close());
  sample.querySelector('.buttons').append(close);
  box.replaceChildren(document.adoptNode(sample));
  if (!box.open) box.showModal();
  history.replaceState(null, '', url);
  for (const link of sample.querySelectorAll('a[rel]')) prefetch(link.href);
}

// The neighbours' images are asked for before they are shown.
function prefetch(page) {
  const image = gallery.querySelector(`a[href="${CSS.escape(new URL(page).pathname + new URL(page).search)}"] img`);
  if (image) image.loading = 'eager';
}

function follow(link) {
  const item = gallery.querySelector(`a[href="${CSS.escape(link.getAttribute('href'))}"]`);
  if (item) opener = item;
  show(link.href);
}

if (box && gallery) {
  gallery.addEventListener('click', event => {
    const link = event.target.closest('a');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    [opener, home] = [link, location.href];
    show(link.href);
  });
  box.addEventListener('click', event => {
    const link = event.target.closest('a[rel]');
    if (!link) return;
    event.preventDefault();
    follow(link);
  });
  box.addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const link = { ArrowLeft: 'a[rel="prev"]', ArrowRight: 'a[rel="next"]', d: 'a[data-save]' }[event.key];
    if (link) { const found = box.querySelector(link); if (found) event.key === 'd' ? found.click() : follow(found); }
    else if (event.key === 'i') box.querySelector('.facts')?.toggleAttribute('hidden');
    else if (event.key === 'c') navigator.clipboard.writeText(location.href);
    else return;
    event.preventDefault();
  });
  box.addEventListener('close', () => { history.replaceState(null, '', home); opener?.focus(); opener?.scrollIntoView({ block: 'nearest' }); });
}
