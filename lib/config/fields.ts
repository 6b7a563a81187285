import { z } from 'zod';
import { type TrainConfigField, trainConfigSchema } from './train-config.ts';

/** What the form shows of one field: all of it from the schema. */
export interface FieldDescription {
  name: TrainConfigField;
  label: string;
  help: string;
  unit: string | null;
  kind: 'integer' | 'real' | 'switch' | 'choice' | 'text' | 'words';
  /** Of a number; null where there is none. */
  limits: { min: number; max: number } | null;
  /** Of a choice, as text. */
  choices: string[];
  /** As the control holds it: text, or on and off. */
  initial: string | boolean;
}

/** What zod tells of a field as JSON Schema. */
interface FieldSchema {
  type?: 'integer' | 'number' | 'boolean' | 'string' | 'array';
  label?: string;
  description?: string;
  unit?: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  enum?: string[];
  anyOf?: { const: number }[];
}

const schemas = z.toJSONSchema(trainConfigSchema, { io: 'input' }).properties as Record<string, FieldSchema>;

/** Every field of the schema, in its order. */
export const fields: readonly FieldDescription[] = Object.entries(schemas).map(([name, schema]) => {
  const { label = name, description = '', unit = null, minimum, maximum, default: initial } = schema;
  return {
    name: name as TrainConfigField,
    label,
    help: description,
    unit,
    kind: kindOf(schema),
    limits: minimum === undefined || maximum === undefined ? null : { min: minimum, max: maximum },
    choices: schema.enum ?? schema.anyOf?.map((choice) => String(choice.const)) ?? [],
    initial: typeof initial === 'boolean' ? initial : controlText(initial),
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

/** A value as a text control holds it. Small numbers read best as they are typed: `1e-5`. */
export function controlText(value: unknown): string {
  if (Array.isArray(value)) return value.join(', ');
  if (typeof value === 'number' && value !== 0 && Math.abs(value) < 1e-3) return value.toExponential();
  return String(value);
}

/** @throws Error where the schema has no such field */
export function fieldNamed(name: TrainConfigField): FieldDescription {
  const field = fields.find((each) => each.name === name);
  if (!field) throw new Error(`The schema has no field ${name}.`);
  return field;
}
