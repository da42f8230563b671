import { roundTrips } from './request/query-requests.js';
import { ComparisonView } from './comparison/comparison.js';
import { LastAnswerView } from './answer/last-answer.js';
import { QueryForm } from './request/query-form.js';
import { ResultTableView } from './answer/result-table.js';
import { RoundTripChart } from './comparison/round-trip-chart.js';

export function AskPanel() {
  return (
    <section class="panel panel-ask" aria-labelledby="ask-title">
      <h2 id="ask-title">One request at a time</h2>
      <p class="lead">Queries of the US flights of 2001, answered by PostgreSQL or from memory.</p>
      <QueryForm />
      <div class="halves">
        <LastAnswerView />
        <ComparisonView />
      </div>
      <RoundTripChart roundTrips={roundTrips.value} />
      <ResultTableView />
    </section>
  );
}
