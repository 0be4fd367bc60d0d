import { type Call, KIT_ATTR } from "@kit/genai";
import type { ModerationCreateParams } from "openai/resources/moderations";

interface ModerationBody {
  id?: string;
  model?: string;
  results?: readonly { flagged?: boolean }[];
}

/** `POST /moderations`. Records whether anything was flagged; the input itself never. */
export const moderations: Call<[Partial<ModerationCreateParams>], ModerationBody> = {
  request: (params) => ({ operation: "moderation", model: params.model }),
  response: (body) => ({
    id: body.id,
    model: body.model,
    attributes: {
      [KIT_ATTR.moderationFlagged]: body.results?.some((result) => result.flagged === true) ?? false,
    },
  }),
};
