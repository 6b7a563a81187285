'use client';

import { Bell, BellRing } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useMounted } from '@/components/ui/use-mounted.ts';
import { formatAccuracy } from '@/lib/format.ts';
import type { RunDetail } from '@/lib/run/run.ts';
import { isFinal } from '@/lib/run/status.ts';

/** localStorage key of the setting. */
const storageKey = 'notify-when-done';

/** Toggles a system notification for the end of a run; it also appears while the tab is hidden. */
export function NotifySwitch({ run }: { run: RunDetail }) {
  const mounted = useMounted();
  const [isEnabled, setIsEnabled] = useState(false);
  useEffect(() => setIsEnabled(isAllowed() && localStorage.getItem(storageKey) === 'yes'), []);

  const before = useRef(run.status);
  useEffect(() => {
    const hasEnded = isFinal(run.status) && !isFinal(before.current);
    before.current = run.status;
    if (hasEnded && isEnabled) notify(run);
  }, [run, isEnabled]);

  if (!mounted || !('Notification' in window) || isFinal(run.status)) return null;
  const toggle = async () => {
    const next = !isEnabled && (await Notification.requestPermission()) === 'granted';
    localStorage.setItem(storageKey, next ? 'yes' : 'no');
    setIsEnabled(next);
  };
  const isBlocked = Notification.permission === 'denied';
  const Icon = isEnabled ? BellRing : Bell;
  return (
    <button
      type="button"
      className="button"
      aria-pressed={isEnabled}
      disabled={isBlocked}
      title={isBlocked ? 'Notifications from this site are blocked. Allow them in the browser’s settings.' : undefined}
      onClick={() => void toggle()}
    >
      <Icon size={14} aria-hidden />
      {isEnabled ? 'Notification on' : 'Notify me'}
    </button>
  );
}

const isAllowed = (): boolean => 'Notification' in window && Notification.permission === 'granted';

function notify({ id, name, status, metrics, error }: RunDetail): void {
  const body = metrics
    ? `Validation accuracy ${formatAccuracy(metrics.val_end2end)}, test accuracy ${formatAccuracy(metrics.test_end2end)}`
    : (error ?? undefined);
  const notification = new Notification(`${name}: ${status}`, { body, tag: id });
  notification.onclick = () => {
    window.focus();
    notification.close();
  };
}
