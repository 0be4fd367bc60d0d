import { isKnownEvent } from "../events/event-map.js";

/** Where a message goes, as telemetry tells it. */
export interface Destination {
  /** The real subject; absent for inboxes, which are nobody's name. */
  readonly name?: string;
  /** Low-cardinality form for span names and metrics; absent when there is none. */
  readonly template?: string;
  readonly temporary?: true;
}

const UUID = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/gi;

/**
 * Reduces a subject or a subscribed pattern to its low-cardinality form. Channels, domains and anything that
 * looks like an identifier become placeholders; subjects of the application itself have no template unless
 * they are patterns it subscribed to, which are as few as its own calls.
 */
export function describeSubject(subject: string, subscribed = false): Destination {
  if (subject.startsWith("_INBOX.")) return { template: "(temporary)", temporary: true };
  const template = toTemplate(subject, subscribed);
  return template === undefined ? { name: subject } : { name: subject, template };
}

function toTemplate(subject: string, subscribed: boolean): string | undefined {
  const tokens = subject.split(".");
  const [first, second, third, , fifth] = tokens;
  if (first === "kryten") {
    if (second === "events" && third === "cytube") return eventTemplate(fifth, tokens.length);
    if (second === "commands" && third === "cytube") return "kryten.commands.cytube.{channel}";
    if (second === "user_level") return "kryten.user_level.{domain}.{channel}";
    if (second === "lifecycle" || (tokens.length === 3 && third === "command")) return maskIds(subject);
  }
  if (first === "cytube" && second === "user_level") return "cytube.user_level.{domain}.{channel}";
  return subscribed ? maskIds(subject) : undefined;
}

function eventTemplate(event: string | undefined, tokens: number): string {
  if (event === undefined) return "kryten.events.cytube.{channel}";
  const known = tokens === 5 && (event === ">" || event === "*" || isKnownEvent(event));
  return `kryten.events.cytube.{channel}.${known ? event : "{event}"}`;
}

function maskIds(subject: string): string {
  return subject.replace(UUID, "{id}");
}
