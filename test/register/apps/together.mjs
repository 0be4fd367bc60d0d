import Together from "together-ai";

const messages = [{ role: "user", content: "Hello?" }];
const { choices } = await new Together().chat.completions.create({ model: "llama", messages });
console.log(choices[0].message.content);
