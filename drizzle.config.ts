import { defineConfig } from 'drizzle-kit';

/** `npm run db:generate` writes a migration for what changed in the schema; the server applies it when it starts. */
export default defineConfig({ dialect: 'sqlite', schema: './drizzle/schema.ts', out: './drizzle/migrations' });
