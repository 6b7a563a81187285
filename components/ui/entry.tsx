interface EntryProps {
  name: string;
  value: string;
  title?: string;
  isStrong?: boolean;
}

/** A named value in a `<dl>`. */
export function Entry({ name, value, title, isStrong = false }: EntryProps) {
  return (
    <div className="flex min-w-0 items-baseline justify-between gap-3 border-line border-b py-1" title={title}>
      <dt className="shrink-0 text-soft">{name}</dt>
      <dd className={`min-w-0 truncate ${isStrong ? 'font-semibold' : ''}`} title={value}>
        {value}
      </dd>
    </div>
  );
}
