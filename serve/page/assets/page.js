// What the page has only with a script: files may be dropped anywhere, those that are too large are not sent, Ctrl+Enter
// sends the form, and the button shows that the server is at work.
'use strict';

const form = document.getElementById('form');
if (form) {
  const file = document.getElementById('file');
  const state = document.getElementById('file-state');
  const submit = document.getElementById('submit');
  const most = Number(form.dataset.max);

  const check = () => {
    const chosen = [...file.files];
    const large = chosen.reduce((sum, f) => sum + f.size, 0) > most;
    const what = chosen.map((f) => f.name).join(', ');
    state.textContent = !what ? '' : large ? `${what}: more than the server takes at once.` : `${what} will be sent.`;
    file.setCustomValidity(large ? 'This is more than the server takes at once.' : '');
  };
  file.addEventListener('change', check);

  const carriesFile = (event) => event.dataTransfer && event.dataTransfer.types.includes('Files');
  document.addEventListener('dragover', (event) => {
    if (carriesFile(event)) {
      event.preventDefault();
      document.body.classList.add('over');
    }
  });
  document.addEventListener('dragleave', (event) => {
    if (!event.relatedTarget) document.body.classList.remove('over');
  });
  document.addEventListener('drop', (event) => {
    if (!carriesFile(event)) return;
    event.preventDefault();
    document.body.classList.remove('over');
    file.files = event.dataTransfer.files;
    check();
    submit.focus();
  });

  form.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  form.addEventListener('submit', () => {
    submit.disabled = true;
    submit.textContent = 'Judging…';
  });
  window.addEventListener('pageshow', () => { // also when the browser comes back to the page
    submit.disabled = false;
    submit.textContent = 'Judge';
    check();
  });
}

// The verdicts are what the reader has asked for: the screen reader starts there.
const verdicts = document.getElementById('verdicts');
if (verdicts) verdicts.focus({ preventScroll: true });
