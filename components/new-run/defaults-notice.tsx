import { type Configured, describeDefaults, describeUnusable } from '@/lib/run/known-settings.ts';

/** Names the fields that the form holds defaults for, because an imported log does not determine them; null for none. */
export function defaultsNotice(run: Configured) {
  const [filled, unusable] = [describeDefaults(run), describeUnusable(run)];
  if (filled.length === 0) return null;
  return (
    <>
      <p className="font-medium text-warn">This log does not determine the complete config.</p>
      {unusable.length > 0 && <p>Settings that cannot be used here: {unusable.join('; ')}.</p>}
      <FilledFields filled={filled} />
    </>
  );
}

/** @param filled fields with their values, as `Dropout: 0.4` */
export function FilledFields({ filled }: { filled: readonly string[] }) {
  return filled.length === 0 ? null : <p>Not in the log, filled with defaults: {filled.join('; ')}.</p>;
}
