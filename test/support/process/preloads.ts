import { fileURLToPath } from "node:url";

const preload = (file: string) => ["--require", fileURLToPath(new URL(file, import.meta.url))];

/** Flags of a program that waits at its very end as long as its last words take, on however slow a machine. */
export const PATIENT_END = preload("patient-end.cjs");

/** Flags of a program that prints how long it is ready to wait at its very end: `waits 2000 ms at most`. */
export const TOLD_END = preload("told-end.cjs");

/** Flags of a program whose timers fire at once up to the bound of {@link boundedBy}, and never beyond it. */
export const BOUNDED = preload("bounds.cjs");

/** Variables that go with {@link BOUNDED}. */
export const boundedBy = (ms: number) => ({ KIT_TEST_BOUND_MS: String(ms) });
