'use client';

import { Pencil } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';

interface EditInPlaceProps {
  /** What is edited: `Name`. */
  label: string;
  text: string;
  placeholder: string;
  /** Enter saves here, too; Shift-Enter begins a new line. */
  isLong?: boolean;
  /** @returns why it cannot be so, in words; null once it is saved */
  save: (text: string) => Promise<string | null>;
  /** How it looks while nobody edits it. */
  children: ReactNode;
}

/** A text that is edited where it stands: Enter saves and so does going elsewhere, Escape takes it back. */
export function EditInPlace({ label, text, placeholder, isLong = false, save, children }: EditInPlaceProps) {
  const [draft, setDraft] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const isSaving = useRef(false);
  const field = useRef<HTMLInputElement & HTMLTextAreaElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const isEditing = draft !== null;
  /** Who uses the keyboard goes on where they were; only once the pencil is there again. */
  const goesBack = useRef(false);
  useEffect(() => {
    if (isEditing) field.current?.select();
    else if (goesBack.current) opener.current?.focus();
    goesBack.current = false;
  }, [isEditing]);

  const close = () => {
    setDraft(null);
    setProblem(null);
  };
  const submit = async () => {
    if (draft === null || isSaving.current) return;
    isSaving.current = true;
    const found = draft === text ? null : await save(draft);
    isSaving.current = false;
    if (found === null) return close();
    goesBack.current = false;
    setProblem(found);
  };
  const onKeyDown = async (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      goesBack.current = true;
      close();
    } else if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      goesBack.current = true;
      await submit();
    }
  };

  if (!isEditing) {
    return (
      <div className="group flex min-w-0 items-start gap-1.5">
        {children}
        <button
          ref={opener}
          type="button"
          aria-label={`Edit ${label.toLowerCase()}`}
          title={`Edit ${label.toLowerCase()}`}
          onClick={() => setDraft(text)}
          className="mt-0.5 shrink-0 rounded-md p-1 text-faint hover:bg-raised hover:text-ink"
        >
          <Pencil size={13} aria-hidden />
        </button>
      </div>
    );
  }
  const Field = isLong ? 'textarea' : 'input';
  return (
    <div className="w-full max-w-prose">
      <Field
        ref={field}
        value={draft}
        rows={isLong ? 4 : undefined}
        aria-label={label}
        aria-invalid={problem !== null}
        placeholder={placeholder}
        onChange={(event) => setDraft(event.target.value)}
        onKeyDown={(event) => void onKeyDown(event)}
        onBlur={() => void submit()}
        className="field"
      />
      <p role="status" className={`mt-0.5 text-xs ${problem ? 'text-bad' : 'text-faint'}`}>
        {problem ?? `Enter saves, Escape takes it back${isLong ? ', Shift-Enter begins a new line' : ''}.`}
      </p>
    </div>
  );
}
