/** The key of the logins in the care of systemd, as README tells. */
import assert from "node:assert/strict";
import { installedWithLogin, NAME, property, tokenOf } from "./installation.ts";
import { testOnMachines } from "./machine.ts";
import { TwitchForMachines } from "./twitch.ts";

/** The commands under README's section on the service that speak of the key. */
function commandsOfReadme(): string {
  const readme = Deno.readTextFileSync(new URL("../../README.md", import.meta.url));
  const block = readme.split("```").find((text) => text.includes("systemd-creds encrypt")) ?? "";
  return block.replace(/^sh\n/, "").replaceAll("sudo ", "");
}

testOnMachines("the key works as a credential of systemd, and without its file", async (machine) => {
  await using twitch = new TwitchForMachines();
  const { id } = await installedWithLogin(machine, twitch);
  const token = await tokenOf(machine, id);
  await machine.do(commandsOfReadme());
  await machine.do(`rm /var/lib/${NAME}/key && systemctl restart ${NAME}`);
  assert.equal(await tokenOf(machine, id), token);
  assert.match(await machine.do(`${NAME} accounts list`), /ada_live/);

  await machine.do(`rm /etc/credstore.encrypted/${NAME}.key && systemctl restart ${NAME}`);
  assert.match(await property(machine, "StatusText"), /^locked: /, "it was the credential that opened them");
  assert.equal(await machine.do(`systemctl is-active ${NAME}`), "active", "locked it is ready all the same");
});
