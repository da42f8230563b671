import {
  activity,
  args,
  requestOnce,
  choose,
  compareBothWays,
  path,
  query,
  toggleContinuous,
  way,
  type Way,
} from './query-requests.js';
import { Field } from '../../http/field.js';
import { errorIn } from './field-errors.js';
import { busyAirports, flightQueries, type FlightArguments, type FlightQueryName } from './flight-queries.js';

const fields: Record<keyof FlightArguments, { label: string; list?: string; inputMode?: 'numeric' }> = {
  origin: { label: 'From', list: 'airports' },
  destination: { label: 'To', list: 'airports' },
  flightId: { label: 'Flight id', inputMode: 'numeric' },
};

export function QueryForm() {
  const submit = (event: Event): void => {
    event.preventDefault();
    void requestOnce();
  };
  const chosen = flightQueries[query.value];

  return (
    <form class="question" onSubmit={submit}>
      <div class="form-row">
        <label class="grow">
          Query
          <select
            value={query}
            onChange={(event) => choose(event.currentTarget.value as FlightQueryName, args.value)}
          >
            {Object.entries(flightQueries).map(([name, { label }]) => (
              <option key={name} value={name}>
                {label}
              </option>
            ))}
          </select>
        </label>
        {chosen.takes.map((name) => (
          <Argument key={name} name={name} />
        ))}
      </div>
      <p class="hint">
        {chosen.expect} <code class="path">GET {path}</code>
      </p>
      <WaySwitch />
      <Actions />
      <datalist id="airports">
        {busyAirports.map(([code, city]) => (
          <option key={code} value={code}>
            {city}
          </option>
        ))}
      </datalist>
    </form>
  );
}

function Argument({ name }: { name: keyof FlightArguments }) {
  const { label, ...attributes } = fields[name];
  return (
    <Field class="short" label={label} error={errorIn(name)}>
      {(ofError) => (
        <input
          {...attributes}
          {...ofError}
          type="text"
          required
          autocomplete="off"
          spellcheck={false}
          value={args.value[name]}
          // Not when it loses the focus: the error below it would go under the pointer, and a button would miss its click.
          onInput={(event) => choose(query.value, { ...args.value, [name]: event.currentTarget.value })}
        />
      )}
    </Field>
  );
}

const ways: Record<Way, string> = { cached: 'Cached', uncached: 'Uncached' };

function WaySwitch() {
  return (
    <fieldset class="switch" data-testid="cache-switch">
      <legend class="visually-hidden">Request with or without the cache</legend>
      {(Object.keys(ways) as Way[]).map((name) => (
        <label key={name} data-way={name}>
          <input
            type="radio"
            name="way"
            value={name}
            checked={way.value === name}
            onChange={() => (way.value = name)}
          />
          <span>{ways[name]}</span>
        </label>
      ))}
    </fieldset>
  );
}

function Actions() {
  // A button never disables itself: that would take away the focus of the person who pressed it.
  const doing = activity.value;
  const continuous = doing === 'continuous';
  return (
    <div class="actions">
      <button
        type="submit"
        class="primary"
        disabled={continuous || doing === 'comparing'}
        data-testid="ask-once"
      >
        Request once
      </button>
      <button
        type="button"
        aria-pressed={continuous}
        disabled={doing === 'comparing'}
        data-testid="ask-continuously"
        onClick={toggleContinuous}
      >
        {continuous ? 'Stop' : 'Request continuously'}
      </button>
      <button
        type="button"
        disabled={continuous}
        aria-busy={doing === 'comparing'}
        data-testid="compare"
        title="Ten requests each way, in turn"
        onClick={() => void compareBothWays()}
      >
        {doing === 'comparing' ? 'Comparing' : 'Compare both'}
      </button>
    </div>
  );
}
