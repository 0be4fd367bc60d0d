import { trace } from "@opentelemetry/api";
import OpenAI from "openai";

const own = /^(async )?create\(|^create\(/.test(String(OpenAI.Chat.Completions.prototype.create));
const recording = trace.getTracer("app").startSpan("span").isRecording();
const listeners = process.listenerCount("SIGTERM") + process.listenerCount("beforeExit");
console.log(own && !recording && listeners === 0 ? "untouched" : "touched");
