import { type Call, type Foreign, KIT_ATTR } from "@kit/genai";
import type { ModerationCreateParams, ModerationCreateResponse } from "openai/resources/moderations";

type ModerationBody = Foreign<ModerationCreateResponse>;

/** `POST /moderations`. Records whether anything was flagged, never the input. */
export const moderations: Call<[Partial<ModerationCreateParams>], ModerationBody> = {
  path: "/moderations",
  request: (params) => ({ operation: "moderation", model: params.model }),
  response: (body) => ({
    id: body.id,
    model: body.model,
    attributes: {
      [KIT_ATTR.moderationFlagged]: body.results?.some((result) => result.flagged === true) ?? false,
    },
  }),
};
