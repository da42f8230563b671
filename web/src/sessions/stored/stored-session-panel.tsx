import { useEffect } from 'preact/hooks';
import type { CurrentSession } from '../../../../src/sessions/sessions.wire.js';
import { ProblemNote } from '../../http/problem-note.js';
import { Term } from '../../page/term.js';
import { NoteForm } from '../note/note-form.js';
import { noteIn } from '../note/note.js';
import { formatClock } from '../../time/format-time.js';
import { readStored, saveNote, stored, storedProblem } from './stored-session.js';

/** The data of the visitor's session, and the bytes that the engine has of it. */
export function StoredSessionPanel({ session }: { session: CurrentSession }) {
  useEffect(() => void readStored(), [session]);
  const note = noteIn(session.data);
  return (
    <section class="panel" aria-labelledby="stored-title">
      <h2 id="stored-title">What the engine stores</h2>
      <p class="lead">
        The key has a digest of the session id, and the content is sealed (AES-256-GCM): neither the cookie
        nor your data can be read in the engine or in its backups.
      </p>
      <NoteForm
        note={note}
        label="A note in your session"
        problem={storedProblem.value}
        onSave={(text) => void saveNote(text)}
      />
      <ProblemNote problem={storedProblem.value} beside={['note']} />
      <Stored />
    </section>
  );
}

function Stored() {
  if (stored.value === null) return <p class="empty">Reading the engine.</p>;
  const { key, payload, version, createdAt, lastSeenAt } = stored.value;
  return (
    <dl class="facts">
      <Term name="key">
        <code class="bytes">{key}</code>
      </Term>
      <Term name={`content, ${payload.length} characters`}>
        <code class="bytes" data-testid="sealed">
          {payload}
        </code>
      </Term>
      <Term name="version">{version}</Term>
      <Term name="created at">{formatClock(new Date(createdAt).toISOString())}</Term>
      <Term name="last seen at">{formatClock(new Date(lastSeenAt).toISOString())}</Term>
    </dl>
  );
}
