import { defineConfig } from 'drizzle-kit';

/** `npm run db:generate` writes a migration for schema changes; the server applies migrations when it starts. */
export default defineConfig({ dialect: 'sqlite', schema: './drizzle/schema.ts', out: './drizzle/migrations' });
