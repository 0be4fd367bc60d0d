/** What the kit, OpenTelemetry, the SDKs, the clients and `console` read from the environment. */
const SETTING =
  /^(AGENTPULSE_|AILOOP_|ANTHROPIC_|AZURE_OPENAI_|BAGGAGE$|CATSYPHON_|(FORCE|NO)_COLOR$|KIT_|LANG(CHAIN|GRAPH|SMITH)_|LITELLM_|NATS_|OPENAI_|OTEL_|SPRITES?_|TRACE(PARENT|STATE)$|(https?|all|no)_proxy$)/i;

/** What the tests themselves are told: which servers there are, and how much to run. */
const OF_THE_TESTS =
  /^(AGENTPULSE_(REAL|SELF_HOST)_.+|KIT_(CATSYPHON_.+|DOCKER_COMPOSE|FIXTURES|NEXTJS|SOAK|TRANSPARENCY)|.+_BIN)$/;

/**
 * Whether a variable belongs to whoever starts the tests, and none of them may see it: with a sampler or a key of a
 * developer's own, a test would see other telemetry, or send it to a real place.
 */
export function isForeignSetting(name: string): boolean {
  return SETTING.test(name) && !OF_THE_TESTS.test(name);
}
