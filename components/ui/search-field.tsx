import { Search } from 'lucide-react';
import { type RefObject, useEffect, useState } from 'react';

interface SearchFieldProps {
  text: string;
  onSearch: (text: string) => void;
  field: RefObject<HTMLInputElement | null>;
  placeholder: string;
  /** Sets the width. */
  className: string;
}

/** Milliseconds without typing before a search starts. */
const debounce = 150;

/** Searches runs by name, notes, tags and id. */
export function SearchField({ text, onSearch, field, placeholder, className }: SearchFieldProps) {
  const [typed, setTyped] = useState(text);
  useEffect(() => setTyped(text), [text]);
  useEffect(() => {
    if (typed === text) return;
    const timer = setTimeout(() => onSearch(typed), debounce);
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
