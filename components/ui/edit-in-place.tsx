'use client';

import { Pencil } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';

interface EditInPlaceProps {
  /** Name of the text: `Name`. */
  label: string;
  text: string;
  placeholder: string;
  /** Uses a text area. Enter still saves; Shift-Enter starts a new line. */
  isLong?: boolean;
  /** @returns an error message; null once saved */
  save: (text: string) => Promise<string | null>;
  /** Displayed while it isn't edited. */
  children: ReactNode;
}

/** A text that is edited in place: Enter and losing the focus save, Escape cancels. */
export function EditInPlace({ label, text, placeholder, isLong = false, save, children }: EditInPlaceProps) {
  const [draft, setDraft] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const isSaving = useRef(false);
  const field = useRef<HTMLInputElement & HTMLTextAreaElement>(null);
  const editButton = useRef<HTMLButtonElement>(null);
  const isEditing = draft !== null;
  /** Returns the keyboard focus to the edit button once that is rendered again. */
  const restoresFocus = useRef(false);
  useEffect(() => {
    if (isEditing) field.current?.select();
    else if (restoresFocus.current) editButton.current?.focus();
    restoresFocus.current = false;
  }, [isEditing]);

  const close = () => {
    setDraft(null);
    setProblem(null);
  };
  const submit = async () => {
    if (draft === null || isSaving.current) return;
    isSaving.current = true;
    const error = draft === text ? null : await save(draft);
    isSaving.current = false;
    if (error === null) return close();
    restoresFocus.current = false;
    setProblem(error);
  };
  const onKeyDown = async (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      restoresFocus.current = true;
      close();
    } else if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      restoresFocus.current = true;
      await submit();
    }
  };

  if (!isEditing) {
    return (
      <div className="group flex min-w-0 items-start gap-1.5">
        {children}
        <button
          ref={editButton}
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
        {problem ?? `Enter saves, Escape cancels${isLong ? ', Shift-Enter starts a new line' : ''}.`}
      </p>
    </div>
  );
}
