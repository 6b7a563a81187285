import { z } from 'zod';
import { type Backbone, backbones } from './backbones.ts';

const names = Object.keys(backbones) as Backbone[];
export const backboneSchema = z.enum(names, { error: `must be ${names.join(' or ')}` });
