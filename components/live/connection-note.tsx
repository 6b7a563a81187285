import { Unplug } from 'lucide-react';

/** Says, without shouting, that what is shown may be old. Its place is kept, so that nothing moves when it comes. */
export function ConnectionNote({ connected }: { connected: boolean }) {
  return (
    <p role="status" className="flex h-5 items-center gap-1.5 text-warn text-xs">
      {!connected && (
        <>
          <Unplug size={12} aria-hidden />
          connecting to the server …
        </>
      )}
    </p>
  );
}
