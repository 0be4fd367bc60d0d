const { GoogleGenAI } = require("@google/genai");

const ai = new GoogleGenAI({ apiKey: "test", httpOptions: { baseUrl: process.env.GOOGLE_BASE_URL } });
ai.models
  .generateContent({ model: "gemini-2.5-flash", contents: "Hello?" })
  .then((answer) => console.log(answer.text));
