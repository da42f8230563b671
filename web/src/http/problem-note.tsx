import type { Problem } from './request.js';

interface ProblemNoteProps {
  problem: Problem | null;
  /** Fields that show their errors themselves. */
  beside?: readonly string[];
}

/** Shows a problem next to the control that caused it. */
export function ProblemNote({ problem, beside = [] }: ProblemNoteProps) {
  if (problem === null) return null;
  const { detail, code, errors } = problem;
  if (errors.length > 0 && errors.every(({ field }) => beside.includes(field))) return null;
  return (
    <p class="note note-problem" role="alert" data-testid="problem">
      {detail}
      {code !== null && <code>{code}</code>}
    </p>
  );
}
