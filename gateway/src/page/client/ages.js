// Keeps the ages of an open page true, and takes "fresh" back once a newer slot should be there.
const told = (ms) => {
  const minutes = Math.round(Math.abs(ms) / 60000);
  const hours = Math.floor(minutes / 60);
  const exact = minutes < 60 ? `${minutes} min` : `${hours} h ${minutes % 60} min`;
  const span = hours < 48 ? exact : `${Math.round(hours / 24)} days`;
  return ms < 0 ? `in ${span}` : `${span} ago`;
};
const tell = () => {
  const now = Date.now();
  for (const time of document.querySelectorAll('time[title]')) time.textContent = told(now - Date.parse(time.dateTime));
  const state = document.querySelector('[data-until]');
  if (state === null || now <= Date.parse(state.dataset.until)) return;
  state.className = 'state bad';
  state.textContent = '▲ Stale: a newer slot is due; load the page again';
  state.removeAttribute('data-until');
};
tell();
setInterval(tell, 60000);
document.addEventListener('visibilitychange', tell);
