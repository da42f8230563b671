import { useEffect } from 'preact/hooks';
import { Term } from '../../page/term.js';
import { formatRatio } from '../../sides/ratio.js';
import { SHOWN, top, touched } from '../board/board-feed.js';
import type { Received } from './received.js';
import {
  COMPARED_TOP,
  isComparing,
  received,
  startComparing,
  stopComparing,
  textbookTop,
} from './textbook-feed.js';

/** The same scores on both sides: the textbook sends the whole top after each score, the module sends what changed. */
export function RepaintingPanel() {
  useEffect(() => stopComparing, []);
  return (
    <section class="panel wide" aria-labelledby="repainting-title">
      <header class="panel-header">
        <h2 id="repainting-title">Repainting or differences</h2>
        <button
          type="button"
          aria-pressed={isComparing.value}
          data-testid="compare-repainting"
          onClick={isComparing.value ? stopComparing : startComparing}
        >
          {isComparing.value ? 'Stop comparing' : 'Compare with the textbook'}
        </button>
      </header>
      <p class="lead">
        The textbook sends the whole top to everybody after each score. The module sends what has changed, at
        most ten times a second.
      </p>
      {isComparing.value && <Comparison />}
    </section>
  );
}

function Comparison() {
  const textbookRows = textbookTop.value?.entries.map((entry) => ({ ...entry, isNew: true }));
  const moduleRows = top.value?.entries.map((entry) => ({
    ...entry,
    isNew: touched.value.has(entry.playerId),
  }));
  return (
    <>
      <p class="comparison-words" data-testid="bytes-ratio">
        {ratioOf(received.value)}
      </p>
      <div class="sides two-sides">
        <Side name="textbook" label="Textbook" figures={received.value?.textbook} rows={textbookRows} />
        <Side name="module" label="Module" figures={received.value?.module} rows={moduleRows} />
      </div>
      <p class="hint">
        Coloured rows came with the newest message. Both sides send the top {COMPARED_TOP}, of which {SHOWN}{' '}
        rows are shown. Counted here in the page, as the mean of the last 5 s: the bytes of the socket.io
        messages that change the list, in UTF-8 without the frames of the websocket. The textbook gets the
        scores of the simulated players while this comparison is on. It orders equal scores by name.
      </p>
    </>
  );
}

interface SideProps {
  name: string;
  label: string;
  figures: Received | undefined;
  rows: { rank: number; playerId: string; name?: string | null; score: number; isNew: boolean }[] | undefined;
}

function Side({ name, label, figures, rows }: SideProps) {
  return (
    <div class="side" data-side={name}>
      <h3>{label}</h3>
      <dl class="figures">
        <Term name="bytes/s" testId={`bytes-${name}`}>
          {format(figures?.bytes)}
        </Term>
        <Term name="messages/s">{format(figures?.messages)}</Term>
        <Term name="rows/s">{format(figures?.rows)}</Term>
      </dl>
      {rows === undefined ? (
        <p class="empty">Waiting for its first message: the next score.</p>
      ) : (
        <ol class="compared-rows">
          {rows.slice(0, SHOWN).map(({ rank, playerId, name: ofPlayer, score, isNew }) => (
            <li key={playerId} data-new={isNew} data-testid={`compared-${name}`}>
              <span class="board-rank">{rank}</span>
              <bdi class="board-name">{ofPlayer ?? playerId}</bdi>
              <span class="board-score">{score.toLocaleString('en-US')}</span>
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

function ratioOf(sides: typeof received.value): string {
  if (sides === null || sides.module.bytes === 0 || sides.textbook.bytes === 0)
    return 'Counting the bytes of both sides.';
  const ratio = sides.textbook.bytes / sides.module.bytes;
  if (ratio < 1.05) return 'Both sides send about as many bytes for the same scores.';
  return `For the same scores, the textbook sends ${formatRatio(ratio)} times as many bytes.`;
}

function format(value: number | undefined): string {
  if (value === undefined) return '0';
  return value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString('en-US');
}
