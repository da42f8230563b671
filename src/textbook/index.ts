export { TextbookModule } from './textbook.module.js';
export type { TextbookOptions } from './textbook.options.js';
