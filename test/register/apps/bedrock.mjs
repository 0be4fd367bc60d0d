import { BedrockRuntimeClient, ConverseCommand } from "@aws-sdk/client-bedrock-runtime";

const client = new BedrockRuntimeClient({
  region: "us-east-1",
  endpoint: process.env.BEDROCK_URL,
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
  // The local server has no HTTP/2.
  requestHandler: { handle: post },
});
const messages = [{ role: "user", content: [{ text: "Hello?" }] }];
client
  .send(new ConverseCommand({ modelId: "amazon.nova-lite-v1:0", messages }))
  .then(({ output }) => console.log(output.message.content[0].text));

async function post({ protocol, hostname, port, path, method, headers, body }) {
  const url = `${protocol}//${hostname}:${port}${path}`;
  const { status: statusCode, headers: answered, body: stream } = await fetch(url, { method, headers, body });
  return { response: { statusCode, headers: Object.fromEntries(answered), body: stream } };
}
