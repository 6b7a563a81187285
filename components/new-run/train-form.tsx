'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ChevronRight, Play } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { type ReactNode, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { FormProvider, useForm } from 'react-hook-form';
import { useTRPC } from '@/components/live/trpc.ts';
import { useMounted } from '@/components/ui/use-mounted.ts';
import { fieldNamed } from '@/lib/config/fields.ts';
import { presets } from '@/lib/config/presets.ts';
import type { TrainConfig, TrainConfigField } from '@/lib/config/train-config.ts';
import type { RunDetail } from '@/lib/run/run.ts';
import { AugmentationPreview } from './augmentation-preview.tsx';
import { ChosenData } from './chosen-data.tsx';
import { ConfigButtons, LeftOut } from './config-buttons.tsx';
import type { ReadJson } from './config-json.ts';
import { defaultsNotice, FilledFields } from './defaults-notice.tsx';
import { FormField } from './form-field.tsx';
import { type FieldGroup, fieldGroups } from './form-groups.ts';
import { FormNotice } from './form-notice.tsx';
import { type FormOrigin, fillFromJson, fillFromRun, fillPreset } from './form-origin.ts';
import { type FormValues, initialValues, readForm, resolver, writeForm } from './read-form.ts';
import { RunEstimateLine } from './run-estimate.tsx';
import { StartingPoints } from './starting-points.tsx';
import { useStartKey } from './use-start-key.ts';

interface TrainFormProps {
  /** The run whose config it is filled with; without one, it opens on the first preset. */
  from?: Pick<RunDetail, 'name' | 'config' | 'logFacts'>;
  /** What a new run trains on here. */
  data: Partial<TrainConfig>;
  /** What to know about how it was filled. */
  notice?: ReactNode;
}

/** The form of a new run. Its fields, help and limits are the schema's; the server checks again. */
export function TrainForm({ from, data, notice: firstNotice = null }: TrainFormProps) {
  const [origin, setOrigin] = useState<FormOrigin>(() =>
    from
      ? { title: from.name, values: fillFromRun(from.config) }
      : { title: presets[0].title, values: fillPreset(presets[0].config, writeForm(data)) },
  );
  const [notice, setNotice] = useState(() => (from && defaultsNotice(from)) ?? firstNotice);
  const router = useRouter();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const form = useForm<FormValues>({
    defaultValues: origin.values,
    resolver,
    mode: 'onChange',
    shouldFocusError: false,
  });
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set());
  const unfold = (title: string, open: boolean) =>
    setUnfolded((before) => new Set(open ? [...before, title] : [...before].filter((each) => each !== title)));

  /** Puts the cursor into the first wrong field, in the form's order; what is folded cannot have it. */
  const focusFirst = (wrong: readonly string[]) => {
    const group = fieldGroups.find(({ fields }) => fields.some((name) => wrong.includes(name)));
    const name = group?.fields.find((each) => wrong.includes(each));
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
      // Whoever presses twice has started once.
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
    void form.trigger(); // a wrong value that stayed is still wrong
  };
  const paste = (read: ReadJson) => {
    fill({ title: 'pasted JSON', values: fillFromJson(read, form.getValues()) });
    setNotice(
      (read.problems.length > 0 || read.filled.length > 0) && (
        <>
          <LeftOut problems={read.problems} />
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
          wrong={Object.keys(form.formState.errors).length}
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
  /** How many fields are wrong. */
  wrong: number;
  /** Why the run could not be started, where no field is to blame. */
  failure: string | null;
  isStarting: boolean;
}

/** What stays in sight: whether anything is wrong, whether the run will have to wait, and the one button. */
function Footer({ wrong, failure, isStarting }: FooterProps) {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.system.status.queryOptions());
  const ahead = data ? data.queued + (data.running ? 1 : 0) : 0;
  return (
    <div className="card sticky bottom-3 z-10 flex flex-wrap items-center justify-end gap-x-4 gap-y-2 px-4 py-2.5 shadow-lg">
      <RunEstimateLine />
      <p role="status" className="min-w-0 text-soft text-sm">
        {wrong > 0 && (
          <span className="text-bad">{wrong === 1 ? 'One value' : `${wrong} values`} cannot be used. </span>
        )}
        {failure && <span className="text-bad">{failure} </span>}
        {wrong === 0 && !failure && ahead > 0 && `Waits in line behind ${ahead === 1 ? 'one run' : `${ahead} runs`}.`}
      </p>
      <button type="submit" disabled={isStarting} className="button-primary">
        <Play size={14} aria-hidden />
        {isStarting ? 'Starting …' : 'Start run'}
        <StartKey />
      </button>
    </div>
  );
}

/** The keys that start, as this machine's keyboard names them. */
function StartKey() {
  const isMounted = useMounted();
  const isApple = isMounted && /mac|iphone|ipad/i.test(navigator.platform);
  return (
    <kbd className="hidden font-sans text-xs opacity-80 sm:inline" aria-hidden>
      {isApple ? '⌘⏎' : 'Ctrl ⏎'}
    </kbd>
  );
}

/** Names this act of starting, so that one that is sent twice starts once. */
const createKey = (): string =>
  [...crypto.getRandomValues(new Uint32Array(4))].map((word) => word.toString(36)).join('-');
