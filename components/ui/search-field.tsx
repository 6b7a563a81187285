import { Search } from 'lucide-react';
import { type RefObject, useEffect, useState } from 'react';

interface SearchFieldProps {
  text: string;
  onSearch: (text: string) => void;
  field: RefObject<HTMLInputElement | null>;
  placeholder: string;
  /** How wide it is. */
  className: string;
}

/** Whoever types is not asked after every letter. Milliseconds. */
const rest = 150;

/** Searches runs by name, notes, tags and id. */
export function SearchField({ text, onSearch, field, placeholder, className }: SearchFieldProps) {
  const [typed, setTyped] = useState(text);
  useEffect(() => setTyped(text), [text]);
  useEffect(() => {
    if (typed === text) return;
    const timer = setTimeout(() => onSearch(typed), rest);
    return () => clearTimeout(timer);
  }, [typed, text, onSearch]);
  return (
    <label className={`relative block ${className}`}>
      <span className="sr-only">Search names, notes and tags</span>
      <Search size={13} className="absolute top-2 left-2 text-faint" aria-hidden />
      <input
        ref={field}
        type="search"
        value={typed}
        maxLength={200}
        onChange={({ target }) => setTyped(target.value)}
        placeholder={placeholder}
        className="field h-7 w-full pl-7 text-xs"
      />
    </label>
  );
}
