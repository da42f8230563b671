import { useSignal } from '@preact/signals';
import { errorOf, Field } from '../../http/field.js';
import type { Problem } from '../../http/request.js';

interface NoteFormProps {
  /** What is stored now. */
  note: string;
  label: string;
  problem: Problem | null;
  onSave: (note: string) => void;
}

export function NoteForm({ note, label, problem, onSave }: NoteFormProps) {
  const text = useSignal(note);
  const submit = (event: Event): void => {
    event.preventDefault();
    onSave(text.value);
  };
  return (
    <form class="form" onSubmit={submit}>
      <Field label={label} error={errorOf(problem, 'note')}>
        {(attributes) => (
          <input
            {...attributes}
            maxLength={200}
            value={text}
            data-testid="note"
            onInput={(event) => (text.value = event.currentTarget.value)}
          />
        )}
      </Field>
      <button type="submit" data-testid="save-note">
        Save
      </button>
    </form>
  );
}
