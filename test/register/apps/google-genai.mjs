import { GoogleGenAI } from "@google/genai";

const ai = new GoogleGenAI({ apiKey: "test", httpOptions: { baseUrl: process.env.GOOGLE_BASE_URL } });
const answer = await ai.models.generateContent({ model: "gemini-2.5-flash", contents: "Hello?" });
console.log(answer.text);
