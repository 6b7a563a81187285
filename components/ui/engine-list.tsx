import { type EngineVerdict, type EngineVerdicts, engineNames, engines } from '@/lib/config/engines.ts';
import { formatCount } from '@/lib/format.ts';

/** What is known of each engine on this machine: how fast it was, or why it is not taken. */
export function EngineList({ verdicts, taken }: { verdicts: EngineVerdicts; taken: string | null }) {
  const known = engineNames.flatMap((name) => (verdicts[name] ? [{ name, verdict: verdicts[name] }] : []));
  if (known.length === 0) return null;
  return (
    <ul className="space-y-1 text-xs">
      {known.map(({ name, verdict }) => (
        <li key={name} className={name === taken ? 'text-soft' : 'text-faint'}>
          <span className="font-medium" title={engines[name].title}>
            {name}
          </span>
          {name === taken && ' ✓ taken'}: {inWords(verdict)}
        </li>
      ))}
    </ul>
  );
}

const inWords = (verdict: EngineVerdict): string =>
  verdict.is === 'able'
    ? `${formatCount(Math.round(verdict.imagesPerSecond))} images/s on ${verdict.device}`
    : verdict.why;
