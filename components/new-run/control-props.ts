import type { UseFormRegister } from 'react-hook-form';
import type { FieldDescription } from '@/lib/config/fields.ts';
import type { FormValues } from './read-form.ts';

/** What the control of one field of the form is given. */
export interface ControlProps {
  field: FieldDescription;
  /** What makes the control part of the form: its name, ids and whether its value is wrong. */
  bindings: ReturnType<UseFormRegister<FormValues>> & {
    id: string;
    'aria-invalid': boolean;
    'aria-describedby': string;
    disabled: boolean;
    defaultValue?: string;
    defaultChecked?: boolean;
  };
}
