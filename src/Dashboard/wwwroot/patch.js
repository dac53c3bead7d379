// Makes one element like another and changes no more than differs, so that focus, selection and whatever is under the pointer stay.
const keepsItsOwn = (element, name) => name === 'open' || name === 'hidden' && element.hasAttribute('data-keep') || name === 'tabindex' && element.hasAttribute('data-row');

export function patch(old, fresh) {
  if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName || old.nodeName === 'CANVAS' || old.id !== fresh.id && old.nodeType === 1) {
    old.replaceWith(fresh);
    return;
  }
  if (old.nodeType !== 1) {
    if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
    return;
  }
  if (old.hasAttribute('data-still')) return;
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name) && !keepsItsOwn(old, name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value && !keepsItsOwn(old, name)) old.setAttribute(name, value);
  const [before, after] = [[...old.childNodes], [...fresh.childNodes]];
  after.forEach((node, place) => (place < before.length ? patch(before[place], node) : old.append(node)));
  before.slice(after.length).forEach(node => node.remove());
}
