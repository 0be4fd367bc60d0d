import { expect, it } from "vitest";
import { describeSubject } from "./destination.js";

it.each([
  ["kryten.robot.command", "kryten.robot.command"],
  ["kryten.events.cytube.my-lounge.chatmsg", "kryten.events.cytube.{channel}.chatmsg"],
  ["kryten.events.cytube.my-lounge.whatever", "kryten.events.cytube.{channel}.{event}"],
  ["kryten.events.cytube.my-lounge.a.b", "kryten.events.cytube.{channel}.{event}"],
  ["kryten.commands.cytube.my-lounge.chat", "kryten.commands.cytube.{channel}"],
  ["kryten.user_level.cytu.be.My-Lounge", "kryten.user_level.{domain}.{channel}"],
  ["kryten.lifecycle.my-bot.startup", "kryten.lifecycle.my-bot.startup"],
  ["kryten.lifecycle.0af76519-16cd-43dd-8448-eb211c80319c.startup", "kryten.lifecycle.{id}.startup"],
  ["my.own.subject", undefined],
  ["kryten.robot.command.more", undefined],
])("describes what is published on %s as %s", (subject, template) => {
  expect(describeSubject(subject)).toEqual({ name: subject, ...(template !== undefined && { template }) });
});

it.each([
  ["my.own.>", "my.own.>"],
  ["kryten.lifecycle.>", "kryten.lifecycle.>"],
  ["kryten.events.cytube.my-lounge.>", "kryten.events.cytube.{channel}.>"],
  ["kryten.events.cytube.>", "kryten.events.cytube.{channel}"],
])("describes the pattern %s as %s", (pattern, template) => {
  expect(describeSubject(pattern, true).template).toBe(template);
});

it("gives an inbox no name", () => {
  expect(describeSubject("_INBOX.ABC.1")).toEqual({ template: "(temporary)", temporary: true });
});
