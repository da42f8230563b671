import type { ComponentChildren } from 'preact';

interface TermProps {
  name: ComponentChildren;
  testId?: string;
  children: ComponentChildren;
}

/** One name and value of a description list, inside `.figures` or `.facts`. */
export function Term({ name, testId, children }: TermProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd data-testid={testId}>{children}</dd>
    </div>
  );
}
