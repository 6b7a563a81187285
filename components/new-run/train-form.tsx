'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ChevronRight, Play } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { type ReactNode, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { FormProvider, useForm } from 'react-hook-form';
import { useDatasetSizes } from '@/components/downloads/use-datasets.ts';
import { useTRPC } from '@/components/live/trpc.ts';
import { useMounted } from '@/components/ui/use-mounted.ts';
import { fieldNamed } from '@/lib/config/fields.ts';
import { presets } from '@/lib/config/presets.ts';
import type { TrainConfig, TrainConfigField } from '@/lib/config/train-config.ts';
import type { RunDetail } from '@/lib/run/run.ts';
import { AugmentationPreview } from './augmentation-preview.tsx';
import { ChosenData } from './chosen-data.tsx';
import { ConfigButtons, SkippedFields } from './config-buttons.tsx';
import type { ReadJson } from './config-json.ts';
import { defaultsNotice, FilledFields } from './defaults-notice.tsx';
import { FormField } from './form-field.tsx';
import { type FieldGroup, fieldGroups } from './form-groups.ts';
import { FormNotice } from './form-notice.tsx';
import { type FormOrigin, fillFromJson, fillFromRun, fillPreset } from './form-origin.ts';
import { initialValues, readForm, resolver, writeForm } from './read-form.ts';
import { RunEstimateLine } from './run-estimate.tsx';
import { StartingPoints } from './starting-points.tsx';
import { useStartKey } from './use-start-key.ts';

interface TrainFormProps {
  /** The run whose config fills the form; without one, the first preset does. */
  from?: Pick<RunDetail, 'name' | 'config' | 'logFacts'>;
  /** Data set and backbone of new runs on this machine. */
  data: Partial<TrainConfig>;
  /** A notice about how the form was filled. */
  notice?: ReactNode;
}

/** The form for a new run. Fields, help and limits come from the schema; the server validates again. */
export function TrainForm({ from, data, notice: firstNotice = null }: TrainFormProps) {
  const [origin, setOrigin] = useState<FormOrigin>(() =>
    from
      ? { kind: 'run', title: from.name, values: fillFromRun(from.config) }
      : { kind: 'preset', title: presets[0].title, values: fillPreset(presets[0].config, writeForm(data)) },
  );
  const [notice, setNotice] = useState(() => (from && defaultsNotice(from)) ?? firstNotice);
  const router = useRouter();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const form = useForm({
    defaultValues: origin.values,
    resolver,
    context: useDatasetSizes(),
    mode: 'onChange',
    shouldFocusError: false,
  });
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set());
  const unfold = (title: string, open: boolean) =>
    setUnfolded((before) => new Set(open ? [...before, title] : [...before].filter((each) => each !== title)));

  /** Focuses the first invalid field, in the form’s order. Unfolds its group first, since hidden fields cannot have focus. */
  const focusFirst = (invalid: readonly string[]) => {
    const group = fieldGroups.find(({ fields }) => fields.some((name) => invalid.includes(name)));
    const name = group?.fields.find((each) => invalid.includes(each));
    if (!group || !name) return;
    flushSync(() => unfold(group.title, true));
    form.setFocus(name);
  };

  const isStarted = useRef(false);
  const [key] = useState(createKey);
  const start = useMutation(
    trpc.runs.start.mutationOptions({
      onSuccess: ({ id }) => {
        void queryClient.invalidateQueries({ queryKey: trpc.runs.list.queryKey() });
        void queryClient.invalidateQueries({ queryKey: trpc.system.status.queryKey() });
        router.push(`/runs/${id}`);
      },
      onError: (error) => {
        isStarted.current = false;
        const problems = Object.entries(error.data?.fields ?? {}).filter(([name]) => name in initialValues);
        for (const [name, [message]] of problems) form.setError(name as TrainConfigField, { type: 'server', message });
        focusFirst(problems.map(([name]) => name));
      },
    }),
  );
  const submit = form.handleSubmit(
    (values) => {
      // A double click starts one run.
      if (isStarted.current) return;
      isStarted.current = true;
      start.mutate({ ...readForm(values), key });
    },
    (errors) => focusFirst(Object.keys(errors)),
  );
  const element = useRef<HTMLFormElement>(null);
  useStartKey(element);

  const fill = (next: FormOrigin) => {
    setOrigin(next);
    form.reset(next.values);
    void form.trigger(); // values that were kept may still be invalid
  };
  const paste = (read: ReadJson) => {
    fill({ kind: 'json', title: 'the pasted JSON', values: fillFromJson(read, form.getValues()) });
    setNotice(
      (read.problems.length > 0 || read.filled.length > 0) && (
        <>
          <SkippedFields problems={read.problems} />
          <FilledFields filled={read.filled} />
        </>
      ),
    );
  };

  return (
    <FormProvider {...form}>
      <form noValidate ref={element} onSubmit={submit} className="space-y-4 pb-6">
        {notice && <FormNotice onClose={() => setNotice(null)}>{notice}</FormNotice>}
        <StartingPoints origin={origin} onFill={fill}>
          <ConfigButtons onPaste={paste} />
        </StartingPoints>
        <ChosenData />
        {fieldGroups.map((group) => (
          <Group key={group.title} group={group} open={unfolded.has(group.title)} onFold={unfold} />
        ))}
        <Footer
          invalid={Object.keys(form.formState.errors).length}
          failure={start.error && Object.keys(start.error.data?.fields ?? {}).length === 0 ? start.error.message : null}
          isStarting={start.isPending || start.isSuccess}
        />
      </form>
    </FormProvider>
  );
}

interface GroupProps {
  group: FieldGroup;
  open: boolean;
  onFold: (title: string, open: boolean) => void;
}

function Group({ group, open, onFold }: GroupProps) {
  const head = (
    <div className="md:w-52 md:shrink-0">
      <h2 className="font-semibold">{group.title}</h2>
      <p className="mt-0.5 text-faint text-xs">{group.help}</p>
    </div>
  );
  const body = (
    <div className="min-w-0 grow">
      <div className="grid gap-x-5 gap-y-4 sm:grid-cols-2 lg:grid-cols-4">
        {group.fields.map((name) => (
          <FormField key={name} field={fieldNamed(name)} />
        ))}
      </div>
      {group.preview && <AugmentationPreview />}
    </div>
  );
  if (!group.folded) {
    return (
      <section className="card flex flex-col gap-x-8 gap-y-4 p-4 md:flex-row md:p-5">
        {head}
        {body}
      </section>
    );
  }
  return (
    <details className="card group" open={open} onToggle={(event) => onFold(group.title, event.currentTarget.open)}>
      <summary className="flex list-none items-start gap-2 rounded-xl p-4 hover:bg-raised md:p-5">
        {head}
        <ChevronRight size={16} className="mt-0.5 text-faint transition-transform group-open:rotate-90" aria-hidden />
      </summary>
      <div className="px-4 pb-4 md:px-5 md:pb-5 md:pl-65">{body}</div>
    </details>
  );
}

interface FooterProps {
  /** The number of fields with an invalid value. */
  invalid: number;
  /** Why the run could not be started, if not because of a field. */
  failure: string | null;
  isStarting: boolean;
}

/** The sticky footer: estimate, validation summary or queue position, and the start button. */
function Footer({ invalid, failure, isStarting }: FooterProps) {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.system.status.queryOptions());
  const ahead = data ? data.queued + (data.running ? 1 : 0) : 0;
  return (
    <div className="card sticky bottom-3 z-10 flex flex-wrap items-center justify-end gap-x-4 gap-y-2 px-4 py-2.5 shadow-lg">
      <RunEstimateLine />
      <p role="status" className="min-w-0 text-soft text-sm">
        {invalid > 0 && (
          <span className="text-bad">Fix {invalid === 1 ? '1 field' : `${invalid} fields`} to start. </span>
        )}
        {failure && <span className="text-bad">{failure} </span>}
        {invalid === 0 &&
          !failure &&
          ahead > 0 &&
          `Starts after ${ahead === 1 ? '1 other run' : `${ahead} other runs`}.`}
      </p>
      <button type="submit" disabled={isStarting} className="button-primary">
        <Play size={14} aria-hidden />
        {isStarting ? 'Starting …' : 'Start run'}
        <StartKey />
      </button>
    </div>
  );
}

/** The start shortcut, with the key names of this machine’s keyboard. */
function StartKey() {
  const isMounted = useMounted();
  const isApple = isMounted && /mac|iphone|ipad/i.test(navigator.platform);
  return (
    <kbd className="hidden font-sans text-xs opacity-80 sm:inline" aria-hidden>
      {isApple ? '⌘⏎' : 'Ctrl ⏎'}
    </kbd>
  );
}

/** An idempotency key, so that a request that is sent twice starts one run. */
const createKey = (): string =>
  [...crypto.getRandomValues(new Uint32Array(4))].map((word) => word.toString(36)).join('-');
