import { ATTR, type Call, textOf } from "@kit/genai";

interface Told {
  service_tier?: string | null | undefined;
  system_fingerprint?: string | null | undefined;
}

/**
 * Adds to a translation what OpenAI's own endpoints tell beyond the format that others speak too. They are recorded
 * where the definition counts the answering provider among its `ownProviders`.
 */
export function withOwnAttributes<Args extends readonly unknown[], Body extends Told, Chunk>(
  { request, response, ...call }: Call<Args, Body, Chunk>,
  api?: string,
): Call<Args, Body, Chunk> {
  const ofAll = api === undefined ? {} : { [ATTR.openaiApiType]: api };
  return {
    ...call,
    request(...args) {
      const facts = request(...args);
      const tier = textOf((args[0] as Told | undefined)?.service_tier);
      // `auto` is the default and says nothing.
      const isTold = tier && tier !== "auto";
      facts.ownAttributes = isTold ? { ...ofAll, [ATTR.openaiRequestServiceTier]: tier } : ofAll;
      return facts;
    },
    response(body, asked) {
      const facts = response?.(body, asked) ?? {};
      facts.ownAttributes = {};
      const tier = textOf(body.service_tier);
      const fingerprint = textOf(body.system_fingerprint);
      // Whoever asks for a tier is served by it or told of another.
      if (facts.usage != null)
        facts.usage.terms = [tier ?? textOf(asked.ownAttributes?.[ATTR.openaiRequestServiceTier])];
      if (tier) facts.ownAttributes[ATTR.openaiResponseServiceTier] = tier;
      if (fingerprint) facts.ownAttributes[ATTR.openaiResponseSystemFingerprint] = fingerprint;
      return facts;
    },
  };
}
