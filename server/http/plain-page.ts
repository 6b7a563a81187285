/** Pages that work without the app: the login page and the page shown while the server cannot start. */

/** @param problem why the previous attempt failed */
export const loginPage = (problem = ''): string =>
  page(
    'Sign in',
    `<form method="post" action="/login">
  <label for="token">Access token (AUTH_TOKEN)</label>
  <input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
  <button>Sign in</button>
  <p role="alert">${escapeHtml(problem)}</p>
</form>`,
  );

export const logoutPage = (): string =>
  page(
    'Sign out',
    `<form method="post" action="/logout">
  <p>Runs continue while nobody is signed in.</p>
  <button>Sign out</button>
  <p><button name="everywhere" value="yes">Sign out everywhere</button>
  Signs out all browsers. Programs that send the token are not affected.</p>
</form>
<p><a href="/">Stay signed in</a></p>`,
  );

/** Shown after a sign-out that could not be saved. */
export const unsavedLogoutPage = (): string =>
  page(
    'Signed out, but not saved',
    `<p role="alert">The folder of the database cannot be written. Until it can, a restart of the server makes it
valid again. To be sure, make the folder writable and sign out everywhere, or restart the server with another AUTH_TOKEN.</p>
<p><a href="/">Sign in</a></p>`,
  );

/** @param title what is wrong */
export const problemPage = (problem: string, title = 'transfer-lab cannot start'): string =>
  page(title, `<p role="alert">${escapeHtml(problem)}</p><p>This page reloads every few seconds.</p>`, 5);

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
