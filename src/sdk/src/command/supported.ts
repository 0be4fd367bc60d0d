const COMPARATOR = /^(>=|<)(\d+)(?:\.(\d+))?(?:\.(\d+))?$/;
const RELEASE = /^(\d+)\.(\d+)\.(\d+)(?:\+.*)?$/;

/**
 * Whether OpenTelemetry's hook passes a library of this version to an instrumentation with these ranges, which are all
 * of the form `>=4.19.0 <8`. It passes no pre-release. A test holds this to its own answers, which it keeps to itself.
 */
export function isSupported(version: string, ranges: readonly string[]): boolean {
  const release = RELEASE.exec(version)?.slice(1).map(Number);
  if (release === undefined) return false;
  return ranges.some((range) =>
    range.split(" ").every((comparator) => {
      const [, sign, ...parts] = COMPARATOR.exec(comparator) ?? [];
      if (sign === undefined) throw new RangeError(`a range of another form: ${range}`);
      const order = compare(
        release,
        parts.map((part) => Number(part ?? 0)),
      );
      return sign === "<" ? order < 0 : order >= 0;
    }),
  );
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((part, index) => part !== b[index]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}
