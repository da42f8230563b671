import type { Problem } from './request.js';

/** Shows a problem next to the control that caused it. */
export function ProblemNote({ problem }: { problem: Problem | null }) {
  if (problem === null) return null;
  return (
    <p class="note note-problem" role="alert" data-testid="problem">
      {problem.detail}
      {problem.code !== null && <code>{problem.code}</code>}
    </p>
  );
}
