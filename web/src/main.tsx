import './page/page.css';
import { render } from 'preact';
import { App } from './app.js';
import { watchReadiness } from './health/readiness.js';
import { watchBoard } from './leaderboard/board/board-feed.js';
import { view } from './navigation/route.js';
import { compareOnce } from './overview/story.js';
import { watchCounts } from './query-cache/lookups/query-counts.js';

const root = document.getElementById('app');
if (root === null) throw new Error('index.html has no element #app.');
// The first rendering takes longer than an answer.
if (view.value === 'overview') compareOnce();
render(<App />, root);

watchReadiness();
watchCounts();
watchBoard();
