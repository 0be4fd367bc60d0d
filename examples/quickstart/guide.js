const STOPS = [
  "Belém: the tower, the monastery and the bakery next to it, best before ten in the morning",
  "Alfama: steep lanes below the castle, fado in the evening, tram 28 when it is not full",
  "Chiado: bookshops and cafés, and the lift down to the lower town",
  "Parque das Nações: the oceanarium, a cable car along the river, shade at noon",
  "Graça: the viewpoint over the whole town, for the last hour of light",
  "Cacilhas: the ferry across the river and fish at the quay",
];
const SEASONS = ["spring", "summer", "autumn", "winter"];
const HOURS = ["in the morning", "at noon", "in the afternoon", "in the evening"];

/** A travel guide, long enough (providers ask for 1,024 tokens) to be worth caching. */
export const GUIDE = [
  "You plan days in Lisbon from this guide. Answer in one short sentence a stop.",
  ...SEASONS.flatMap((season) =>
    STOPS.flatMap((stop) => HOURS.map((hour) => `In ${season}, ${hour}: ${stop}.`)),
  ),
].join("\n");
