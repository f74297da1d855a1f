/**
 * All that runs in the browser: puts the parts that the server sends into their places. What the
 * reader has opened stays open, what has the focus keeps it.
 */
export const SCRIPT = `'use strict';
const live = document.getElementById('live');
const tell = (text, lost) => {
  if (live.textContent !== text) live.textContent = text;
  live.classList.toggle('lost', lost);
};
const was = new Map();
const put = (id, html) => {
  const place = document.getElementById(id);
  if (!place || was.get(id) === html) return;
  const open = new Set([...place.querySelectorAll('details[open]')].map((one) => one.dataset.key));
  const inside = [...place.querySelectorAll('a,summary,[tabindex]')];
  const focus = inside.indexOf(document.activeElement);
  place.innerHTML = html;
  was.set(id, html);
  for (const one of place.querySelectorAll('details')) if (open.has(one.dataset.key)) one.open = true;
  if (focus >= 0) place.querySelectorAll('a,summary,[tabindex]')[focus]?.focus({ preventScroll: true });
};
const source = new EventSource('events' + location.search);
source.addEventListener('parts', (event) => {
  for (const [id, html] of Object.entries(JSON.parse(event.data))) put(id, html);
  tell('live', false);
});
source.onopen = () => tell('live', false);
source.onerror = () => tell('connection lost, trying again', true);
`;
