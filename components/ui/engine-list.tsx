import { type EngineVerdict, type EngineVerdicts, engineNames, engines } from '@/lib/config/engines.ts';
import { formatCount } from '@/lib/format.ts';

/** The engines checked on this machine: measured speed, or why an engine cannot be used. */
export function EngineList({ verdicts, selected }: { verdicts: EngineVerdicts; selected: string | null }) {
  const known = engineNames.flatMap((name) => (verdicts[name] ? [{ name, verdict: verdicts[name] }] : []));
  if (known.length === 0) return null;
  return (
    <ul className="space-y-1 text-xs">
      {known.map(({ name, verdict }) => (
        <li key={name} className={name === selected ? 'text-soft' : 'text-faint'}>
          <span className="font-medium" title={engines[name].title}>
            {name}
          </span>
          {name === selected && ' ✓ selected'}: {describeVerdict(verdict)}
        </li>
      ))}
    </ul>
  );
}

const describeVerdict = (verdict: EngineVerdict): string =>
  verdict.is === 'able'
    ? `${formatCount(Math.round(verdict.imagesPerSecond))} images/s on ${verdict.device}`
    : verdict.why;
