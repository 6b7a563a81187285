/** What happens once when the server starts. */
export async function register() {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return;
  const { startServices } = await import('./server/start-services.ts');
  startServices();
}
