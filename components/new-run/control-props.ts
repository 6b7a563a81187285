import type { UseFormRegister } from 'react-hook-form';
import type { FieldDescription } from '@/lib/config/fields.ts';
import type { FormValues } from './read-form.ts';

/** Props of the control of one form field. */
export interface ControlProps {
  field: FieldDescription;
  /** Connect the control to the form: its registration, id and validation state. */
  bindings: ReturnType<UseFormRegister<FormValues>> & {
    id: string;
    'aria-invalid': boolean;
    'aria-describedby': string;
    disabled: boolean;
    defaultValue?: string;
    defaultChecked?: boolean;
  };
}
