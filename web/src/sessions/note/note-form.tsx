import { useSignal } from '@preact/signals';

interface NoteFormProps {
  /** What is stored now. */
  note: string;
  label: string;
  onSave: (note: string) => void;
}

export function NoteForm({ note, label, onSave }: NoteFormProps) {
  const text = useSignal(note);
  const submit = (event: Event): void => {
    event.preventDefault();
    onSave(text.value);
  };
  return (
    <form class="form" onSubmit={submit}>
      <label>
        {label}
        <input
          maxLength={200}
          value={text}
          data-testid="note"
          onInput={(event) => (text.value = event.currentTarget.value)}
        />
      </label>
      <button type="submit" data-testid="save-note">
        Save
      </button>
    </form>
  );
}
