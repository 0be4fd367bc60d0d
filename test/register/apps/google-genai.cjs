const { GoogleGenAI } = require("@google/genai");

const ai = new GoogleGenAI({ apiKey: "test", httpOptions: { baseUrl: process.env.GOOGLE_BASE_URL } });
const look = {
  tool: async () => ({ functionDeclarations: [{ name: "look" }] }),
  callTool: async () => [{ functionResponse: { name: "look", response: { found: 1 } } }],
};
ai.models
  .generateContent({ model: "gemini-2.5-flash", contents: "Hello?", config: { tools: [look] } })
  .then((answer) => console.log(answer.text));
