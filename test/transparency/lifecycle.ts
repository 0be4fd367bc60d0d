import type { GenAIInstrumentation } from "@kit/genai";
import { compareMembers, memberTable } from "./members.js";
import type { SpanSeen } from "./scenario.js";

/** What turning the instrumentation on and off does to an SDK that is already loaded. */
export interface Switching {
  /** Members that enabling replaced. */
  readonly during: readonly string[];
  /** Members that are not the identical property after disabling; after enabling and disabling once more. */
  readonly after: readonly string[];
  readonly afterAgain: readonly string[];
  /** Whether a method that the application had replaced before is again the application's afterwards. */
  readonly keepsEarlierPatch: boolean;
  /** Whether one that the application replaced later stays. */
  readonly keepsLaterPatch: boolean;
}

/** `holder` is an object of the SDK whose method `create` is instrumented. */
export function trySwitching(sdk: unknown, holder: object, make: () => GenAIInstrumentation): Switching {
  const before = memberTable(sdk);
  const changes = () => compareMembers(before, memberTable(sdk));
  const instrumentation = make();
  instrumentation.manuallyInstrument(sdk);
  const during = changes();
  instrumentation.disable();
  const after = changes();
  instrumentation.enable();
  instrumentation.disable();
  const afterAgain = changes();
  const original = Object.getOwnPropertyDescriptor(holder, "create") as PropertyDescriptor;
  const earlier = patch(holder);
  const other = make();
  other.manuallyInstrument(sdk);
  other.disable();
  const keepsEarlierPatch = method(holder) === earlier;
  instrumentation.enable();
  const later = patch(holder);
  instrumentation.disable();
  const keepsLaterPatch = method(holder) === later;
  Object.defineProperty(holder, "create", original);
  return { during, after, afterAgain, keepsEarlierPatch, keepsLaterPatch };
}

function method(holder: object): unknown {
  return (holder as { create: unknown }).create;
}

/** Replaces `create` as an application does, by assignment. */
function patch(holder: object): unknown {
  const target = holder as { create: (...args: unknown[]) => unknown };
  const { create } = target;
  target.create = function (this: unknown, ...args: unknown[]) {
    return Reflect.apply(create, this, args);
  };
  return target.create;
}

/** What one plain call does after the instrumentation was applied again and again, and after it was disabled. */
export interface Aftermath {
  /** Spans of one call after the module was instrumented by hand too, and by a second instrumentation. */
  readonly spansWhenTwice: number;
  /** Ours; an SDK that makes spans of its own does so again. */
  readonly spansWhenDisabled: number;
}

export async function tryAftermath(
  sdk: unknown,
  live: GenAIInstrumentation,
  second: GenAIInstrumentation,
  callOnce: () => Promise<readonly SpanSeen[]>,
): Promise<Aftermath> {
  live.manuallyInstrument(sdk);
  second.manuallyInstrument(sdk);
  const twice = await callOnce();
  second.disable();
  live.disable();
  const disabled = await callOnce();
  return {
    spansWhenTwice: twice.length,
    spansWhenDisabled: disabled.filter(({ ours }) => ours).length,
  };
}
