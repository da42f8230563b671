import { LastMinutes } from './last-minutes/last-minutes.js';
import { LiveFigures } from './live-figures.js';
import { Story } from './story.js';
import { SystemDrawing } from './system-drawing.js';

export function OverviewView() {
  return (
    <>
      <Story />
      <SystemDrawing />
      <LiveFigures />
      <LastMinutes />
    </>
  );
}
