import {
  type Attempt,
  describeTally,
  type LoadSide,
  loadSides,
  tally,
  type UseCase,
  useCases,
} from './load/attempts.js';
import { span } from './load/steady-load.js';

const HEIGHT = 20;
/** Worse is taller, so that colour is not needed to see it. */
const TALL: Record<Attempt['outcome'], number> = { ok: 9, hung: 15, failed: 20 };

interface StripProps {
  side: LoadSide;
  useCase: UseCase;
  attempts: Attempt[];
  /** The seconds of the events. */
  marks: number[];
}

/** One bar for each second of the run, with a line at each event. */
export function Strip({ side, useCase, attempts, marks }: StripProps) {
  const counts = describeTally(tally(attempts));
  return (
    <div class="strip">
      <p>
        <span class="strip-name">{useCases[useCase]}</span>{' '}
        <span class="hint" data-testid={`counts-${side}-${useCase}`}>
          {counts}
        </span>
      </p>
      <svg
        viewBox={`0 0 ${span.value} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${loadSides[side]}, ${useCases[useCase]}: ${counts}`}
      >
        {attempts.map(({ second, outcome }) => (
          <rect
            key={second}
            x={second + 0.1}
            y={HEIGHT - TALL[outcome]}
            width={0.8}
            height={TALL[outcome]}
            data-outcome={outcome}
          />
        ))}
        {marks.map((second, index) => (
          <line key={index} x1={second} x2={second} y1={0} y2={HEIGHT} />
        ))}
      </svg>
    </div>
  );
}
