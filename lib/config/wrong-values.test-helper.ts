import { z } from 'zod';
import { type TrainConfigField, trainConfigSchema } from './train-config.ts';

interface FieldSchema {
  type?: string;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  maxItems?: number;
  items?: FieldSchema;
}

const schemas = z.toJSONSchema(trainConfigSchema, { io: 'input' }).properties as Record<TrainConfigField, FieldSchema>;

/** Values that each field must reject, derived from the schema's bounds, so that new fields are covered automatically. */
export const wrongValues: { field: TrainConfigField; value: unknown }[] = Object.entries(schemas).flatMap(
  ([field, schema]) => wrongFor(schema).map((value) => ({ field: field as TrainConfigField, value })),
);

function wrongFor({ type, minimum, maximum, maxLength, maxItems, items }: FieldSchema): unknown[] {
  switch (type) {
    case 'boolean':
      return ['perhaps', 1, null];
    case 'integer':
      return [minimum! - 1, maximum! + 1, minimum! + 0.5, 'many', null];
    case 'number':
      return [minimum! - 1, maximum! * 1.01, 'many', null];
    case 'array':
      return ['a', [5], [''], ['x'.repeat(items!.maxLength! + 1)], Array(maxItems! + 1).fill('x')];
    case 'string':
      return maxLength === undefined ? ['none of them', 5] : ['x'.repeat(maxLength + 1), 5, null];
    default:
      return [1, 'none of them', null]; // a choice of numbers
  }
}
