const { AwsClientV2 } = require("cohere-ai/aws");

// The clients for Bedrock and SageMaker are such clients, which send to AWS instead.
const client = new AwsClientV2({ environment: process.env.COHERE_URL });
client
  .chat({ model: "command-a-03-2025", messages: [{ role: "user", content: "Hello?" }] })
  .then(({ message }) => console.log(message.content[0].text));
