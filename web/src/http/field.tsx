import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import type { Problem } from './request.js';

interface FieldProps {
  label: ComponentChildren;
  /** Why the server refuses the value. */
  error: string | undefined;
  class?: string;
  /** Renders the input with these attributes. */
  children: (attributes: { 'aria-invalid'?: true; 'aria-describedby'?: string }) => ComponentChildren;
}

/** An input with its label, and below it why the server refuses its value. */
export function Field({ label, error, class: className, children }: FieldProps) {
  const id = useId();
  return (
    <div class={className}>
      <label>
        {label}
        {children(error === undefined ? {} : { 'aria-invalid': true, 'aria-describedby': id })}
      </label>
      {error !== undefined && (
        <p id={id} class="field-error" role="alert" data-testid="field-error">
          {error}
        </p>
      )}
    </div>
  );
}

/** Why the server refuses one of these fields; undefined if it does not. */
export function errorOf(problem: Problem | null, ...fields: string[]): string | undefined {
  return problem?.errors.find(({ field }) => fields.includes(field))?.message;
}
