import { z } from 'zod';
import { type FieldFacts, fieldFacts, type RunStage, stagesAffectedBy } from './field-table.ts';
import { type TrainConfigField, trainConfigSchema } from './train-config.ts';

/** The complete description of a field, from the field table and the schema. */
export interface FieldDescription extends Pick<FieldFacts, 'label' | 'group'> {
  name: TrainConfigField;
  help: string;
  unit: string | null;
  kind: 'integer' | 'real' | 'switch' | 'choice' | 'text' | 'words';
  /** Inclusive bounds of a number; null for other kinds. */
  limits: { min: number; max: number } | null;
  /** Values of a choice, as text; empty for other kinds. */
  choices: string[];
  default: unknown;
  /** The default as the form control's value: text, or a boolean for a switch. */
  initial: string | boolean;
  /** The stages whose results depend on it, in order. */
  affects: readonly RunStage[];
  /** Whether the augmentation preview depends on it. */
  preview: boolean;
}

/** A field in zod's JSON Schema output. */
interface FieldSchema {
  type?: 'integer' | 'number' | 'boolean' | 'string' | 'array';
  description?: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  enum?: string[];
  anyOf?: { const: number }[];
}

const schemas = z.toJSONSchema(trainConfigSchema, { io: 'input' }).properties as Record<TrainConfigField, FieldSchema>;

/** Every field, in the schema's order. */
export const fields: readonly FieldDescription[] = Object.entries(schemas).map(([key, schema]) => {
  const name = key as TrainConfigField;
  const { label, unit = null, group, preview = false } = fieldFacts(name);
  const { description = '', minimum, maximum, default: value } = schema;
  return {
    name,
    label,
    help: description,
    unit,
    group,
    kind: kindOf(schema),
    limits: minimum === undefined || maximum === undefined ? null : { min: minimum, max: maximum },
    choices: schema.enum ?? schema.anyOf?.map((choice) => String(choice.const)) ?? [],
    default: value,
    initial: typeof value === 'boolean' ? value : controlText(value),
    affects: stagesAffectedBy(name),
    preview,
  };
});

function kindOf(schema: FieldSchema): FieldDescription['kind'] {
  if (schema.enum ?? schema.anyOf) return 'choice';
  switch (schema.type) {
    case 'boolean':
      return 'switch';
    case 'array':
      return 'words';
    case 'integer':
      return 'integer';
    case 'number':
      return 'real';
    default:
      return 'text';
  }
}

/** A value as text for a form control. Small numbers are written as people type them: `1e-5`. */
export function controlText(value: unknown): string {
  if (Array.isArray(value)) return value.join(', ');
  if (typeof value === 'number' && value !== 0 && Math.abs(value) < 1e-3) return value.toExponential();
  return String(value);
}

/** @throws Error for an unknown field */
export function fieldNamed(name: TrainConfigField): FieldDescription {
  const field = fields.find((each) => each.name === name);
  if (!field) throw new Error(`The schema has no field ${name}.`);
  return field;
}
