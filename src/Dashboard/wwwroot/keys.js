// Keys, see the list that ? shows. Nothing that destroys has one.
const OFF = 'atelier-keys-off';
const dialog = document.getElementById('keys');
const pages = { j: '/jobs', f: '/fleet', m: '/models', s: '/submit' };
let went = 0;

const isTyping = element => element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.nodeName) && !/^(checkbox|radio|button)$/.test(element.type);

export function isFree(event) {
  return !event.defaultPrevented && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target) && localStorage.getItem(OFF) === null;
}

function turn(step) {
  const tabs = [...document.querySelectorAll('.tabs a')];
  const here = tabs.findIndex(tab => tab.hasAttribute('aria-current'));
  const next = tabs[here + step];
  if (here >= 0 && next) location.assign(next.href);
}

document.addEventListener('keydown', event => {
  if (!isFree(event) || document.querySelector('dialog[open]')) return;
  if (Date.now() - went < 1000 && pages[event.key]) location.assign(pages[event.key]);
  else if (event.key === '/') document.getElementById('find').focus();
  else if (event.key === '?') dialog.showModal();
  else if (event.key === '[') turn(-1);
  else if (event.key === ']') turn(1);
  else if (event.key === 'g') { went = Date.now(); return; }
  else return;
  went = 0;
  event.preventDefault();
});

const box = document.getElementById('keys-on');
box.checked = localStorage.getItem(OFF) === null;
box.addEventListener('change', () => (box.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, '1')));
