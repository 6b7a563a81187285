import { useId } from 'react';

interface Props<T extends string> {
  label: string;
  value: T;
  onChange: (value: T) => void;
  /** The label of each value, in order. */
  choices: Record<T, string>;
}

/** A segmented control. It consists of radio buttons, so arrow keys work. */
export function Segments<T extends string>({ label, value, onChange, choices }: Props<T>) {
  const group = useId();
  return (
    <fieldset className="inline-flex rounded-lg border border-line bg-raised p-0.5 text-xs">
      <legend className="sr-only">{label}</legend>
      {(Object.entries(choices) as [T, string][]).map(([choice, name]) => (
        <label
          key={choice}
          className="cursor-pointer whitespace-nowrap rounded-md px-2 py-0.5 text-soft outline-offset-2 has-checked:bg-panel has-checked:text-ink has-checked:shadow-card has-focus-visible:outline-2 has-focus-visible:outline-accent"
        >
          <input
            type="radio"
            name={group}
            checked={choice === value}
            onChange={() => onChange(choice)}
            className="sr-only"
          />
          {name}
        </label>
      ))}
    </fieldset>
  );
}
