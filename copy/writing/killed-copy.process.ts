import { writeFiles } from './write-files.js';

/** Argument 1: the folder; 2: after how many steps the process kills itself. Prints how many steps there are if it survives. */
const [root = '', last = ''] = process.argv.slice(2);
let steps = 0;
await writeFiles(
  root,
  [
    { path: 'package.json', content: 'new' },
    { path: 'src/removed.ts', content: null },
    { path: 'src/deep/er/created.ts', content: 'new' },
    { path: 'created.ts', content: Buffer.from('new') },
  ],
  {
    onStep: () => {
      steps++;
      if (steps === Number(last)) process.kill(process.pid, 'SIGKILL');
    },
  },
);
process.stdout.write(String(steps));
