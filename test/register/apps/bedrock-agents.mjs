import { BedrockAgentRuntimeClient, RetrieveCommand } from "@aws-sdk/client-bedrock-agent-runtime";

const client = new BedrockAgentRuntimeClient({
  region: "us-east-1",
  endpoint: process.env.BEDROCK_URL,
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
  // The local server has no HTTP/2.
  requestHandler: { handle: post },
});
const command = new RetrieveCommand({ knowledgeBaseId: "KB12345678", retrievalQuery: { text: "Hello?" } });
client.send(command).then(({ retrievalResults }) => console.log(retrievalResults[0].content.text));

async function post({ protocol, hostname, port, path, method, headers, body }) {
  const url = `${protocol}//${hostname}:${port}${path}`;
  const { status: statusCode, headers: answered, body: stream } = await fetch(url, { method, headers, body });
  return { response: { statusCode, headers: Object.fromEntries(answered), body: stream } };
}
