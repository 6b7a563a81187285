import { describe, expect, it } from 'vitest';
import { type TrainConfig, trainConfigSchema } from '@/lib/config/train-config.ts';
import { FlagError, parseFlags, parseFlagsWith } from './flags.ts';

const parse = (line: string) => parseFlags(line.split(' ').filter(Boolean));
const defaults = trainConfigSchema.parse({});

function problemsOf(line: string): string[] {
  try {
    parse(line);
  } catch (error) {
    if (error instanceof FlagError) return error.message.split('\n');
    throw error;
  }
  return [];
}

describe('parseFlags', () => {
  it('accepts command lines of the original script', () => {
    expect(parse('')).toEqual(defaults);
    expect(
      parse(
        '--n_unfreeze 30 --epochs_stage1 10 --epochs_stage2 50 --batch_size 64 --augment --rotation 20 --zoom 0.15 ' +
          '--width_shift 0.1 --height_shift 0.1 --json_output_path results/run_finetune.json',
      ),
    ).toEqual({
      ...defaults,
      n_unfreeze: 30,
      epochs_stage2: 50,
      batch_size: 64,
      augment: true,
      rotation: 20,
      zoom: 0.15,
      json_output_path: 'results/run_finetune.json',
    });
  });

  it('accepts every form of a flag, and the last of repeated ones', () => {
    const config = parse('--seed=7 --lr_stage2 1e-4 --tags a,b, --use_mixup --no-use_mixup --use_cutout=True --seed 8');
    expect(config).toMatchObject({ seed: 8, lr_stage2: 1e-4, tags: ['a', 'b'], use_mixup: false, use_cutout: true });
    expect((parseFlags(['--notes', 'a = b -- c', '--name=x=y']) as TrainConfig).notes).toBe('a = b -- c');
    expect((parseFlags(['--name=x=y']) as TrainConfig).name).toBe('x=y');
    expect(parse('--seed 1 --help')).toBe('help');
  });

  it.each([
    ['--n_unfreez 30', '--n_unfreez: unknown flag; did you mean --n_unfreeze?'],
    ['--batch-size 30', '--batch-size: unknown flag; did you mean --batch_size?'],
    ['--learning_rate_of_doom 3', '--learning_rate_of_doom: unknown flag; see --help'],
    ['--no-seed', '--no-seed: unknown flag; did you mean --seed?'],
    ['--n_unfreeze 103', '--n_unfreeze 103: must be 102 or less'],
    ['--n_unfreeze', '--n_unfreeze: missing value'],
    ['--epochs_stage1 --seed 1', '--epochs_stage1: missing value'],
    ['--rotation -5', '--rotation -5: must be 0 or more'],
    ['--seed 1.5', '--seed 1.5: must be a whole number'],
    ['--seed ten', '--seed ten: must be a number'],
    ['--zoom abc', '--zoom abc: must be a number'],
    ['--image_size 100', '--image_size 100: must be one of 96, 128, 160, 192, 224'],
    ['--optimizer rmsprop', '--optimizer rmsprop: must be one of adamw, adam, sgd'],
    ['--augment=perhaps', '--augment perhaps: must be true or false'],
    ['--augment=1', '--augment 1: must be true or false'],
    ['--augment yes', 'yes: a value must follow its flag, for example --n_unfreeze 30'],
    ['-n_unfreeze 30', '-n_unfreeze: unknown flag; did you mean --n_unfreeze?'],
    ['-height_shift 1', '-height_shift: unknown flag; did you mean --height_shift?'],
    ['--constructor 3', '--constructor: unknown flag; see --help'],
    ['--seed=', '--seed : must be a number'],
    ['30', '30: a value must follow its flag, for example --n_unfreeze 30'],
  ])('rejects %s', (line, problem) => {
    expect(problemsOf(line)).toEqual([problem]);
  });

  it('reports all problems at once', () => {
    expect(problemsOf('--sed 1 --zoom 7 --n_unfreeze 500')).toHaveLength(3);
    expect(problemsOf('--seed --zoom --dropout 2 --sed=1 5')).toEqual([
      '--seed: missing value',
      '--zoom: missing value',
      '--sed: unknown flag; did you mean --seed?',
      '5: a value must follow its flag, for example --n_unfreeze 30',
      '--dropout 2: must be 0.95 or less',
    ]);
  });

  it('returns help even if other flags are invalid', () => {
    for (const line of ['-h', '--seed --help', '--n_unfreez 3 --help']) expect(parse(line)).toBe('help');
  });

  it('has a flag for every field of the config', () => {
    for (const [name, value] of Object.entries(defaults)) {
      const flag = typeof value === 'boolean' ? `--no-${name}` : `--${name}=${value}`;
      expect(parseFlags([flag]), flag).toEqual(defaults);
    }
  });
});

describe('parseFlagsWith', () => {
  const extra = { json: { type: 'boolean' }, images: { type: 'string' } } as const;

  it('parses additional flags among those of a run', () => {
    expect(parseFlagsWith(extra, ['--json', '--seed', '3', '--images=8'])).toEqual({
      config: { ...defaults, seed: 3 },
      extra: { json: true, images: '8' },
    });
    expect(parseFlagsWith(extra, ['--images', '8', '--images', '9'])).toMatchObject({ extra: { images: '9' } });
    expect(parseFlagsWith(extra, [])).toEqual({ config: defaults, extra: {} });
  });

  it('reports problems with additional flags', () => {
    expect(() => parseFlagsWith(extra, ['--images', '--json'])).toThrow('--images: missing value');
    expect(() => parseFlagsWith(extra, ['--image', '5'])).toThrow('--image: unknown flag; did you mean --images?');
  });
});
