'use client';

import { Bell, BellRing } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useMounted } from '@/components/ui/use-mounted.ts';
import { formatAccuracy } from '@/lib/format.ts';
import type { RunDetail } from '@/lib/run/run.ts';
import { isFinal } from '@/lib/run/status.ts';

/** Where a browser keeps that someone wants to be told. */
const key = 'notify-when-done';

/** Tells by a notification of the system how a run ended, if that is wanted and allowed; the tab may be hidden. */
export function NotifySwitch({ run }: { run: RunDetail }) {
  const mounted = useMounted();
  const [isWanted, setIsWanted] = useState(false);
  useEffect(() => setIsWanted(isAllowed() && localStorage.getItem(key) === 'yes'), []);

  const before = useRef(run.status);
  useEffect(() => {
    const hasEnded = isFinal(run.status) && !isFinal(before.current);
    before.current = run.status;
    if (hasEnded && isWanted) notify(run);
  }, [run, isWanted]);

  if (!mounted || !('Notification' in window) || isFinal(run.status)) return null;
  const toggle = async () => {
    const next = !isWanted && (await Notification.requestPermission()) === 'granted';
    localStorage.setItem(key, next ? 'yes' : 'no');
    setIsWanted(next);
  };
  const isRefused = Notification.permission === 'denied';
  const Icon = isWanted ? BellRing : Bell;
  return (
    <button
      type="button"
      className="button"
      aria-pressed={isWanted}
      disabled={isRefused}
      title={
        isRefused
          ? 'This browser refuses notifications from this address: its settings say where to allow them'
          : undefined
      }
      onClick={() => void toggle()}
    >
      <Icon size={14} aria-hidden />
      {isWanted ? 'You will be notified' : 'Notify me'}
    </button>
  );
}

const isAllowed = (): boolean => 'Notification' in window && Notification.permission === 'granted';

function notify({ id, name, status, metrics, error }: RunDetail): void {
  const body = metrics
    ? `${formatAccuracy(metrics.val_end2end)} on validation, ${formatAccuracy(metrics.test_end2end)} on test images`
    : (error ?? undefined);
  const notification = new Notification(`${name}: ${status}`, { body, tag: id });
  notification.onclick = () => {
    window.focus();
    notification.close();
  };
}
