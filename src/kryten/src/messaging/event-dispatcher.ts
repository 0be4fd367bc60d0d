import type { BusMessage } from "../bus/bus.js";
import type { HandlerError } from "../errors.js";
import { type Conversion, convertEvent } from "../events/event-conversion.js";
import {
  ChatMessageEvent,
  type KrytenEvent,
  RawEvent,
  UserJoinEvent,
  UserLeaveEvent,
} from "../events/events.js";
import type { HealthCounters } from "../health.js";
import type { Content } from "../telemetry/content.js";
import { type Destination, describeSubject } from "../telemetry/destination.js";
import type { HandlerQueue } from "./handler-queue.js";
import { type HandlerLimits, HandlerRun, handlerName, runHandler } from "./handler-run.js";
import type { Messenger } from "./messenger.js";

/** Which events a handler wants. Channel and domain are compared ignoring case. */
export interface EventFilter {
  channel?: string | undefined;
  domain?: string | undefined;
  /** `raw` hands over events whose payload does not fit their model, instead of skipping them. */
  malformed?: "skip" | "raw" | undefined;
}

// biome-ignore lint/suspicious/noExplicitAny: typed where it is registered, by the event's name
export type AnyHandler = (event: any, context: HandlerRun<any>) => unknown;

interface Registered {
  readonly event: string;
  readonly name: string;
  readonly channel: string | undefined;
  readonly domain: string | undefined;
  readonly raw: boolean;
  readonly handler: AnyHandler;
  removed: boolean;
}

export interface DispatcherOptions {
  messenger: Messenger;
  health: HealthCounters;
  queue: HandlerQueue;
  limits: HandlerLimits;
  /** What handlers get as `context.client`. */
  client: unknown;
  onError: (error: HandlerError) => void;
}

/** Bounds what is remembered of subjects: anybody may publish under new ones. */
const MAX_DESTINATIONS = 1000;

/** Takes events off the bus and runs the handlers that want them. */
export class EventDispatcher {
  readonly #options: DispatcherOptions;
  readonly #registered = new Map<string, Registered[]>();
  readonly #destinations = new Map<string, Destination>();
  readonly #running = new Set<HandlerRun<unknown>>();

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  get handlers(): number {
    let count = 0;
    for (const list of this.#registered.values()) count += list.length;
    return count;
  }

  add(event: string, filter: EventFilter, handler: AnyHandler): () => void {
    const registered: Registered = {
      event: event.toLowerCase(),
      name: handlerName(handler),
      channel: filter.channel?.toLowerCase(),
      domain: filter.domain?.toLowerCase(),
      raw: filter.malformed === "raw",
      handler,
      removed: false,
    };
    const list = this.#registered.get(registered.event) ?? [];
    // A new list each time, because one may be iterated at the moment.
    this.#registered.set(registered.event, [...list, registered]);
    return () => this.#remove(registered);
  }

  #remove(registered: Registered): void {
    registered.removed = true;
    const list = (this.#registered.get(registered.event) ?? []).filter((other) => other !== registered);
    if (list.length > 0) this.#registered.set(registered.event, list);
    else this.#registered.delete(registered.event);
  }

  /** Drops events whose handlers have not started, lets running ones end, and aborts those that do not. */
  async close(graceMs: number, reason: Error): Promise<void> {
    await this.#options.queue.close(graceMs);
    for (const run of this.#running) run.abort(reason);
  }

  /** Resolves to what the handlers threw, when all have ended. Never rejects. */
  async deliver(message: BusMessage): Promise<HandlerError[]> {
    const { health, queue } = this.#options;
    const received = performance.now();
    const raw = this.#read(message);
    if (!raw) return [];
    health.eventReceived(raw);
    const name = raw.eventName.toLowerCase();
    const wanted = (this.#registered.get(name) ?? []).filter((entry) => matches(entry, raw));
    if (wanted.length === 0) return [];
    const destination = this.#describe(message.subject);
    this.#options.messenger.consumed(destination);
    const conversion = convertEvent(raw);
    if ("malformed" in conversion) this.#reportMalformed(name, conversion.malformed);
    const runs: Promise<HandlerError | undefined>[] = [];
    let started = false;
    for (const entry of wanted) {
      const event = toHandlerEvent(entry, raw, conversion);
      if (!event) continue;
      const run = async () => {
        if (entry.removed) return undefined;
        started = true;
        return this.#run(entry, event, raw, message, destination);
      };
      runs.push(queue.run(run));
    }
    const errors = (await Promise.all(runs)).filter((error) => error !== undefined);
    if (started) health.eventHandled(performance.now() - received);
    return errors;
  }

  /** A channel's events share a few subjects, each described once. */
  #describe(subject: string): Destination {
    const known = this.#destinations.get(subject);
    if (known) return known;
    const destination = describeSubject(subject);
    if (this.#destinations.size < MAX_DESTINATIONS) this.#destinations.set(subject, destination);
    return destination;
  }

  #read(message: BusMessage): RawEvent | undefined {
    try {
      return RawEvent.fromBytes(message.data);
    } catch (error) {
      this.#options.health.errors++;
      this.#options.limits.logger.warn(`dropped an event: ${(error as Error).message}`);
      return undefined;
    }
  }

  #reportMalformed(name: string, reason: string): void {
    this.#options.health.errors++;
    this.#options.limits.logger.warn(`malformed ${name}: ${reason}`);
  }

  async #run(
    entry: Registered,
    event: KrytenEvent,
    raw: RawEvent,
    message: BusMessage,
    destination: Destination,
  ): Promise<HandlerError | undefined> {
    const { messenger, client, health, onError, limits } = this.#options;
    const run = new HandlerRun(raw, message, client);
    this.#running.add(run);
    const attributes = {
      "messaging.message.conversation_id": raw.correlationId,
      "kryten.event": entry.event,
      "kryten.channel": raw.channel,
      "kryten.domain": raw.domain,
      "kryten.handler.name": entry.name,
    };
    try {
      await messenger.process({ message, destination, attributes, content: toContent(event) }, () =>
        runHandler(
          entry.name,
          (reason) => run.abort(reason),
          () => entry.handler(event, run),
          limits,
        ),
      );
      return undefined;
    } catch (error) {
      health.errors++;
      onError(error as HandlerError);
      return error as HandlerError;
    } finally {
      this.#running.delete(run);
    }
  }
}

function matches(entry: Registered, raw: RawEvent): boolean {
  return (
    (entry.channel === undefined || entry.channel === raw.channel.toLowerCase()) &&
    (entry.domain === undefined || entry.domain === raw.domain.toLowerCase())
  );
}

function toHandlerEvent(entry: Registered, raw: RawEvent, conversion: Conversion): KrytenEvent | undefined {
  if ("event" in conversion) return conversion.event;
  return entry.raw ? raw : undefined;
}

function toContent(event: KrytenEvent): Content | undefined {
  if (event instanceof ChatMessageEvent) return { text: event.message, user: event.username };
  if (event instanceof UserJoinEvent || event instanceof UserLeaveEvent) return { user: event.username };
  return undefined;
}
