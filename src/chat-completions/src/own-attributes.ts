import { ATTR, type Call, textOf } from "@kit/genai";

interface TierAndFingerprint {
  service_tier?: string | null | undefined;
  system_fingerprint?: string | null | undefined;
}

/**
 * Adds the `openai.*` attributes to a translation. The engine records them only for the `ownProviders` of the
 * instrumentation, because compatible providers use the same format.
 */
export function withOwnAttributes<Args extends readonly unknown[], Body extends TierAndFingerprint, Chunk>(
  { request, response, ...call }: Call<Args, Body, Chunk>,
  api?: string,
): Call<Args, Body, Chunk> {
  const ofAll = api === undefined ? {} : { [ATTR.openaiApiType]: api };
  return {
    ...call,
    request(...args) {
      const facts = request(...args);
      const tier = textOf((args[0] as TierAndFingerprint | undefined)?.service_tier);
      // `auto` is the default.
      const isChosen = tier && tier !== "auto";
      facts.ownAttributes = isChosen ? { ...ofAll, [ATTR.openaiRequestServiceTier]: tier } : ofAll;
      return facts;
    },
    response(body, asked) {
      const facts = response?.(body, asked) ?? {};
      facts.ownAttributes = {};
      const tier = textOf(body.service_tier);
      const fingerprint = textOf(body.system_fingerprint);
      // An answer that names no tier was served by the one requested.
      if (facts.usage != null)
        facts.usage.terms = [tier ?? textOf(asked.ownAttributes?.[ATTR.openaiRequestServiceTier])];
      if (tier) facts.ownAttributes[ATTR.openaiResponseServiceTier] = tier;
      if (fingerprint) facts.ownAttributes[ATTR.openaiResponseSystemFingerprint] = fingerprint;
      return facts;
    },
  };
}
