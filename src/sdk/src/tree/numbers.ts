/** `1,204`. Not by `Intl`, whose tables take longer to load than everything else here. */
export function formatCount(count: number): string {
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ",");
}

/** `3 ms`, `1.20 s`, `2 min 05 s`: three digits at most, so that a column stays narrow. */
export function formatMs(ms: number): string {
  if (ms < 1) return "<1 ms";
  if (Math.round(ms) < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 59.95) return `${seconds.toFixed(seconds < 9.995 ? 2 : 1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}

/** `$0.00041`, `$1.25`: two digits that matter below a cent, cents above. */
export function formatUsd(usd: number): string {
  if (usd === 0 || Math.abs(usd) >= 0.1) return `$${usd.toFixed(2)}`;
  if (Math.abs(usd) < 1e-6) return "<$0.000001";
  return `$${usd.toFixed(1 - Math.floor(Math.log10(Math.abs(usd))))}`;
}
