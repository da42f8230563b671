import { useEffect } from 'preact/hooks';
import { ProblemNote } from '../../http/problem-note.js';
import { guestData, guestProblem, saveGuestNote, watchGuest } from './guest.js';
import { NoteForm } from './note-form.js';
import { noteIn } from './note.js';

/** What a visitor stores before signing in, and takes along. */
export function GuestNote() {
  useEffect(watchGuest, []);
  const { value } = guestData;
  if (value === null) return <ProblemNote problem={guestProblem.value} />;
  const note = noteIn(value);
  return (
    <>
      <h3>Before you sign in</h3>
      <p>
        You are a guest. The first note starts a session without an account. When you sign in, the note moves
        into a new session with a new id, and the guest&rsquo;s session ends.
      </p>
      <NoteForm
        note={note}
        label="A note as a guest"
        problem={guestProblem.value}
        onSave={(text) => void saveGuestNote(text)}
      />
      <ProblemNote problem={guestProblem.value} beside={['note']} />
      {note !== '' && (
        <p class="hint" data-testid="guest-note">
          Stored in your guest session: <bdi>{note}</bdi>. Sign in, and it is still there.
        </p>
      )}
    </>
  );
}
