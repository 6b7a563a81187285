/** Pages that work without the app: the login page and the page shown while the server cannot start. */

export const loginPage = (isWrong: boolean): string =>
  page(
    'Log in',
    `<form method="post" action="/login">
  <label for="token">Access token (AUTH_TOKEN)</label>
  <input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
  <button>Log in</button>
  <p role="alert">${isWrong ? 'Wrong token.' : ''}</p>
</form>`,
  );

export const problemPage = (problem: string): string =>
  page(
    'transfer-lab cannot start',
    `<p role="alert">${escapeHtml(problem)}</p><p>This page reloads every few seconds.</p>`,
    5,
  );

function page(title: string, body: string, refreshSeconds?: number): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
${refreshSeconds === undefined ? '' : `<meta http-equiv="refresh" content="${refreshSeconds}">`}
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<title>${title} · transfer-lab</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  main { max-width: 34rem; margin: 18vh auto 0; padding: 0 1rem; overflow-wrap: anywhere; }
  h1 { font-size: 1.15rem; }
  label, input, button { display: block; font: inherit; }
  input { width: 100%; box-sizing: border-box; margin: 0.4rem 0 0.8rem; padding: 0.4rem 0.6rem; }
  button { padding: 0.35rem 1rem; }
</style>
<main><h1>${title}</h1>${body}</main>
</html>
`;
}

const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
