'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ChevronRight, Play } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { type KeyboardEvent, useState } from 'react';
import { flushSync } from 'react-dom';
import { FormProvider, useForm, useWatch } from 'react-hook-form';
import { imageSizes } from '@/lib/data-files.ts';
import type { TrainConfigField } from '@/lib/train-config.ts';
import { DataProblems } from './data-problems.tsx';
import { fieldNamed } from './describe-field.ts';
import { FormField } from './form-field.tsx';
import { type FieldGroup, fieldGroups } from './form-groups.ts';
import { OwnWeights } from './own-weights.tsx';
import { type FormValues, initialValues, readForm, resolver } from './read-form.ts';
import { RunEstimateLine } from './run-estimate.tsx';
import { useTRPC } from './trpc.ts';

/** The form of a new run. Its fields, help and limits are the schema's; the server checks again. */
export function TrainForm() {
  const router = useRouter();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const form = useForm<FormValues>({
    ...{ defaultValues: initialValues, resolver, mode: 'onChange', shouldFocusError: false },
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

  const start = useMutation(
    trpc.runs.start.mutationOptions({
      onSuccess: ({ id }) => {
        void queryClient.invalidateQueries({ queryKey: trpc.runs.list.queryKey() });
        void queryClient.invalidateQueries({ queryKey: trpc.system.status.queryKey() });
        router.push(`/runs/${id}`);
      },
      onError: (error) => {
        const problems = Object.entries(error.data?.fields ?? {}).filter(([name]) => name in initialValues);
        for (const [name, [message]] of problems) form.setError(name as TrainConfigField, { type: 'server', message });
        focusFirst(problems.map(([name]) => name));
      },
    }),
  );
  const submit = form.handleSubmit(
    (values) => start.mutate(readForm(values)),
    (errors) => focusFirst(Object.keys(errors)),
  );
  const submitByKeys = (event: KeyboardEvent<HTMLFormElement>) => {
    if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) event.currentTarget.requestSubmit();
  };

  return (
    <FormProvider {...form}>
      <form noValidate onSubmit={submit} onKeyDown={submitByKeys} className="space-y-4 pb-6">
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

/** What the data folder lacks for the image size that is chosen. */
function ChosenData() {
  const chosen = useWatch<FormValues>({ name: 'image_size' });
  const imageSize = imageSizes.find((size) => size === Number(chosen));
  return (
    <>
      <DataProblems imageSize={imageSize} />
      {imageSize && <OwnWeights imageSize={imageSize} />}
    </>
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
    <div className="grid min-w-0 grow gap-x-5 gap-y-4 sm:grid-cols-2 lg:grid-cols-4">
      {group.fields.map((name) => (
        <FormField key={name} field={fieldNamed(name)} />
      ))}
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
      </button>
    </div>
  );
}
