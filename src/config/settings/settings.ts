import type { z } from 'zod';

/** What a group of settings becomes when it has been read. */
export type SettingsOf<Shape extends z.core.$ZodShape> = z.output<z.ZodObject<Shape>>;

/** Reports a setting that is valid alone but conflicts with another. */
export type Say = (setting: string, problem: string) => void;
