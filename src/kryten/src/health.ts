import type { BusState } from "./bus/bus.js";
import type { ChannelSettings } from "./config/config.js";
import { normalizeToken } from "./subjects.js";

/** State of a client at one moment. */
export interface HealthStatus {
  readonly connected: boolean;
  readonly state: BusState;
  /** Since `connect()`; 0 while not connected. */
  readonly uptimeSeconds: number;
  /** `domain/channel` of every configured channel. */
  readonly channels: readonly string[];
  /** Complete envelopes, with or without a handler. */
  readonly eventsReceived: number;
  /** Commands, not queries. */
  readonly commandsSent: number;
  /** Handlers that failed and events that were malformed. */
  readonly errors: number;
  /** Events, and messages of subscriptions, dropped because more than `max_queued_events` waited; once per handler. */
  readonly eventsDropped: number;
  /** From receipt until every handler ended: mean of the last 1000 events with handlers. */
  readonly avgEventLatencyMs: number;
  readonly lastEventTime: Date | null;
  readonly handlersRegistered: number;
}

/** A configured channel, and what has come from it since the client was made. */
export interface ChannelInfo extends ChannelSettings {
  readonly subscribed: boolean;
  readonly eventsReceived: number;
}

const KEPT_LATENCIES = 1000;

/** Counters behind `health()` and `channels`. */
export class HealthCounters {
  eventsReceived = 0;
  commandsSent = 0;
  errors = 0;
  eventsDropped = 0;
  lastEventTime: Date | null = null;
  readonly #perChannel: ReadonlyMap<string, { count: number }>;
  readonly #latencies: number[] = [];
  /** Counter of the last event's channel: consecutive events mostly share it, and finding it costs. */
  #last: ChannelSettings & { counter: { count: number } | undefined } = {
    channel: "",
    domain: "",
    counter: undefined,
  };
  #latencySum = 0;
  #next = 0;

  /** Only configured channels are counted: anybody may publish under any name. */
  constructor(channels: readonly ChannelSettings[]) {
    this.#perChannel = new Map(channels.map((channel) => [channelKey(channel), { count: 0 }]));
  }

  eventReceived(origin: ChannelSettings): void {
    this.eventsReceived++;
    this.lastEventTime = new Date();
    if (origin.channel !== this.#last.channel || origin.domain !== this.#last.domain) {
      const { channel, domain } = origin;
      this.#last = { channel, domain, counter: this.#perChannel.get(channelKey(origin)) };
    }
    if (this.#last.counter) this.#last.counter.count++;
  }

  eventHandled(latencyMs: number): void {
    this.#latencySum += latencyMs - (this.#latencies[this.#next] ?? 0);
    this.#latencies[this.#next] = latencyMs;
    this.#next = (this.#next + 1) % KEPT_LATENCIES;
  }

  get avgEventLatencyMs(): number {
    return this.#latencies.length === 0 ? 0 : this.#latencySum / this.#latencies.length;
  }

  status(
    rest: Pick<HealthStatus, "state" | "uptimeSeconds" | "channels" | "handlersRegistered">,
  ): HealthStatus {
    const { eventsReceived, commandsSent, errors, eventsDropped, avgEventLatencyMs, lastEventTime } = this;
    const connected = rest.state === "connected";
    const counted = { eventsReceived, commandsSent, errors, eventsDropped };
    return { connected, ...rest, ...counted, avgEventLatencyMs, lastEventTime };
  }

  receivedFrom(channel: ChannelSettings): number {
    return this.#perChannel.get(channelKey(channel))?.count ?? 0;
  }
}

function channelKey({ domain, channel }: ChannelSettings): string {
  try {
    return `${normalizeToken(domain)}/${normalizeToken(channel)}`;
  } catch {
    return `${domain}/${channel}`;
  }
}
