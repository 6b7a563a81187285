import { ClipboardCopy, ClipboardPaste } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { useState } from 'react';
import { useFormContext } from 'react-hook-form';
import { DialogPanel } from '@/components/ui/dialog-panel.tsx';
import { type ReadJson, readConfigJson, writeConfigJson } from './config-json.ts';
import { type FormValues, readForm } from './read-form.ts';

/** Copies the form’s config as JSON, and fills the form from pasted JSON. */
export function ConfigButtons({ onPaste }: { onPaste: (read: ReadJson) => void }) {
  const { getValues } = useFormContext<FormValues>();
  const [text, setText] = useState<string | null>(null);
  const [isCopied, setIsCopied] = useState(false);
  const copy = async () => {
    const json = writeConfigJson(readForm(getValues()));
    try {
      await navigator.clipboard.writeText(json);
      setIsCopied(true);
      setTimeout(() => setIsCopied(false), 2000);
    } catch {
      // Clipboard access was denied: show the text, so that it can be copied manually.
      setText(json);
    }
  };
  return (
    <div className="flex gap-2">
      <button type="button" className="button" onClick={() => void copy()}>
        <ClipboardCopy size={14} aria-hidden />
        <span aria-live="polite">{isCopied ? 'Copied' : 'Copy JSON'}</span>
      </button>
      <Dialog.Root open={text !== null} onOpenChange={(open) => setText(open ? '' : null)}>
        <Dialog.Trigger className="button">
          <ClipboardPaste size={14} aria-hidden />
          Paste JSON
        </Dialog.Trigger>
        <DialogPanel
          title="Paste a config"
          description="Accepts a config copied from this form, or the log of a run, including logs of the original script. Fields that a config omits keep their values; fields that a log omits take their defaults."
          className="w-[min(36rem,calc(100vw-2rem))]"
        >
          <PasteFields
            text={text ?? ''}
            onType={setText}
            onFill={(read) => {
              setText(null);
              onPaste(read);
            }}
          />
        </DialogPanel>
      </Dialog.Root>
    </div>
  );
}

interface PasteFieldsProps {
  text: string;
  onType: (text: string) => void;
  onFill: (read: ReadJson) => void;
}

function PasteFields({ text, onType, onFill }: PasteFieldsProps) {
  const read = text.trim() === '' ? null : readConfigJson(text);
  const usable = read && !('problem' in read) && Object.keys(read.values).length > 0 ? read : null;
  return (
    <>
      <textarea
        aria-label="Config as JSON"
        aria-describedby="pasted-problems"
        aria-invalid={read !== null && !usable}
        rows={12}
        spellCheck={false}
        placeholder={'{\n  "n_unfreeze": 30,\n  "augment": true\n}'}
        value={text}
        onChange={(event) => onType(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.metaKey || event.ctrlKey) && usable) onFill(usable);
        }}
        className="field mt-3 font-mono text-xs"
      />
      <div id="pasted-problems" role="status" className="mt-2 min-h-10">
        {read && 'problem' in read && <p className="text-bad [overflow-wrap:anywhere]">{read.problem}</p>}
        {read && 'problems' in read && (
          <>
            <p>{countFields(Object.keys(read.values).length)} can be filled in.</p>
            <SkippedFields problems={read.problems} />
          </>
        )}
      </div>
      <div className="mt-4 flex justify-end gap-2">
        <Dialog.Close className="button">Close</Dialog.Close>
        <button type="button" className="button-primary" disabled={!usable} onClick={() => usable && onFill(usable)}>
          Fill in
        </button>
      </div>
    </>
  );
}

const countFields = (count: number): string => (count === 0 ? 'No field' : count === 1 ? '1 field' : `${count} fields`);

/** The keys of a pasted config that were not used, with the reasons. */
export function SkippedFields({ problems }: Pick<ReadJson, 'problems'>) {
  if (problems.length === 0) return null;
  return (
    <>
      <p className="mt-1 font-medium text-warn">Not used:</p>
      <ul className="list-disc pl-5 text-soft [overflow-wrap:anywhere]">
        {problems.map(({ key, message }) => (
          <li key={key}>{message}</li>
        ))}
      </ul>
    </>
  );
}
