import { Unplug } from 'lucide-react';

/** A quiet note that the page may show old data. It always takes up its space, so that the layout does not shift. */
export function ConnectionNote({ connected }: { connected: boolean }) {
  return (
    <p role="status" className="flex h-5 items-center gap-1.5 text-warn text-xs">
      {!connected && (
        <>
          <Unplug size={12} aria-hidden />
          Connecting to the server …
        </>
      )}
    </p>
  );
}
