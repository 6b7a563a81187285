import { Popover as Radix } from 'radix-ui';
import { type ReactNode, useId } from 'react';

interface PopoverProps {
  label: ReactNode;
  title?: string;
  className: string;
  children: ReactNode;
}

/** A button with its panel, initially open. */
export function Popover({ label, title, className, children }: PopoverProps) {
  const trigger = useId();
  return (
    <Radix.Root defaultOpen>
      <Radix.Trigger id={trigger} title={title} className={className}>
        {label}
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          align="start"
          sideOffset={4}
          collisionPadding={8}
          aria-labelledby={trigger}
          className="card z-30 max-h-80 w-max min-w-40 max-w-72 overflow-auto p-1.5 shadow-lg"
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
