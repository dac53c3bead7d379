// Times in the viewer's zone or in UTC, and how long ago they were by the server's clock: the two machines' clocks need not agree.
const KEY = 'atelier-zone';
let offset = Date.parse(document.body.dataset.asOf) - Date.now();

export const now = () => Date.now() + offset;
export const setNow = server => { offset = server - Date.now(); };

const isLocal = () => localStorage.getItem(KEY) !== 'UTC';
const zoneName = () => (isLocal() ? Intl.DateTimeFormat().resolvedOptions().timeZone : 'UTC');
const format = () => new Intl.DateTimeFormat('en-GB', { dateStyle: 'short', timeStyle: 'medium', timeZone: zoneName() });
const timeOnly = () => new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium', timeZone: zoneName() });

export const clockTime = at => timeOnly().format(at);

function ago(seconds) {
  if (seconds < 2) return 'now';
  if (seconds < 60) return `${Math.floor(seconds)} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  return `${Math.floor(seconds / 3600)} h ago`;
}

export function tell(root) {
  const [dates, times] = [format(), timeOnly()];
  for (const element of root.querySelectorAll('time[datetime]')) {
    const at = Date.parse(element.dateTime);
    const age = (now() - at) / 1000;
    const text = element.hasAttribute('data-ago') && age < 86400 ? ago(age) : age < 86400 ? times.format(at) : dates.format(at);
    if (element.textContent !== text) element.textContent = text;
  }
  age(root);
}

// A number that is older than three of its periods is marked, and says how old it is.
function age(root) {
  for (const element of root.querySelectorAll('[data-age]')) {
    const seconds = (now() - Date.parse(element.closest('[data-as-of]').dataset.asOf)) / 1000;
    const text = `as of ${seconds < 4 ? 'now' : ago(seconds)}`;
    if (element.textContent !== text) element.textContent = text;
    element.classList.toggle('stale', seconds > 9);
  }
}

const button = document.getElementById('zone');
button.hidden = false;
button.textContent = zoneName();
button.addEventListener('click', () => {
  localStorage.setItem(KEY, isLocal() ? 'UTC' : 'local');
  button.textContent = zoneName();
  tell(document);
});
setInterval(() => tell(document), 1000);
