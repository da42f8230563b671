export { CopyError } from './copy-error.js';
export { type CopyOptions, copyModules, previewCopy } from './copy-modules.js';
export type { Change, Kept } from './plan/copied-files.js';
export type { CopyRequest, Plan } from './plan/plan.js';
export { conflictsOf, describeModules, describeResult } from './report.js';
export type { Template } from './templates/template.js';
export { filesOf, readTemplates, withNeeds } from './templates/templates.js';
