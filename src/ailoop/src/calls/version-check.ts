import type { HealthData } from "../transport/server-api.js";

/** Version of the protocol this client speaks; independent of the package's own. */
export const PROTOCOL_VERSION = "1.0.0";

/** What `checkVersionCompatibility` found. */
export interface VersionCompatibility {
  /** As reported; `0.0.0` when missing. Releases 1.0.0 to 1.0.14 all report 1.0.0. */
  readonly serverVersion: string;
  readonly clientVersion: string;
  readonly compatible: boolean;
  readonly warnings: readonly string[];
  readonly healthData: HealthData;
}

/** Major, minor, patch; undefined when the text is no version. */
export function parseVersion(text: string): readonly [number, number, number] | undefined {
  const match = /^v?(\d+)\.(\d+)\.(\d+)(?:[-+].*)?$/.exec(text.trim());
  return match ? [Number(match[1]), Number(match[2]), Number(match[3])] : undefined;
}

export function judgeVersion(healthData: HealthData): VersionCompatibility {
  const serverVersion = healthData.version;
  const warnings = readWarnings(serverVersion);
  const major = parseVersion(serverVersion)?.[0];
  const compatible = warnings.length === 0 || (major === 0 && !isTooOld(serverVersion));
  return { serverVersion, clientVersion: PROTOCOL_VERSION, compatible, warnings, healthData };
}

function readWarnings(serverVersion: string): string[] {
  const version = parseVersion(serverVersion);
  if (!version) return ["the server reports no readable version"];
  if (isTooOld(serverVersion)) return [`server ${serverVersion} is older than 0.1.1, the oldest supported`];
  const [major, minor, patch] = version;
  if (major > 1) return [`server ${serverVersion} speaks a newer protocol than ${PROTOCOL_VERSION}`];
  if (major === 1) return [];
  const warnings = [`server ${serverVersion} is a legacy server: questions instead of decisions`];
  if (minor > 1) return warnings;
  if (patch < 34) warnings.push("before 0.1.34 a socket cannot listen to all channels");
  if (patch <= 40) warnings.push("up to 0.1.40 HTTP and WebSocket have two ports: set wsUrl");
  return warnings;
}

/** `0.0.0`, a missing version, counts as too old. */
function isTooOld(text: string): boolean {
  const [major, minor, patch] = parseVersion(text) ?? [0, 0, 0];
  return major === 0 && (minor === 0 || (minor === 1 && patch < 1));
}
